"""The watch page: paywall, buying, the budget, unsettled payments and refusals; and the same by click."""

from __future__ import annotations

import asyncio
from threading import Event
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from player.core.playback import State
from player.core.timeline import Access
from player.pages.watch.page import WatchPage
from player.pages.watch.state import Cause
from player.pages.watch.view_model import WatchViewModel
from services.units.money import Money
from services.wire.catalogue import BudgetOut, PlaybackOut
from services.wire.problems import ProblemError
from studio.kit.context import PageContext
from tests.fixtures import samples
from tests.fixtures.viewer import FakeEngine, accesses, click, playback, purchase, shown
from tests.fixtures.window import PreparedClient, Shell

FILM = playback("free", "locked", "locked", "locked")


def test_opens_standing_and_plays_on_demand(model: WatchViewModel, engine: FakeEngine, qtbot: QtBot) -> None:
    assert not model.state.is_playing
    assert not engine.runs
    model.toggle()
    assert model.state.is_playing
    qtbot.waitUntil(lambda: bool(engine.fed))
    engine.show_first()
    assert model.state.playback.state is State.PLAYING
    assert (engine.runs[0].first, engine.runs[0].limit) == (0, 1)
    assert engine.fed == [(0, b"\0")]


def test_a_film_that_takes_long_to_open_says_so(page: WatchPage, client: PreparedClient, qtbot: QtBot) -> None:
    del client.answers["playback.open"]  # nobody answers
    page.stage.patience.setInterval(1)
    page.open({"content_id": samples.FILM})
    qtbot.waitUntil(lambda: "Opening the film…" in shown(page))
    page.model._on_film((FILM, b"init"))
    assert "Opening the film…" not in shown(page)
    assert "Watch, up to $0.03" in shown(page)


def test_goes_on_where_it_was_left(page: WatchPage, client: PreparedClient, engine: FakeEngine, qtbot: QtBot) -> None:
    client.answers["playback.open"] = playback("free", "owned", position_ms=13_000)
    page.open({"content_id": samples.FILM})
    qtbot.waitUntil(lambda: page.model.state.item is not None)
    assert page.model.state.position_ms == 13_000
    page.model.play()
    assert (engine.runs[0].first, engine.runs[0].enter_ms) == (1, 13_000)


def test_paywall_names_its_prices_and_keeps_position_and_controls(page: WatchPage, walled: WatchViewModel) -> None:
    paywall = walled.state.paywall
    assert paywall is not None
    assert paywall.cause is Cause.LOCKED
    assert (paywall.wanted.price, paywall.per_minute, paywall.rest) == (Money(10_000), Money(60_000), Money(30_000))
    assert walled.state.position_ms == 10_000
    words = shown(page)
    for told in ("$0.01", "$0.06", "$0.03", "Watch this part for $0.01", "0:10 / 0:40"):
        assert told in words
    primaries = [
        each for each in page.findChildren(QAbstractButton) if each.property("role") == "primary" and each.isVisible()
    ]
    assert [each.objectName() for each in primaries] == ["paywall.buy"]


def test_one_click_buys_and_plays_on(
    page: WatchPage, walled: WatchViewModel, client: PreparedClient, engine: FakeEngine, qtbot: QtBot
) -> None:
    client.answers["playback.buy"] = purchase(1)
    click(page, "paywall.buy")
    assert walled.state.paywall is not None
    assert walled.state.paywall.cause is Cause.BUYING
    qtbot.waitUntil(lambda: len(engine.runs) == 2)
    assert (engine.runs[1].first, engine.runs[1].limit, engine.runs[1].enter_ms) == (1, 2, 10_000)
    qtbot.waitUntil(lambda: (1, b"\1") in engine.fed)
    engine.show_first()
    assert walled.state.playback.state is State.PLAYING
    assert walled.state.paywall is None
    assert walled.state.spent == Money(10_000)
    assert "spent $0.01" in shown(page)
    wanted = {"first_chunk": 1, "chunk_count": 1, "auto": False, "max_deposit": Money(0), "shown": Money(10_000)}
    assert client.called("playback.buy") == [((samples.FILM,), wanted)]


