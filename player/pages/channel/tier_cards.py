"""A channel's tiers side by side: price, what they open, and joining with the sum shown before anything is paid."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from services.units.time import from_unix_seconds
from studio.kit.format import day, money, money_exact
from studio.kit.widgets import text
from studio.kit.widgets.button import ghost, primary, secondary
from studio.kit.widgets.card import Card, row

if TYPE_CHECKING:
    from player.pages.channel.view_model import ChannelState
    from services.wire.catalogue import AccessTierOut
    from services.wire.memberships import OwnMembershipOut, QuoteOut

_SAID = {
    "join": "opens all that it covers until {until}.",
    "renew": "goes on until {until}.",
    "upgrade": "opens more until {until}, when your present tier ends: you pay the difference for the time left.",
    "downgrade": "follows when your present tier ends, until {until}.",
}


class TierCards(QWidget):
    """Signals: ``tier_wanted(tier_id)`` asks for the sum, ``join_wanted`` pays it, ``left`` goes back."""

    tier_wanted = Signal(str)
    join_wanted = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._shown: object = None
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(16)

    def show_state(self, state: ChannelState) -> None:
        """Draw the tiers that can be joined."""
        page = state.page
        tiers = () if page is None else tuple(sorted(page.tiers, key=lambda tier: tier.price))
        shown = (tiers, state.quote, state.memberships, state.busy)
        self.setVisible(bool(tiers))
        if shown == self._shown or page is None:
            return
        self._shown = shown
        while (item := self._layout.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for tier in tiers:
            self._layout.addWidget(self._card(tier, page.perks.get(tier.tier_id, ()), state), 1)

    def _card(self, tier: AccessTierOut, perks: tuple[str, ...], state: ChannelState) -> Card:
        card = Card(tier.name, padding=20, spacing=8)
        card.setObjectName("channel.tier")
        card.body.addWidget(text.figure(f"{money(tier.price)}", size=20))
        card.body.addWidget(text.caption("a month of thirty days"))
        for perk in perks:
            card.body.addWidget(text.muted(f"· {perk}"))
        card.body.addStretch(1)
        mine, quote = state.membership(tier.tier_id), state.quote
        if quote is not None and quote.tier_id == tier.tier_id:
            self._add_consent(card, quote, busy=state.busy)
        elif mine is not None:
            card.set_selected(True)
            card.body.addWidget(text.body(_own_words(mine)))
        else:
            is_other = any(one.state != "lapsed" for one in state.memberships)
            button = secondary(
                f"Change to {tier.name}" if is_other else f"Join {tier.name}", name="channel.join", icon="unlock"
            )
            button.setEnabled(not state.busy)
            button.setToolTip("The sum is shown before anything is paid.")
            button.clicked.connect(partial(self.tier_wanted.emit, tier.tier_id))
            card.body.addWidget(button)
        return card

    def _add_consent(self, card: Card, quote: QuoteOut, *, busy: bool) -> None:
        until = day(from_unix_seconds(quote.until).date())
        said = f"{quote.tier_name} {_SAID.get(quote.kind, _SAID['join']).format(until=until)}"
        if quote.fare:
            said += f" What you paid for parts this month counts: {money_exact(quote.fare)} less."
        card.body.addWidget(text.muted(f"{said} It renews within your limits until you cancel."))
        pay = primary("Joining…" if busy else f"Pay {money_exact(quote.amount)}", name="channel.pay")
        leave = ghost("Not now", name="channel.leave")
        pay.setEnabled(not busy)
        pay.clicked.connect(self.join_wanted)
        leave.clicked.connect(self.left)
        line = row(leave, pay, spacing=8)
        line.setStretch(1, 1)
        card.body.addLayout(line)


def _own_words(mine: OwnMembershipOut) -> str:
    until = day(mine.membership.paid_until.astimezone().date())
    return f"Yours until {until}; it renews then." if mine.state == "active" else f"Yours until {until}."
