"""A channel's tiers side by side: price, what they open, and joining with the sum shown before anything is paid."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from player.parts.joining_words import consent_words, due, fare_words, later_words, offer_words
from studio.kit.format import day, money, money_exact
from studio.kit.widgets import text
from studio.kit.widgets.button import Button, bare, primary, secondary
from studio.kit.widgets.card import Card, row
from studio.kit.widgets.flow import Columns
from studio.kit.widgets.perk import perk
from studio.kit.widgets.progress import ProgressBar
from studio.kit.words import tr, tr_count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from player.pages.channel.view_model import ChannelState
    from services.units.money import Money
    from services.wire.catalogue import AccessTierOut
    from services.wire.memberships import OwnMembershipOut, QuoteOut
    from services.wire.profiles import CreatorPageOut, TierActsOut

_LEAST = 220
"""Of a card's width at 100 %, before the cards stand below each other."""
_FOCUSED = ("channel.leave", "channel.join")


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
        # Busy counts while a sum is paid only: cards that are laid out anew under a click would swallow it.
        shown = (tiers, state.quote, state.memberships, state.busy and state.quote is not None)
        self.setVisible(bool(tiers))
        if shown == self._shown or page is None:
            return
        self._shown = shown
        focused = QApplication.focusWidget()
        is_here = focused is not None and (focused is self or self.isAncestorOf(focused))
        if is_here:
            # What has the focus goes; Qt would hand it to something far down, and scroll there.
            self.setFocus()
        old = set(self.findChildren(Button))
        while (item := self._layout.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        cards = [self._card(tier, page, state) for tier in tiers]
        if cards:
            self._layout.addWidget(Columns(*cards, least=_LEAST, spacing=16))
        if is_here:
            # Never on what pays: a second press is not meant for it.
            asked = next((one for name in _FOCUSED for one in self.findChildren(Button, name) if one not in old), None)
            (asked or self).setFocus()

    def _card(self, tier: AccessTierOut, page: CreatorPageOut, state: ChannelState) -> Card:
        card = Card(tier.name, padding=20, spacing=8)
        card.setObjectName("channel.tier")
        card.body.addWidget(text.figure(f"{money(tier.price)}", size=20))
        card.body.addWidget(text.caption(tr("a month of thirty days")))
        for icon, words in _acting(page.acts.get(tier.tier_id)):
            card.body.addWidget(perk(words, icon, "accent"))
        for words in page.perks.get(tier.tier_id, ()):
            card.body.addWidget(perk(words))
        card.body.addStretch(1)
        mine, quote = state.membership(tier.tier_id), state.quote
        if quote is not None and quote.tier_id == tier.tier_id:
            self._add_consent(card, quote, tier.price, busy=state.busy)
        elif mine is not None:
            card.set_selected(True)
            card.body.addWidget(text.body(_own_words(mine)))
        else:
            _add_fare(card, tier)
            button = secondary(_offer_words(tier, state), name="channel.join", icon="unlock")
            button.setToolTip(tr("The sum is shown before anything is paid."))
            button.clicked.connect(partial(self.tier_wanted.emit, tier.tier_id))
            card.body.addWidget(button)
        return card

    def _add_consent(self, card: Card, quote: QuoteOut, monthly: Money, *, busy: bool) -> None:
        card.body.addWidget(text.muted(consent_words(quote, monthly)))
        pay = primary(
            tr("Joining…") if busy else tr("Pay {amount}", amount=money_exact(quote.amount)), name="channel.pay"
        )
        leave = bare(tr("Not now"), name="channel.leave")
        pay.clicked.connect(self.join_wanted)
        leave.clicked.connect(self.left)
        line = row(leave, pay, spacing=16)
        line.setStretch(1, 1)
        card.body.addLayout(line)


def _acting(acts: TierActsOut | None) -> Iterator[tuple[str, str]]:
    """Say what Museclock itself does for who joins: an icon and words each."""
    if acts is None:
        return
    if days := acts.early_access_days:
        yield (
            "clock",
            tr_count(
                days, "Films that are published for later: a day before others",
                "Films that are published for later: {count} days before others",
            ),
        )  # fmt: skip
    if acts.downloads:
        yield "download", tr("Films kept offline, for as long as you are a member")
    if acts.requests:
        yield "members", tr("You write to the creator, who answers")


def _add_fare(card: Card, tier: AccessTierOut) -> None:
    """Show how far the viewer has come toward a tier, and what is less than its price now."""
    if tier.counted:
        bar = ProgressBar()
        bar.setObjectName("channel.fare")
        bar.setAccessibleName(fare_words(tier))
        bar.show_progress(tier.counted.micros, due(tier).micros)
        card.body.addWidget(bar)
    if later := later_words(tier):
        card.body.addWidget(text.caption(later))


def _offer_words(tier: AccessTierOut, state: ChannelState) -> str:
    if tier.counted or tier.kind != "join":
        return offer_words(tier)
    # The tiers may have been read before the memberships were.
    is_other = any(one.state != "lapsed" for one in state.memberships)
    return tr("Change to {name}", name=tier.name) if is_other else tr("Join {name}", name=tier.name)


def _own_words(mine: OwnMembershipOut) -> str:
    until = day(mine.membership.paid_until.astimezone().date())
    return (
        tr("Yours until {until}; it renews then.", until=until)
        if mine.state == "active"
        else tr("Yours until {until}.", until=until)
    )