def test_what_was_read_before_a_purchase_does_not_put_its_sums_back(
    walled: WatchViewModel, client: PreparedClient, qtbot: QtBot
) -> None:
    may_answer, spent = Event(), list[Money]()

    async def late(_content: str) -> PlaybackOut:
        await asyncio.to_thread(may_answer.wait, 60)
        return FILM

    client.answers |= {"playback.open": late, "playback.buy": purchase(1)}
    asked = len(client.called("playback.open"))
    walled.refresh()
    qtbot.waitUntil(lambda: len(client.called("playback.open")) > asked)
    walled.buy()
    qtbot.waitUntil(lambda: walled.state.spent == Money(10_000))
    walled.changed.connect(lambda: spent.append(walled.state.spent))
    client.answers["playback.open"] = playback("free", "owned", "locked", "locked", spent="0.01")
    with qtbot.waitSignal(walled.changed):
        may_answer.set()
    qtbot.waitUntil(lambda: len(client.called("playback.open")) == asked + 2)
    assert set(spent) == {Money(10_000)}
    assert accesses(walled) == [Access.FREE, Access.OWNED, Access.LOCKED, Access.LOCKED]


def test_the_part_that_a_purchase_brought_along_is_not_fetched(
    page: WatchPage, walled: WatchViewModel, client: PreparedClient, engine: FakeEngine, qtbot: QtBot
) -> None:
    client.answers |= {"playback.buy": purchase(1), "playback.brought": b"brought along"}
    click(page, "paywall.buy")
    qtbot.waitUntil(lambda: len(engine.runs) == 2)
    # With the run, before the run's own wish is heard.
    assert engine.fed[-1] == (1, b"brought along")
    with qtbot.assertNotEmitted(walled.projector.chunk_wanted):
        engine.want(1)


def test_a_second_click_while_buying_buys_nothing_more(
    walled: WatchViewModel, client: PreparedClient, qtbot: QtBot
) -> None:
    walled.buy()
    walled.buy()
    walled.buy_rest()
    qtbot.waitUntil(lambda: bool(client.called("playback.buy")))
    assert len(client.called("playback.buy")) == 1


def test_the_rest_in_one_payment(page: WatchPage, walled: WatchViewModel, client: PreparedClient, qtbot: QtBot) -> None:
    client.answers["playback.buy"] = purchase(1, count=3, spent="0.03")
    click(page, "paywall.rest")
    qtbot.waitUntil(lambda: accesses(walled) == [Access.FREE, *[Access.OWNED] * 3])
    assert client.called("playback.buy")[0][1]["chunk_count"] == 3


def set_budget(client: PreparedClient, limit: str) -> None:
    client.answers["playback.set_budget"] = lambda _content, amount: BudgetOut(limit=amount, spent=Money(0))
    spent = [0]

    def buy(
        _content: str, *, first_chunk: int, chunk_count: int, auto: bool, max_deposit: Money | None, shown: Money
    ) -> Any:
        assert auto
        assert shown == Money(10_000) * chunk_count
        assert max_deposit is None
        spent[0] += 10_000
        text = f"{spent[0] / 1_000_000:.2f}"
        return purchase(first_chunk, count=chunk_count, spent=text, budget=(limit, text))

    client.answers["playback.buy"] = buy


def test_keep_buying_by_click_buys_ahead_and_stops_at_the_budget(
    page: WatchPage, walled: WatchViewModel, client: PreparedClient, engine: FakeEngine, qtbot: QtBot
) -> None:
    set_budget(client, "0.02")
    field = page.findChild(QLineEdit, "paywall.budget")
    assert field is not None
    field.selectAll()
    QTest.keyClicks(field, "0.02")
    click(page, "paywall.autobuy")
    qtbot.waitUntil(lambda: len(engine.runs) == 2)
    engine.show_first()
    assert accesses(walled)[1] is Access.OWNED
    engine.time_reported.emit(engine.run, 15_200)
    qtbot.waitUntil(lambda: accesses(walled)[2] is Access.OWNED)
    assert len(engine.runs) == 2
    assert engine.limits[-1] == 3
    assert "spent $0.02 of $0.02" in shown(page)
    engine.time_reported.emit(engine.run, 26_000)
    engine.end(3)
    paywall = walled.state.paywall
    assert paywall is not None
    assert paywall.cause is Cause.BUDGET
    assert "Your budget is used up" in shown(page)
    assert len(client.called("playback.buy")) == 2


def test_a_budget_below_the_price_buys_nothing_and_says_so(
    page: WatchPage, walled: WatchViewModel, client: PreparedClient, qtbot: QtBot
) -> None:
    set_budget(client, "0.01")
    walled.keep_buying(Money(9_999))
    qtbot.waitUntil(lambda: walled.state.paywall is not None and walled.state.paywall.cause is Cause.BUDGET)
    assert not client.called("playback.buy")
    assert "budget" in shown(page).lower()


