"""The watch page in use: keys, sound, full screen, receipts, leaving and coming back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from player.core.playback import State
from player.core.timeline import Access
from player.pages.watch.overlay import RatesText
from player.pages.watch.page import WatchPage
from player.pages.watch.view_model import WatchViewModel
from services.units.money import Money
from tests.fixtures import samples
from tests.fixtures.viewer import FakeEngine, accesses, click, playback, purchase, shown
from tests.fixtures.window import PreparedClient, Shell


@pytest.mark.parametrize(
    ("key", "position_ms"),
    [(Qt.Key.Key_J, 2_000), (Qt.Key.Key_L, 22_000), (Qt.Key.Key_Left, 7_000), (Qt.Key.Key_Right, 17_000)],
)
def test_keys_move(page: WatchPage, client: PreparedClient, qtbot: QtBot, key: Qt.Key, position_ms: int) -> None:
    client.answers["playback.open"] = playback("free", "owned", "owned", position_ms=12_000)
    page.open({"content_id": samples.FILM})
    qtbot.waitUntil(lambda: page.model.state.item is not None)
    QTest.keyClick(page, key)
    assert page.model.state.position_ms == position_ms


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_K])
def test_keys_play_and_pause(page: WatchPage, model: WatchViewModel, engine: FakeEngine, key: Qt.Key) -> None:
    QTest.keyClick(page, key)
    engine.show_first()
    assert model.state.is_playing
    QTest.keyClick(page, key)
    assert model.state.playback.state is State.PAUSED
    assert engine.said[-1] == "pause"


def test_sound_by_key_and_slider(page: WatchPage, model: WatchViewModel, engine: FakeEngine) -> None:
    model.play()
    QTest.keyClick(page, Qt.Key.Key_M)
    assert (model.state.muted, engine.volume) == (True, 0)
    QTest.keyClick(page, Qt.Key.Key_M)
    assert engine.volume == 100
    QTest.keyClick(page, Qt.Key.Key_Down)
    assert (model.state.volume, engine.volume) == (90, 90)


def test_full_screen_and_back(page: WatchPage, model: WatchViewModel) -> None:
    QTest.keyClick(page, Qt.Key.Key_F)
    assert page.window().isFullScreen()
    QTest.keyClick(page, Qt.Key.Key_Escape)
    assert not page.window().isFullScreen()


def test_receipts_open_beside_the_film(page: WatchPage, model: WatchViewModel, qtbot: QtBot) -> None:
    click(page, "watch.receipts.toggle")
    qtbot.waitUntil(lambda: model.state.receipts is not None)
    assert "Part 2" in shown(page)
    click(page, "watch.receipts.toggle")
    assert not model.state.shows_receipts


def test_a_film_can_be_opened_with_its_receipts(page: WatchPage, client: PreparedClient, qtbot: QtBot) -> None:
    page.open({"content_id": samples.FILM, "beside": "receipts"})
    qtbot.waitUntil(lambda: "Report a problem" in shown(page))


def test_leaving_the_page_pauses_and_remembers(
    page: WatchPage, model: WatchViewModel, client: PreparedClient, engine: FakeEngine, qtbot: QtBot
) -> None:
    model.play()
    engine.show_first()
    page.hide()
    assert model.state.playback.state is State.PAUSED
    qtbot.waitUntil(lambda: bool(client.called("playback.save_position")))


def test_a_purchase_that_ends_while_away_does_not_play(
    page: WatchPage, walled: WatchViewModel, client: PreparedClient, engine: FakeEngine, qtbot: QtBot
) -> None:
    client.answers["playback.buy"] = purchase(1)
    page.hide()
    walled.buy()
    qtbot.waitUntil(lambda: len(engine.runs) == 2)
    engine.show_first()
    assert walled.state.playback.state is State.PAUSED


def test_an_answer_from_before_a_purchase_does_not_undo_it(
    walled: WatchViewModel, client: PreparedClient, qtbot: QtBot
) -> None:
    client.answers["playback.buy"] = purchase(1)
    walled.buy()
    qtbot.waitUntil(lambda: accesses(walled)[1] is Access.OWNED)
    before = len(client.called("playback.open"))
    walled.refresh()
    qtbot.waitUntil(lambda: len(client.called("playback.open")) == before + 1)
    qtbot.waitUntil(lambda: walled.state.spent == Money(0))
    assert accesses(walled)[1] is Access.OWNED


def test_controls_fade_while_playing_and_come_back(
    page: WatchPage, model: WatchViewModel, engine: FakeEngine, qtbot: QtBot
) -> None:
    page.stage.fader._timer.setInterval(10)
    model.play()
    engine.show_first()
    qtbot.waitUntil(lambda: page.stage.fader.away)
    assert page.stage.controls.isVisible()
    page.stage.fader.stir()
    assert not page.stage.fader.away
    page.stage.fader.allow(rest=False)


def test_controls_stay_while_the_pointer_is_on_one(
    page: WatchPage, model: WatchViewModel, engine: FakeEngine, qtbot: QtBot
) -> None:
    fader = page.stage.fader
    fader._timer.setInterval(10)
    QTest.mouseMove(page.stage.controls.play)
    model.play()
    engine.show_first()
    for _ in range(3):
        with qtbot.waitSignal(fader._timer.timeout):
            pass
    assert not fader.away
    QTest.mouseMove(page.stage.surface, QPoint(200, 200))
    qtbot.waitUntil(lambda: fader.away)
    fader.allow(rest=False)


def test_a_control_that_was_not_told_of_the_pointers_leaving_keeps_nothing(
    page: WatchPage, model: WatchViewModel, engine: FakeEngine, qtbot: QtBot
) -> None:
    """So it is when the window comes up under the pointer and the pointer then moves off the control at once."""
    QTest.mouseMove(page.stage.controls.play)
    page.hide()
    page.show()
    QTest.mouseMove(page.stage.surface, QPoint(200, 200))
    page.stage.controls.play.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    page.stage.fader._timer.setInterval(10)
    model.play()
    engine.show_first()
    qtbot.waitUntil(lambda: page.stage.fader.away)
    page.stage.fader.allow(rest=False)


def test_nothing_chosen_leads_to_discover(page: WatchPage, shell: Shell) -> None:
    click(page, "watch.discover")
    assert shell.visited == [("discover", {})]


def test_rates_break_between_their_parts_where_the_stage_is_narrow(qtbot: QtBot) -> None:
    rates = RatesText("rates")
    qtbot.addWidget(rates)
    parts = ("$0.01 per 10 s", "$0.06 a minute", "the first 0:10 free", "or join Supporter, $2.99 a month")
    rates.show_rates(" · ".join(parts), 2_000)
    assert rates.text() == " · ".join(parts)
    rates.fit(rates.sizeHint().width() - 20)
    assert rates.text().split("\n") == [" · ".join(parts[:3]), parts[3]]
    rates.fit(1)
    assert tuple(rates.text().split("\n")) == parts
    rates.show_rates("", 200)
    assert not rates.text()
