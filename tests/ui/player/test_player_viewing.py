"""How a film is watched: speed, loudness, pictures one by one, the small window, what comes next, the figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QWidget
from pytestqt.qtbot import QtBot

from player.core.playback import State
from player.core.speed import SPEEDS, faster, slower
from player.pages.watch.joining import Joining
from player.pages.watch.page import WatchPage
from player.pages.watch.peek import Peek
from player.pages.watch.price_words import price_lines, ways
from player.pages.watch.state import timeline_of
from player.pages.watch.view_model import WatchViewModel
from player.pages.watch.viewing_model import next_after
from player.parts.joining_words import later_words, offer_words
from player.vlc.engine import Engine
from services.units.ids import content_id
from services.wire.catalogue import ItemOut
from tests.fixtures import samples
from tests.fixtures.player import CutFilm
from tests.fixtures.viewer import FakeEngine, click, playback, purchase, receipt, refund, shown
from tests.fixtures.viewer_memberships import offered_film
from tests.fixtures.viewer_scenery import frame_of, scenery
from tests.fixtures.window import PreparedClient, Shell

Shot = Callable[[QWidget, str], None]


def _film(number: int, *, days: int = 0, creator: str = samples.CREATOR) -> ItemOut:
    made = samples.item(f"Film {number}")
    published = made.published_at + timedelta(days=days)
    identity = content_id(f"0x{number:064x}")
    return made.model_copy(update={"content_id": identity, "published_at": published, "creator": creator})


@pytest.fixture
def playing(model: WatchViewModel, engine: FakeEngine, qtbot: QtBot) -> WatchViewModel:
    model.play()
    qtbot.waitUntil(lambda: bool(engine.fed))
    engine.show_first()
    return model


def test_speeds_go_up_and_down_between_a_quarter_and_three() -> None:
    assert (SPEEDS[0], SPEEDS[-1], faster(1.0), slower(1.0)) == (0.25, 3.0, 1.25, 0.75)
    assert (faster(3.0), slower(0.25), faster(1.1)) == (3.0, 0.25, 1.25)


def test_speed_by_key_and_kept_for_the_next_film(
    page: WatchPage, playing: WatchViewModel, engine: FakeEngine, client: PreparedClient, qtbot: QtBot
) -> None:
    for _ in range(2):
        QTest.keyClick(page, Qt.Key.Key_Greater)
    assert (playing.state.speed, engine.rate) == (1.5, 1.5)
    QTest.keyClick(page, Qt.Key.Key_Less)
    assert engine.rate == 1.25
    other = "0x" + "77" * 32
    client.answers["playback.open"] = playback("free", "free")
    playing.open(other)
    qtbot.waitUntil(lambda: playing.state.item is not None)
    assert (playing.state.speed, engine.rate) == (1.25, 1.25)


def test_at_twice_the_speed_the_next_part_is_bought_in_time(
    model: WatchViewModel, engine: FakeEngine, client: PreparedClient, qtbot: QtBot
) -> None:
    film = playback("free", "locked", chunk_ms=8_000, budget=("1", "0"))
    client.answers |= {"playback.open": film, "playback.buy": purchase(1, budget=("1", "0.01"))}
    model.open("0x" + "78" * 32)
    qtbot.waitUntil(lambda: model.state.budget is not None)
    model.set_speed(3.0)
    model.play()
    engine.show_first()
    # Three seconds of ours are nine of the film: the part is due at once, not at its half.
    qtbot.waitUntil(lambda: bool(client.called("playback.buy")))
    assert model.state.position_ms < 4_000


def test_loudness_reaches_a_hundred_and_fifty(page: WatchPage, model: WatchViewModel, engine: FakeEngine) -> None:
    model.play()
    for _ in range(8):
        QTest.keyClick(page, Qt.Key.Key_Up)
    assert (model.state.volume, engine.volume) == (150, 150)


def test_a_film_that_stands_still_goes_on_by_one_picture(
    page: WatchPage, playing: WatchViewModel, engine: FakeEngine
) -> None:
    QTest.keyClick(page, Qt.Key.Key_Period)
    assert playing.state.playback.state is State.PAUSED
    at_ms = playing.state.position_ms
    QTest.keyClick(page, Qt.Key.Key_Period)
    assert engine.said[-1] == "step"
    assert playing.state.position_ms == at_ms + 40


def test_digits_go_to_tenths_and_locked_ones_cost_nothing(
    page: WatchPage, playing: WatchViewModel, client: PreparedClient
) -> None:
    QTest.keyClick(page, Qt.Key.Key_5)
    assert playing.state.playback.state is State.PAYWALLED
    assert playing.state.position_ms == 20_000
    assert not client.called("playback.buy")


def test_the_small_window_keeps_the_film_while_other_pages_are_shown(
    page: WatchPage, playing: WatchViewModel, shell: Shell
) -> None:
    QTest.keyClick(page, Qt.Key.Key_P)
    small = page.small
    assert small is not None
    assert small.windowFlags() & Qt.WindowType.WindowStaysOnTopHint
    page.hide()
    assert playing.state.is_playing
    QTest.keyClick(small, Qt.Key.Key_Space)
    assert not playing.state.is_playing
    click(small, "watch.small.back")
    assert page.small is None
    assert shell.visited[-1] == ("watch", {})


@pytest.mark.parametrize("size", [(640, 360), (405, 720)], ids=["wide", "upright"])
def test_draw_the_small_window(
    page: WatchPage, playing: WatchViewModel, engine: FakeEngine, shot: Shot, size: tuple[int, int]
) -> None:
    engine.picture = frame_of(scenery(1, size))
    engine.picture_ready.emit()
    QTest.keyClick(page, Qt.Key.Key_P)
    assert page.small is not None
    page.small.show_frame(engine.picture)
    shot(page.small, f"player/watch-small-{'wide' if size[0] > size[1] else 'upright'}")


def test_the_end_offers_the_creators_next_film_and_starts_nothing(
    page: WatchPage, playing: WatchViewModel, engine: FakeEngine, client: PreparedClient, shell: Shell, qtbot: QtBot
) -> None:
    client.answers["catalogue.browse"] = (_film(9, days=2), _film(8, days=1), _film(7, days=-1))
    client.answers["playback.open"] = playback("free")
    playing.open("0x" + "79" * 32)
    qtbot.waitUntil(lambda: playing.state.following is not None)
    playing.play()
    engine.show_first()
    engine.end(1)
    card = page.findChild(QWidget, "watch.next")
    assert card is not None
    assert card.isVisible()
    click(page, "watch.next.open")
    assert shell.visited[-1] == ("watch", {"content_id": _film(8).content_id})
    assert not client.called("playback.buy")


def test_what_follows_is_theirs_before_anybodys() -> None:
    here, other = _film(1), "0x" + "cc" * 20
    assert next_after(here, (here,)) is None
    assert next_after(here, (_film(2, creator=other), here)) == _film(2, creator=other)
    older, newer, newest = _film(3, days=-1), _film(4, days=1), _film(5, days=2)
    assert next_after(here, (newest, newer, here, older)) == newer
    assert next_after(newest, (newest, newer, here, older)) == newer


def test_figures_name_money_and_the_time_to_the_key(
    page: WatchPage, walled: WatchViewModel, client: PreparedClient, qtbot: QtBot
) -> None:
    client.answers["playback.buy"] = purchase(1)
    QTest.keyClick(page, Qt.Key.Key_I)
    walled.buy()
    qtbot.waitUntil(lambda: bool(walled.state.figures.key_ms))
    panel = page.findChild(QWidget, "watch.figures")
    assert panel is not None
    assert panel.isVisible()
    assert "Paid now $0.01 for 1 part" in panel.accessibleName()
    QTest.keyClick(page, Qt.Key.Key_Question)
    keys = page.findChild(QWidget, "watch.help")
    assert keys is not None
    assert "full screen" in keys.accessibleName()


@pytest.fixture
def peek(cut_film: CutFilm) -> Iterator[Peek]:
    made = Peek(lambda: Engine(silent=True))
    made.chunk_wanted.connect(lambda index: made.feed(index, cut_film.chunks[index]))
    yield made
    made.close()


def test_the_seek_bar_shows_pictures_of_what_may_be_played_only(peek: Peek, cut_film: CutFilm, qtbot: QtBot) -> None:
    film = playback("free", "owned", "locked", "locked", "locked", chunk_ms=2_000)
    peek.load(cut_film.init, timeline_of(film))
    with qtbot.waitSignal(peek.ready, timeout=15_000) as shown:
        peek.ask(2_500)
    assert shown.args is not None
    assert shown.args[0] == 2_000
    assert isinstance(shown.args[1], QImage)
    assert not shown.args[1].isNull()
    with qtbot.assertNotEmitted(peek.chunk_wanted, wait=400):
        peek.ask(4_500)
    # Seen before: at once, without a run.
    with qtbot.assertNotEmitted(peek.chunk_wanted), qtbot.waitSignal(peek.ready):
        peek.ask(2_900)


def test_the_pointer_on_the_seek_bar_says_whose_the_part_is(page: WatchPage, model: WatchViewModel) -> None:
    bar = page.stage.controls.seek_bar
    QTest.mouseMove(bar, QPoint(bar.width() * 3 // 4, 10))
    bubble = page.findChild(QWidget, "watch.peek")
    assert bubble is not None
    assert bubble.isVisible()
    assert bubble.accessibleName() == "0:30 · not bought"


def test_before_any_click_the_most_it_can_cost_and_the_cheaper_way_first(
    page: WatchPage, client: PreparedClient, qtbot: QtBot
) -> None:
    film = offered_film()
    client.answers["playback.open"] = film
    page.open({"content_id": "0x" + "80" * 32})
    qtbot.waitUntil(lambda: page.model.state.item is not None)
    assert price_lines(page.model.state) == (
        "Watch, up to $0.03",
        "$0.01 per 10 s · $0.06 a minute · the first 0:10 free · or join Supporter, $2.99 a month",
    )
    nearly = film.access.tiers[0].model_copy(update={"counted": samples.usd("2.97")})
    joining = Joining(tiers=(film.access.tiers[1], nearly))
    assert ways(joining, samples.usd("0.03")) == (nearly, True)
    assert offer_words(nearly) == "Join Supporter for $0.02 now"
    assert later_words(nearly) == "$2.97 of $2.99 toward Supporter this month. After thirty days $2.99 a month."
    page.model._set(joining=joining)  # as its service says after the parts were paid
    assert price_lines(page.model.state)[0] == "Join Supporter for $0.02 now, then $2.99 a month"
    assert ways(joining, samples.usd("0.01")) == (nearly, False)


def test_a_member_of_a_cheaper_tier_is_offered_the_difference_first() -> None:
    """A tier that would follow later opens nothing now; of one that opens more, the difference is what it costs."""
    tier, patron = offered_film().access.tiers
    later = tier.model_copy(update={"kind": "downgrade", "due": tier.price, "counted": samples.usd("2.98")})
    more = patron.model_copy(update={"kind": "upgrade", "due": samples.usd("1.40"), "counted": samples.usd("0.90")})
    assert ways(Joining(tiers=(later, more)), samples.usd("0.60")) == (more, True)
    assert ways(Joining(tiers=(later, more)), samples.usd("0.40")) == (more, False)
    assert ways(Joining(tiers=(later,)), samples.usd("0.60")) == (None, False)
    assert offer_words(more) == "Change to Patron for $0.50 now"
    assert later_words(more) == (
        "$0.90 of $1.40 toward Patron this month. For the time that is left of your month, then $5.99 a month."
    )
    assert later_words(later) == "It follows when your present tier ends."


def test_a_problem_with_a_part_asks_its_creator_for_the_money(
    page: WatchPage, model: WatchViewModel, client: PreparedClient, qtbot: QtBot
) -> None:
    line = receipt(1)
    client.answers["memberships.refunds"] = ()
    client.answers["memberships.ask_refund"] = lambda *_values, **_named: refund(line)
    click(page, "watch.receipts.toggle")
    qtbot.waitUntil(lambda: page.findChild(QWidget, "watch.receipt.report") is not None)
    click(page, "watch.receipt.report")
    menu = page.findChild(QMenu, "watch.receipt.reasons")
    assert menu is not None
    assert menu.actions()[0].text() == "Ask for $0.01 back"
    (reason,) = [action for action in menu.actions() if action.text() == "It did not play"]
    assert not client.called("memberships.ask_refund")
    reason.trigger()
    menu.close()
    qtbot.waitUntil(lambda: "money asked back" in shown(page))
    ((values, named),) = client.called("memberships.ask_refund")
    assert (values, named) == ((line.receipt,), {"reason": "It did not play", "node": ""})