def test_the_service_has_the_last_word_on_the_budget(
    walled: WatchViewModel, client: PreparedClient, qtbot: QtBot
) -> None:
    set_budget(client, "0.50")
    client.answers["playback.buy"] = ProblemError("budget.session")
    walled.keep_buying(Money(500_000))
    qtbot.waitUntil(lambda: walled.state.paywall is not None and walled.state.paywall.cause is Cause.BUDGET)
    assert len(client.called("playback.buy")) == 1


@pytest.mark.parametrize("answer", [purchase(1, state="unknown"), ProblemError("payment.unknown")])
def test_an_unknown_outcome_is_looked_up_and_never_offered_again(
    page: WatchPage,
    walled: WatchViewModel,
    client: PreparedClient,
    engine: FakeEngine,
    qtbot: QtBot,
    answer: object,
) -> None:
    client.answers["playback.buy"] = answer
    click(page, "paywall.buy")
    qtbot.waitUntil(lambda: walled.state.paywall is not None and walled.state.paywall.cause is Cause.UNKNOWN)
    words = shown(page)
    assert "Look again" in words
    assert "Watch this part" not in words
    assert "Watch, up to" not in words
    client.answers["playback.buy"] = purchase(1)
    click(page, "paywall.buy")
    qtbot.waitUntil(lambda: len(engine.runs) == 2)


def test_a_refusal_says_why_and_leads_to_the_wallet(
    page: WatchPage, walled: WatchViewModel, client: PreparedClient, shell: Shell, qtbot: QtBot
) -> None:
    client.answers["playback.buy"] = ProblemError("payment.insufficient")
    click(page, "paywall.buy")
    qtbot.waitUntil(lambda: walled.state.paywall is not None and walled.state.paywall.cause is Cause.REFUSED)
    assert "Not enough money in your wallet" in shown(page)
    assert "Add money, then buy again." in shown(page)
    click(page, "paywall.action")
    assert shell.handled[0][0].code == "payment.insufficient"
    assert accesses(walled)[1] is Access.LOCKED


def test_no_second_try_by_itself_after_a_refusal_ahead(
    walled: WatchViewModel, client: PreparedClient, engine: FakeEngine, qtbot: QtBot
) -> None:
    set_budget(client, "0.50")
    walled.keep_buying(Money(500_000))
    qtbot.waitUntil(lambda: len(engine.runs) == 2)
    client.answers["playback.buy"] = ProblemError("node.unreachable")
    engine.show_first()
    engine.time_reported.emit(engine.run, 15_200)
    qtbot.waitUntil(lambda: walled.state.refusal is not None)
    engine.time_reported.emit(engine.run, 17_000)
    walled.projector.changed.emit()
    assert len(client.called("playback.buy")) == 2
    assert walled.state.playback.state is State.PLAYING
    assert engine.limits[-1] == 2


