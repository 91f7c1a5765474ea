"""How films are paid, and when a channel gives its rest back: two choices, each with what it means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup

from player.pages.wallet.channel_words import comes_back
from player.parts.payment_words import CHANNELS_OFFER
from studio.kit.icons import Icon
from studio.kit.tokens import CONTROL_HEIGHT
from studio.kit.widgets import text
from studio.kit.widgets.button import Button
from studio.kit.widgets.card import Card, column, hairline, holder, row
from studio.kit.words import mark, tr, tr_count

if TYPE_CHECKING:
    from services.wire.desk import PaymentChoice
    from studio.kit.tokens import Tone

USUAL_DAYS = 7
_MEANS = {
    "channel": mark(
        "A deposit goes into a channel for each creator; every part is paid from it at once and without a fee."
    ),
    "chain": mark("Each purchase is a transaction of its own. It takes a moment longer, and nothing is deposited."),
}
_OFFER_ICONS: dict[str, tuple[str, Tone]] = {
    "offered": (mark("check"), "ok"),
    "unknown": (mark("clock"), "neutral"),
    "other_code": (mark("alert"), "warn"),
}


class PaymentCard(Card):
    """Signals: ``method_chosen(method)``, ``rest_chosen(days)``."""

    method_chosen = Signal(str)
    rest_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__(tr("How you pay"))
        self.head.addStrut(CONTROL_HEIGHT)  # as high as the head of the card beside it
        self._days = USUAL_DAYS
        self._channel = _choice(tr("By channel"), "wallet.method.channel")
        self._chain = _choice(tr("Settle every part on the chain"), "wallet.method.chain")
        self._later = _choice("", "wallet.rest.days")
        self._soon = _choice(tr("At the end of a sitting"), "wallet.rest.sitting")
        self._means = text.muted()
        self._when = text.muted()
        self._offer_icon = Icon("info", "neutral")
        self._offer = text.muted()
        self._offer.setObjectName("wallet.channels.offer")
        for pair in ((self._channel, self._chain), (self._later, self._soon)):
            group = QButtonGroup(self)
            for button in pair:
                group.addButton(button)
        self._build()
        self._channel.clicked.connect(self._on_channel)
        self._chain.clicked.connect(self._on_chain)
        self._later.clicked.connect(self._on_later)
        self._soon.clicked.connect(self._on_soon)

    def _build(self) -> None:
        how = column(spacing=8)
        how.addLayout(row(self._channel, self._chain))
        how.addWidget(self._means)
        rest = column(text.caption(tr("What is left in a channel comes back")), spacing=8)
        rest.addLayout(row(self._later, self._soon))
        rest.addWidget(self._when)
        self.body.addLayout(how)
        self.body.addLayout(rest)
        self.body.addStretch(1)
        self.body.addWidget(hairline())
        line = row(self._offer_icon, spacing=12)
        line.addWidget(self._offer, 1)
        self._offer_line = holder(line)
        self.body.addWidget(self._offer_line)

    def show_choice(self, choice: PaymentChoice | None, offer: str | None, *, choosing: bool) -> None:
        """Show what holds, and whether channels are to be had at all."""
        buttons = (self._channel, self._chain, self._later, self._soon)
        for button in buttons:
            button.setEnabled(choice is not None and not choosing)
        self._offer_line.setVisible(offer is not None)
        if offer is not None:
            self._offer.setText(tr(CHANNELS_OFFER.get(offer, CHANNELS_OFFER["unknown"])))
            self._offer_icon.show_icon(*_OFFER_ICONS.get(offer, ("info", "neutral")))
        self._days = choice.refund_after_days if choice is not None and choice.refund_after_days else self._days
        self._later.set_text(tr("After {days}", days=tr_count(self._days, "{count} day", "{count} days")))
        if choice is None:
            return
        (self._channel if choice.method == "channel" else self._chain).setChecked(True)
        (self._later if choice.refund_after_days else self._soon).setChecked(True)
        self._means.setText(tr(_MEANS[choice.method]))
        self._when.setText(
            tr(
                "By itself {refund_after_days}; sooner when you ask for it above.",
                refund_after_days=comes_back(choice.refund_after_days),
            )
        )

    def _on_channel(self) -> None:
        self.method_chosen.emit("channel")

    def _on_chain(self) -> None:
        self.method_chosen.emit("chain")

    def _on_later(self) -> None:
        self.rest_chosen.emit(self._days)

    def _on_soon(self) -> None:
        self.rest_chosen.emit(0)


def _choice(words: str, name: str) -> Button:
    return Button(words, "choice", name=name)
