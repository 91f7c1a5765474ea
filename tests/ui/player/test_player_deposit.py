"""The deposit on the paywall: seen before the click, changed by the viewer, asked again, never silently larger."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from player.core import timeline
from player.pages.watch.page import WatchPage
from player.pages.watch.state import Cause
from player.pages.watch.view_model import WatchViewModel
from services.units.money import ZERO, Money
from services.wire.catalogue import Access, BudgetOut
from services.wire.problems import ProblemError
from tests.fixtures.viewer import FakeEngine, accesses, click, playback, purchase, receipt, shown, stand_at_the_wall
from tests.fixtures.window import PreparedClient, Shell

RETURNS = "is set aside for Slow Lantern. What you don’t watch returns; the wallet gives it back in one click."
LINE = "$0.03 is set aside for Slow Lantern; what you don’t watch returns"
FILM = playback("free", "locked", "locked", "locked", deposit="0.03")
LOCKED: tuple[Access, ...] = ("locked",) * 33
CONFIRM = ProblemError("deposit.confirm", amount=30_000, least=20_000)


@pytest.fixture
def walled(
    page: WatchPage, client: PreparedClient, model: WatchViewModel, engine: FakeEngine, qtbot: QtBot
) -> WatchViewModel:
    """The paywall is up, and the first purchase needs a deposit."""
    client.answers["playback.open"] = FILM
    model.refresh()
    qtbot.waitUntil(lambda: bool(model.state.way.usual_deposit))
    stand_at_the_wall(model, engine, qtbot)
    return model


def field(page: WatchPage, name: str) -> QLineEdit:
    found = page.findChild(QLineEdit, name)
    assert found is not None
    return found


def type_deposit(page: WatchPage, amount: str) -> None:
    if not field(page, "paywall.deposit").isVisible():
        click(page, "paywall.deposit.change")
    field(page, "paywall.deposit").selectAll()
    QTest.keyClicks(field(page, "paywall.deposit"), amount)


def cause(model: WatchViewModel) -> Cause | None:
    return None if model.state.paywall is None else model.state.paywall.cause


def caps(client: PreparedClient) -> list[tuple[int, Money | None]]:
    return [(named["chunk_count"], named["max_deposit"]) for _, named in client.called("playback.buy")]


def test_the_deposit_is_said_before_the_click_and_sent_as_the_cap(
    page: WatchPage, walled: WatchViewModel, client: PreparedClient, shell: Shell, qtbot: QtBot
) -> None:
    assert LINE in shown(page)
    assert "Watch this part for $0.01" in shown(page)
    client.answers["playback.buy"] = purchase(1)
    click(page, "paywall.buy")
    qtbot.waitUntil(lambda: accesses(walled)[1] is timeline.Access.OWNED)
    assert caps(client) == [(1, Money(30_000))]
    assert shell.said == [f"$0.03 {RETURNS}"]


def test_with_a_budget_the_deposit_is_said_before_and_after(
    page: WatchPage, walled: WatchViewModel, client: PreparedClient, shell: Shell, qtbot: QtBot
) -> None:
    field(page, "paywall.budget").selectAll()
    QTest.keyClicks(field(page, "paywall.budget"), "0.02")
    assert "With that, up to $0.02 is set aside; what you don’t watch returns." in shown(page)
    client.answers |= {
        "playback.set_budget": BudgetOut(limit=Money(20_000), spent=ZERO),
        "playback.buy": purchase(1, budget=("0.02", "0.01")),
    }
    click(page, "paywall.autobuy")
    qtbot.waitUntil(lambda: accesses(walled)[1] is timeline.Access.OWNED)
    assert shell.said == [f"Up to $0.02 {RETURNS}"]


def test_a_smaller_deposit_is_said_and_sent(
    page: WatchPage, walled: WatchViewModel, client: PreparedClient, qtbot: QtBot
) -> None:
    type_deposit(page, "0.02")
    assert "$0.02 is set aside" in shown(page)
    client.answers["playback.buy"] = purchase(1)
    QTest.keyClick(field(page, "paywall.deposit"), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: accesses(walled)[1] is timeline.Access.OWNED)
    assert caps(client) == [(1, Money(20_000))]
    assert walled.state.chosen_deposit is None


@pytest.mark.parametrize("amount", ["0.009", "0.031", "", "a lot"])
def test_a_deposit_outside_its_limits_cannot_be_sent(
    page: WatchPage, walled: WatchViewModel, client: PreparedClient, amount: str
) -> None:
    type_deposit(page, "0")
    field(page, "paywall.deposit").clear()
    QTest.keyClicks(field(page, "paywall.deposit"), amount)
    buy = page.findChild(QAbstractButton, "paywall.buy")
    assert buy is not None
    assert not buy.isEnabled()
    assert field(page, "paywall.deposit").property("invalid") == "true"
    QTest.keyClick(field(page, "paywall.deposit"), Qt.Key.Key_Return)
    assert not client.called("playback.buy")
    type_deposit(page, "0.01")
    assert buy.isEnabled()


def test_a_larger_need_is_asked_again_with_its_sum(
    page: WatchPage, walled: WatchViewModel, client: PreparedClient, qtbot: QtBot
) -> None:
    type_deposit(page, "0.01")
    client.answers["playback.buy"] = CONFIRM
    click(page, "paywall.buy")
    qtbot.waitUntil(lambda: cause(walled) is Cause.DEPOSIT)
    words = shown(page)
    assert "A larger deposit is needed" in words
    assert "$0.02 is set aside" in words
    client.answers["playback.buy"] = purchase(1)
    click(page, "paywall.buy")
    qtbot.waitUntil(lambda: accesses(walled)[1] is timeline.Access.OWNED)
    assert caps(client) == [(1, Money(10_000)), (1, Money(20_000))]
    assert walled.state.asked is None


def test_a_deposit_that_was_not_announced_is_never_made_silently(
    page: WatchPage,
    model: WatchViewModel,
    client: PreparedClient,
    engine: FakeEngine,
    qtbot: QtBot,
) -> None:
    stand_at_the_wall(model, engine, qtbot)
    assert "payment channel" not in shown(page)
    client.answers["playback.buy"] = CONFIRM
    click(page, "paywall.rest")
    qtbot.waitUntil(lambda: cause(model) is Cause.DEPOSIT)
    assert caps(client) == [(3, Money(0))]
    words = shown(page)
    assert LINE in words
    assert "Watch 3 parts for $0.03" in words
    client.answers["playback.buy"] = purchase(1, count=3, spent="0.03")
    click(page, "paywall.buy")
    qtbot.waitUntil(lambda: accesses(model) == [timeline.Access.FREE, *[timeline.Access.OWNED] * 3])
    assert caps(client)[1:] == [(3, Money(30_000))]


def test_the_rest_names_its_sum_and_may_be_deposited_whole(
    page: WatchPage, walled: WatchViewModel, client: PreparedClient, qtbot: QtBot
) -> None:
    type_deposit(page, "0.01")
    client.answers["playback.buy"] = purchase(1, count=3, spent="0.03")
    click(page, "paywall.rest")
    qtbot.waitUntil(lambda: accesses(walled)[3] is timeline.Access.OWNED)
    assert caps(client) == [(3, Money(30_000))]


def test_going_elsewhere_ends_the_question(walled: WatchViewModel, client: PreparedClient, qtbot: QtBot) -> None:
    client.answers["playback.buy"] = CONFIRM
    walled.buy()
    qtbot.waitUntil(lambda: cause(walled) is Cause.DEPOSIT)
    walled.seek(25_000)
    assert walled.state.asked is None
    assert cause(walled) is Cause.LOCKED


def test_a_need_without_its_sums_is_a_refusal(walled: WatchViewModel, client: PreparedClient, qtbot: QtBot) -> None:
    client.answers["playback.buy"] = ProblemError("deposit.confirm")
    walled.buy()
    qtbot.waitUntil(lambda: cause(walled) is Cause.REFUSED)


def test_at_the_wall_the_desk_is_asked_what_it_takes(
    model: WatchViewModel, client: PreparedClient, engine: FakeEngine, qtbot: QtBot
) -> None:
    client.answers["playback.open"] = FILM
    assert not model.state.way.usual_deposit
    stand_at_the_wall(model, engine, qtbot)
    qtbot.waitUntil(lambda: model.state.way.usual_deposit == Money(30_000))
    qtbot.waitUntil(lambda: bool(client.called("playback.save_position")))
    assert client.called("playback.save_position")[-1][0][1] == 10_000


@pytest.mark.parametrize(
    ("why", "says"),
    [
        ("setting", "You chose to settle every part there."),
        ("node", "This seller offers no payment channels."),
        ("other_code", "not the audited one"),
        ("unreachable", "cannot be asked"),
        ("something new", "Each part is settled on the chain."),
    ],
)
def test_on_the_chain_the_card_says_why(
    page: WatchPage,
    model: WatchViewModel,
    client: PreparedClient,
    engine: FakeEngine,
    qtbot: QtBot,
    why: str,
    says: str,
) -> None:
    client.answers["playback.open"] = playback("free", *LOCKED, why=why)
    model.refresh()
    qtbot.waitUntil(lambda: not model.state.way.by_channel)
    stand_at_the_wall(model, engine, qtbot)
    words = shown(page)
    assert says in words
    assert "Each part is settled on the chain." in words
    assert "is set aside" not in words
    assert "Buy the next 5 minutes for $0.30" in words
    assert "Buy the rest for $0.33" in words


def test_five_minutes_are_one_purchase(
    page: WatchPage, model: WatchViewModel, client: PreparedClient, engine: FakeEngine, qtbot: QtBot
) -> None:
    client.answers["playback.open"] = playback("free", *LOCKED, why="node")
    model.refresh()
    qtbot.waitUntil(lambda: not model.state.way.by_channel)
    stand_at_the_wall(model, engine, qtbot)
    client.answers["playback.buy"] = purchase(1, count=30, spent="0.30")
    click(page, "paywall.minutes")
    qtbot.waitUntil(lambda: accesses(model)[30] is timeline.Access.OWNED)
    assert caps(client) == [(30, Money(0))]


def test_by_channel_five_minutes_are_no_cheaper_and_not_offered(page: WatchPage, walled: WatchViewModel) -> None:
    button = page.findChild(QWidget, "paywall.minutes")
    assert button is not None
    assert not button.isVisible()


def test_the_deposit_can_be_reached_and_changed_by_keys(page: WatchPage, walled: WatchViewModel) -> None:
    change = page.findChild(QAbstractButton, "paywall.deposit.change")
    assert change is not None
    assert change.accessibleName() == "Change the deposit"
    change.setFocus()
    QTest.keyClick(change, Qt.Key.Key_Space)
    assert field(page, "paywall.deposit").hasFocus()
    assert field(page, "paywall.deposit").accessibleName() == "Deposit in dollars"


def test_a_receipt_without_a_transaction_says_by_channel(
    page: WatchPage, walled: WatchViewModel, client: PreparedClient, qtbot: QtBot
) -> None:
    client.answers["playback.receipts"] = (receipt(1, by_channel=True), receipt(2), receipt(3, state="refused"))
    walled.toggle_receipts()
    qtbot.waitUntil(lambda: walled.state.receipts is not None)
    lines = [part for part in shown(page).split(" | ") if part.startswith("21 Nov, ")]
    assert lines == ["21 Nov, 14:05 · by channel", "21 Nov, 14:05 · 0x9d4e…9d4e", "21 Nov, 14:05"]