def test_seeking_back_into_what_is_owned_costs_nothing(
    page: WatchPage, walled: WatchViewModel, client: PreparedClient, engine: FakeEngine
) -> None:
    bar = page.findChild(QWidget, "watch.seek")
    assert bar is not None
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=QPoint(bar.width() // 10, bar.height() // 2))
    assert engine.runs[-1].first == 0
    assert abs(engine.runs[-1].enter_ms - 4_000) < 60
    assert walled.state.paywall is None
    assert not client.called("playback.buy")


def test_a_seek_into_locked_parts_shows_the_paywall_there(walled: WatchViewModel, engine: FakeEngine) -> None:
    walled.seek(35_000)
    paywall = walled.state.paywall
    assert paywall is not None
    assert (paywall.wanted.first, walled.state.position_ms) == (3, 35_000)
    assert engine.said[-1] == "stop"


def test_the_service_gone_is_told_and_the_film_goes_on_after_a_retry(
    page: WatchPage, model: WatchViewModel, client: PreparedClient, engine: FakeEngine, qtbot: QtBot
) -> None:
    client.answers["playback.chunk"] = ProblemError("service.unreachable")
    model.play()
    qtbot.waitUntil(lambda: model.state.problem is not None)
    assert model.state.playback.state is State.FAILED
    assert page.stage.banner.isVisible()
    client.answers["playback.chunk"] = b"there"
    model.retry()
    qtbot.waitUntil(lambda: (0, b"there") in engine.fed)
    assert model.state.problem is None


@pytest.mark.parametrize("runs", [True, False], ids=["running", "paused"])
def test_a_service_that_is_back_takes_the_film_up_where_it_broke_off(
    page: WatchPage, model: WatchViewModel, client: PreparedClient, engine: FakeEngine, qtbot: QtBot, runs: bool
) -> None:
    client.answers["playback.chunk"] = ProblemError("service.unreachable")
    model.play()
    if not runs:
        model.pause()
    qtbot.waitUntil(lambda: model.state.problem is not None)
    client.answers["playback.chunk"] = b"there"
    model.context.events.resynced.emit()
    qtbot.waitUntil(lambda: (0, b"there") in engine.fed)
    assert model.state.problem is None
    assert not page.stage.banner.isVisible()
    assert model.state.is_playing is runs


def test_what_the_content_lacks_is_not_over_when_the_service_answers(
    model: WatchViewModel, client: PreparedClient, qtbot: QtBot
) -> None:
    client.answers["playback.chunk"] = ProblemError("content.missing")
    model.play()
    qtbot.waitUntil(lambda: model.state.problem is not None)
    asked = len(client.called("playback.open"))
    model.context.events.resynced.emit()
    qtbot.waitUntil(lambda: len(client.called("playback.open")) > asked and not model.state.busy)
    assert model.state.playback.state is State.FAILED


def test_a_film_that_cannot_be_opened_says_so_and_can_be_tried_again(
    page: WatchPage, client: PreparedClient, qtbot: QtBot
) -> None:
    client.answers["playback.open"] = ProblemError("node.unreachable")
    page.open({"content_id": samples.FILM})
    qtbot.waitUntil(lambda: page.model.state.problem is not None)
    assert "cannot be reached" in shown(page)
    client.answers["playback.open"] = FILM
    click(page, "watch.no_film")
    qtbot.waitUntil(lambda: page.model.state.item is not None)
    assert page.stage.isVisible()


def test_a_film_that_is_gone_says_so_and_leads_to_others(
    page: WatchPage, client: PreparedClient, shell: Shell, qtbot: QtBot
) -> None:
    client.answers["playback.open"] = ProblemError("content.not_found")
    page.open({"content_id": samples.FILM})
    qtbot.waitUntil(lambda: page.model.state.problem is not None)
    assert "not offered any more" in shown(page)
    click(page, "watch.no_film")
    assert shell.visited == [("discover", {})]


def test_without_libvlc_the_page_names_the_packages(
    page_context: PageContext, client: PreparedClient, qtbot: QtBot
) -> None:
    client.answers |= {"playback.open": FILM, "playback.init": b"init", "playback.save_position": None}

    def missing() -> FakeEngine:
        raise ProblemError("player.no_vlc")

    page = WatchPage(page_context, missing)
    qtbot.addWidget(page)
    with qtbot.waitExposed(page):
        page.show()
    page.open({"content_id": samples.FILM})
    qtbot.waitUntil(lambda: page.model.state.item is not None)
    page.model.play()
    qtbot.waitUntil(lambda: page.model.state.playback.state is State.FAILED)
    assert "libvlc5" in shown(page)


def test_a_lapsed_chunk_locks_again(
    model: WatchViewModel, client: PreparedClient, engine: FakeEngine, qtbot: QtBot
) -> None:
    client.answers["playback.open"] = playback("free", "owned", "locked")
    model.refresh()
    qtbot.waitUntil(lambda: accesses(model)[1] is Access.OWNED)
    model.play()
    engine.show_first()
    client.answers["playback.chunk"] = ProblemError("content.locked")
    engine.want(1)
    qtbot.waitUntil(lambda: accesses(model)[1] is Access.LOCKED)
    assert engine.limits[-1] == 1


def test_stall_and_recovery(model: WatchViewModel, client: PreparedClient, engine: FakeEngine, qtbot: QtBot) -> None:
    client.answers["playback.open"] = playback("free", "owned", chunk_ms=100)
    model.refresh()
    qtbot.waitUntil(lambda: accesses(model) == [Access.FREE, Access.OWNED])
    model.play()
    qtbot.waitUntil(lambda: bool(engine.fed))
    engine.show_first()
    qtbot.waitUntil(lambda: model.state.playback.state is State.STALLED)
    assert model.state.position_ms == 100
    engine.want(1)
    qtbot.waitUntil(lambda: model.state.playback.state is State.PLAYING)
    # Time that passes without a picture costs nothing, nor does what was owned already.
    assert not client.called("playback.buy")
    assert model.state.spent == Money(0)
