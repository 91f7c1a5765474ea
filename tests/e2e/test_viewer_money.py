"""A viewer's money by clicks alone, over the real service, chain and node: joining, changing, cancelling, adding money.

Only what others did before is asked of the service: the tiers that a creator sells.
"""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from services.client import Client
from services.units.money import ZERO, Money
from services.wire.memberships import OwnMembershipOut
from studio.app import Studio
from studio.kit.format import money_exact
from studio.kit.service_state import Phase
from studio.kit.table import Table
from studio.tour.hand import Hand

pytestmark = pytest.mark.timeout(300)

SUPPORTER, PATRON = Money(2_990_000), Money(5_990_000)
LONG_S = 30.0


@pytest.fixture
def hand(studio: Studio, qtbot: QtBot) -> Hand:
    """A hand at the window of a world in which a creator sells two tiers; the viewer sits before that channel."""
    studio.start()
    qtbot.waitExposed(studio.window)
    made = Hand(studio.window, studio.bridge)
    process = made.wait("the service process", lambda: studio.process)
    made.wait("the service", lambda: process.state.phase is Phase.READY, LONG_S)
    creator, chain_id = made.fact(_sell, LONG_S)
    made.click("persona.viewer", LONG_S)
    studio.come_forward(f"museclock://{chain_id}/creator/{creator}")
    return made


async def _sell(client: Client) -> tuple[str, int]:
    """Make two tiers; gives whose they are, and the chain."""
    tiers = client.desk("creator").tiers
    made = await tiers.create(name="Supporter", price=SUPPORTER, perks=("All films",))
    await tiers.create(name="Patron", price=PATRON, perks=("All films", "A letter a month"))
    return made.creator, (await client.health()).chain_id


async def _available(client: Client) -> Money:
    state = await client.desk("viewer").wallet.state()
    assert state.available is not None
    return state.available


async def _memberships(client: Client) -> dict[str, OwnMembershipOut]:
    mine = await client.desk("viewer").memberships.mine()
    return {one.membership.tier_name: one for one in mine.memberships}


def says(hand: Hand, *words: str) -> None:
    """Wait until a person can read all of this."""
    hand.wait(f"“{words}”", lambda: all(one in hand.shown_text() for one in words), LONG_S)


def told(hand: Hand, words: str) -> Money:
    """Read the dollars that follow these words."""
    found = re.search(re.escape(words) + r"\$(\d+\.\d+)", hand.shown_text())
    return Money.parse(found[1]) if found else ZERO


def _is_just_below(amount: Money, micros: int) -> bool:
    """Say whether no more than this is asked, and no less than it was a few minutes of a month ago."""
    return micros - 20_000 < amount.micros <= micros


def lines(hand: Hand) -> list[tuple[str, str]]:
    """Read what and how much from the wallet's list of changes, the latest first."""
    model = hand.find_as(Table, "wallet.balance", LONG_S).model()
    titles = [model.headerData(at, Qt.Orientation.Horizontal) for at in range(model.columnCount())]
    what, by = titles.index("What"), titles.index("Available")
    rows = range(model.rowCount())
    return [(str(model.index(row, what).data()), str(model.index(row, by).data())) for row in rows]


def test_by_clicks_a_viewer_joins_upgrades_cancels_and_adds_money(hand: Hand) -> None:
    had = hand.fact(_available)
    # The sum and what it opens come first, and nothing moves by asking.
    says(hand, "Join Supporter", "A letter a month")
    hand.click("channel.join")
    says(hand, "Supporter opens all that it covers until", "Pay $2.99")
    hand.click("channel.leave")
    says(hand, "Join Supporter")
    assert hand.fact(_available) == had
    hand.click("channel.join")
    hand.click("channel.pay", LONG_S)
    says(hand, "it renews then", "Change to Patron for $")
    assert hand.fact(_available) == had - SUPPORTER

    # A day later it is twenty-nine thirtieths of the difference, shown before it is asked for; what is said is paid.
    hand.click("demo.turn.day", LONG_S)
    differs = (PATRON - SUPPORTER).micros * 29 // 30
    hand.wait("the offer of a day later", lambda: _is_just_below(told(hand, "Change to Patron for "), differs), LONG_S)
    hand.click("channel.join")
    says(hand, "It costs $5.99 a month; for the time that is left you pay only the difference of $")
    said = told(hand, "you pay only the difference of ")
    assert _is_just_below(said, differs)
    hand.click("channel.pay")
    hand.wait("the change", lambda: hand.look("channel.join") is None and hand.look("channel.pay") is None, LONG_S)
    paid = had - SUPPORTER - hand.fact(_available)
    assert paid == said
    assert {name: one.state for name, one in hand.fact(_memberships).items()} == {
        "Supporter": "ending",
        "Patron": "active",
    }

    # Cancelled from any page in two clicks, taken back by one; nothing moves.
    left = hand.fact(_available)
    hand.click("nav.wallet")
    hand.click("wallet.membership.cancel", LONG_S)
    says(hand, "You cancelled it.")
    hand.click("wallet.membership.resume")
    says(hand, "$5.99 a month. Renews on")
    assert hand.fact(_available) == left

    # Each change has a line with its reason, and more money is one click.
    assert [(what.partition(" · ")[0], by) for what, by in lines(hand)] == [
        ("Set aside for a membership", money_exact(-paid)),
        ("Set aside for a membership", money_exact(-SUPPORTER)),
    ]
    hand.click("wallet.open.add")
    hand.click("wallet.add.faucet", LONG_S)
    hand.until("demo money", _available, lambda now: now > left, LONG_S)
