"""A channel's page: what it shows, following and hiding it, joining with the sum first, and what lies elsewhere."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from player.pages.channel.page import ChannelPage
from services.units.address import Address
from services.wire.memberships import MembershipsOut
from services.wire.problems import ProblemError
from services.wire.profiles import CreatorPageOut, OutsideOut, ProfileOut, StandingOut, StandingsOut, TierActsOut
from studio.kit.context import PageContext
from studio.kit.widgets.progress import ProgressBar
from tests.fixtures import samples
from tests.fixtures.browser import Browser
from tests.fixtures.viewer import click, shown
from tests.fixtures.viewer_memberships import PATRON, TIER, membership, quote, upgrade
from tests.fixtures.window import PreparedClient, Shell

PAGE = CreatorPageOut(
    profile=ProfileOut(creator=samples.CREATOR, name="Slow Lantern", about="Ice, once a week."),
    tiers=(PATRON, TIER),
    perks={TIER.tier_id: ("Films a week before others",)},
    acts={TIER.tier_id: TierActsOut(early_access_days=7, downloads=True, requests=True), PATRON.tier_id: TierActsOut()},
    films=(samples.item(),),
    outside=(
        OutsideOut(id="1", title="A letter", description="", visibility="members", address=""),
        OutsideOut(id="2", title="A song", description="", visibility="public", address="https://songs.example/1"),
        OutsideOut(id="3", title="A trap", description="", visibility="public", address="file:///etc/passwd"),
    ),
)
NOBODY = StandingsOut(follows=(), blocked=())


def standings(kind: str) -> StandingsOut:
    one = StandingOut(creator=samples.CREATOR, name="Slow Lantern", node="", at=samples.NOW)
    return StandingsOut(follows=(one,) if kind == "follows" else (), blocked=(one,) if kind == "blocked" else ())


@pytest.fixture
def channel(qtbot: QtBot, page_context: PageContext, client: PreparedClient) -> ChannelPage:
    client.answers |= {
        "profiles.page": PAGE,
        "library.standings": NOBODY,
        "library.stand": lambda kind, _creator, **_named: standings(kind),
        "library.stand_no_more": NOBODY,
        "memberships.mine": MembershipsOut(memberships=(), payments=()),
    }
    page = ChannelPage(page_context)
    qtbot.addWidget(page)
    page.resize(1064, 800)
    with qtbot.waitExposed(page):
        page.show()
    page.open({"creator": samples.CREATOR, "name": "As on the card", "node": "https://far.example"})
    qtbot.waitUntil(lambda: page.model.state.page is not None)
    return page


def test_who_it_is_what_it_sells_and_what_lies_elsewhere(channel: ChannelPage, client: PreparedClient) -> None:
    words = shown(channel)
    for told in ("Slow Lantern", "Ice, once a week.", "1 film", "$2.99", "Films a week before others"):
        assert told in words
    for acts in ("published for later: 7 days before others", "kept offline, for as long as", "who answers"):
        assert words.count(acts) == 1
    assert "Opens outside Museclock" in words
    # Only what a browser opens safely has a button.
    assert len(channel.findChildren(QWidget, "channel.outside")) == 1
    assert client.called("profiles.page") == [((Address(samples.CREATOR),), {"node": "https://far.example"})]


def test_what_lies_elsewhere_is_handed_to_the_desktop_and_nobody_is_asked_for_money(
    channel: ChannelPage, client: PreparedClient, browser: Browser, shell: Shell
) -> None:
    asked = len(client.calls)
    button = channel.findChild(QPushButton, "channel.outside")
    assert button is not None
    assert button.accessibleName() == "Open A song outside Museclock"
    assert "$" not in button.text() + button.toolTip()
    click(channel, "channel.outside")
    assert browser.opened == ["https://songs.example/1"]
    # Nothing was asked of the desk, so nothing was bought; and the window stays where it is.
    assert client.calls[asked:] == []
    assert shell.visited == []


def test_tiers_stand_below_each_other_where_they_have_no_room(channel: ChannelPage, qtbot: QtBot) -> None:
    first, second = channel.findChildren(QWidget, "channel.tier")
    assert first.y() == second.y()
    channel.resize(460, 800)
    qtbot.waitUntil(lambda: second.y() >= first.y() + first.height())
    assert channel.horizontalScrollBar().maximum() == 0


def test_following_and_hiding_are_one_press_each_way(
    channel: ChannelPage, client: PreparedClient, qtbot: QtBot
) -> None:
    click(channel, "channel.follow")
    qtbot.waitUntil(lambda: channel.model.state.standing == "follows")
    assert "Following" in shown(channel)
    click(channel, "channel.follow")
    qtbot.waitUntil(lambda: channel.model.state.standing is None)
    click(channel, "channel.block")
    qtbot.waitUntil(lambda: channel.model.state.standing == "blocked")
    assert "Show this channel again" in shown(channel)


def test_joining_says_the_sum_first_and_pays_what_it_said(
    channel: ChannelPage, client: PreparedClient, qtbot: QtBot
) -> None:
    client.answers["memberships.quote"] = quote("1.20")
    client.answers["memberships.join"] = None
    click(channel, "channel.join")
    qtbot.waitUntil(lambda: channel.model.state.quote is not None)
    qtbot.waitUntil(lambda: "Pay $1.79" in shown(channel))
    words = shown(channel)
    assert "You pay $2.99 less $1.20 that you paid for parts this month." in words
    assert "From 21 Dec it renews at $2.99 a month, within your limits, until you cancel." in words
    assert not client.called("memberships.join")
    click(channel, "channel.pay")
    qtbot.waitUntil(lambda: bool(client.called("memberships.join")))
    ((values, named),) = client.called("memberships.join")
    assert (values, named["amount"]) == ((TIER.tier_id,), samples.usd("1.79"))


def test_what_was_paid_by_the_part_is_shown_on_the_tiers_it_counts_toward(
    channel: ChannelPage, client: PreparedClient, qtbot: QtBot
) -> None:
    part_way = TIER.model_copy(update={"due": TIER.price, "counted": samples.usd("1.20")})
    client.answers["profiles.page"] = PAGE.model_copy(update={"tiers": (PATRON, part_way)})
    channel.model.refresh()
    qtbot.waitUntil(lambda: "Join Supporter for $1.79 now" in shown(channel))
    assert "$1.20 of $2.99 toward Supporter this month. After thirty days $2.99 a month." in shown(channel)
    assert "Join Patron" in shown(channel)
    (bar,) = channel.findChildren(ProgressBar, "channel.fare")
    assert bar.percent == 40


def test_the_keyboard_stays_with_the_sum_and_never_lies_on_what_pays(
    channel: ChannelPage, client: PreparedClient, qtbot: QtBot
) -> None:
    client.answers["memberships.quote"] = quote()
    button = channel.findChild(QPushButton, "channel.join")
    assert button is not None
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: _focused() == "channel.leave")
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: channel.model.state.quote is None)
    qtbot.waitUntil(lambda: _focused() == "channel.join")
    assert not client.called("memberships.join")
    assert channel.verticalScrollBar().value() == 0


def _focused() -> str:
    widget = QApplication.focusWidget()
    return "" if widget is None else widget.objectName()


def test_a_members_own_tier_is_marked_and_another_is_a_change(
    channel: ChannelPage, client: PreparedClient, qtbot: QtBot
) -> None:
    client.answers["memberships.mine"] = MembershipsOut(memberships=(membership("active"),), payments=())
    client.answers["memberships.quote"] = upgrade("1.40")
    channel.model.refresh()
    qtbot.waitUntil(lambda: bool(channel.model.state.memberships))
    qtbot.waitUntil(lambda: "Change to Patron" in shown(channel))
    assert "it renews then" in shown(channel)
    click(channel, "channel.join")
    qtbot.waitUntil(lambda: "Pay $1.40" in shown(channel))
    words = shown(channel)
    assert "It costs $5.99 a month; for the time that is left you pay only the difference of $1.40." in words
    assert "From 21 Dec it renews at $5.99 a month" in words
    assert not client.called("memberships.join")


def test_a_node_that_is_down_is_said_and_asked_again(
    channel: ChannelPage, client: PreparedClient, shell: Shell, qtbot: QtBot
) -> None:
    client.answers["profiles.page"] = ProblemError("node.unreachable")
    channel.model.open("0x" + "ab" * 20, "Tin Roof Cinema", "")
    qtbot.waitUntil(lambda: channel.model.state.problem is not None)
    words = shown(channel)
    assert "Tin Roof Cinema" in words
    assert "not opened on this computer before" in words
    client.answers["profiles.page"] = PAGE
    QTest.mouseClick(channel.banner.button, Qt.MouseButton.LeftButton)
    shell.handled[-1][1]()
    qtbot.waitUntil(lambda: channel.model.state.page is not None)
    assert "not opened on this computer before" not in shown(channel)
    client.answers["profiles.page"] = ProblemError("node.unreachable")
    channel.model.open("0x" + "ac" * 20, "Night Harbour", "")
    qtbot.waitUntil(lambda: channel.model.state.problem is not None)
    click(channel, "channel.discover")
    assert shell.visited[-1] == ("discover", {})


def test_with_every_service_down_a_channel_is_shown_as_it_was_seen(
    page_context: PageContext, client: PreparedClient, tmp_path: Path, qtbot: QtBot
) -> None:
    context = dataclasses.replace(page_context, profile_path=str(tmp_path))
    client.answers |= {"profiles.page": PAGE, "library.standings": NOBODY, "catalogue.blob": b"jpeg"}
    params = {"creator": samples.CREATOR, "name": "As on the card", "node": ""}
    first = ChannelPage(context)
    qtbot.addWidget(first)
    first.open(params)
    qtbot.waitUntil(lambda: first.model.state.page == PAGE)
    seen = first.model.state.pictures
    down = ProblemError("service.unreachable")
    client.answers |= {"profiles.page": down, "library.standings": down, "catalogue.blob": down}
    second = ChannelPage(context)
    qtbot.addWidget(second)
    second.show()
    second.open(params)
    qtbot.waitUntil(lambda: second.model.state.page == PAGE)
    qtbot.waitUntil(lambda: second.model.state.pictures.keys() >= seen.keys())
    assert second.model.state.problem is not None
    assert "1 film, as seen" in shown(second)
    client.answers |= {"profiles.page": PAGE}
    second.model.refresh()
    qtbot.waitUntil(lambda: second.model.state.as_of is None and second.model.state.problem is None)
