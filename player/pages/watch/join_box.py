"""The tiers that open a film, each with its price; and before anything is paid, the sum to confirm."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from player.parts.joining_words import consent_words, later_words, offer_words, to_pay
from studio.kit.format import money_exact
from studio.kit.problems import advice
from studio.kit.widgets import text
from studio.kit.widgets.button import bare, primary, secondary
from studio.kit.widgets.card import column, holder, row
from studio.kit.words import tr

if TYPE_CHECKING:
    from player.pages.watch.joining import Joining
    from services.units.money import Money
    from services.wire.catalogue import AccessTierOut
    from services.wire.memberships import QuoteOut


class JoinBox(QWidget):
    """Signals: ``tier_wanted(tier_id)`` asks for the sum, ``join_wanted`` pays it, ``left`` goes back."""

    tier_wanted = Signal(str)
    join_wanted = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._tiers: tuple[AccessTierOut, ...] = ()
        self._choices = QVBoxLayout()
        self._choices.setSpacing(8)
        self._words = text.muted()
        self._words.setObjectName("paywall.join.words")
        self._problem = text.muted()
        self._problem.set_ink("bad")
        self._problem.setObjectName("paywall.join.problem")
        self._pay = primary("", name="paywall.join.pay", icon="unlock")
        self._leave = bare(tr("Not now"), name="paywall.join.leave")
        buttons = row(self._leave, self._pay, spacing=16)
        buttons.setStretch(1, 1)
        self._consent = holder(buttons)
        layout = column(self._problem, self._words, self._consent, spacing=8)
        layout.addLayout(self._choices)
        self.setLayout(layout)
        self._pay.clicked.connect(self.join_wanted)
        self._leave.clicked.connect(self.left)

    def show_joining(self, joining: Joining) -> None:
        """Show the tiers, or the sum that waits for consent."""
        if joining.tiers != self._tiers:
            self._lay_out(joining.tiers)
        quote = joining.quote
        self._problem.setVisible(joining.problem is not None)
        self._problem.setText(advice(joining.problem).sentence if joining.problem is not None else "")
        self._words.setVisible(quote is not None)
        self._turn(asks=quote is not None)
        if quote is not None:
            self._words.setText(consent_words(quote, self._monthly(quote)))
            # Not disabled while it is paid: that would hand the focus to whatever stands next in the window.
            self._pay.set_text(tr("Joining…") if joining.busy else tr("Pay {amount}", amount=money_exact(quote.amount)))

    def _turn(self, *, asks: bool) -> None:
        """Show the sum or the tiers; the focus stays here, and never comes to lie on what pays."""
        choices = [item.widget() for at in range(self._choices.count()) if (item := self._choices.itemAt(at))]
        tiers = [choice for choice in choices if choice is not None]
        focused = QApplication.focusWidget()
        shown: list[QWidget] = [self._consent] if asks else tiers
        for part in shown:
            part.show()
        if focused is not None and self.isAncestorOf(focused) and not any(part.isAncestorOf(focused) for part in shown):
            if asks:
                self._leave.setFocus()
            elif tiers and focused not in tiers:
                tiers[0].setFocus()
        for part in tiers if asks else [self._consent]:
            part.hide()

    def _monthly(self, quote: QuoteOut) -> Money:
        """Give a tier's full price; a quote of one that is no longer offered has only its own."""
        return next((tier.price for tier in self._tiers if tier.tier_id == quote.tier_id), quote.price)

    def _lay_out(self, tiers: tuple[AccessTierOut, ...]) -> None:
        self._tiers = tiers
        while (item := self._choices.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for tier in sorted(tiers, key=to_pay):
            button = secondary(offer_words(tier), name="paywall.join")
            button.setToolTip(tr("A month is thirty days. The sum is shown before anything is paid."))
            button.clicked.connect(partial(self.tier_wanted.emit, tier.tier_id))
            self._choices.addWidget(button)
            if later := later_words(tier):
                self._choices.addWidget(text.caption(later))
