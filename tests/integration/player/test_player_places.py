"""Seeks, borders and unlocks through the page's own projector with the real libVLC: every picture is the right one.

Each picture of the film carries its number; the projector decides runs as it does for the watch page.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from player.core.playback import Open, Play, Seek, State
from player.core.timeline import Access, Chunk, Timeline
from player.pages.watch.projector import Projector
from player.vlc.engine import Engine
from player.vlc.frames import Frame
from services.units.money import Money
from tests.fixtures.player import CutFilm, read_number

PICTURE_MS, PER_CHUNK, CHUNK_MS, KEY_MS = 40, 50, 2_000, 1_000
SEEKS = 50
PATIENCE_MS = 30_000


class Told(Engine):
    """Notes with which picture each run began, on libVLC's own thread."""

    firsts: list[int]
    last = -1

    def on_first_picture(self, run: int) -> None:
        self.firsts.append(self.last)
        super().on_first_picture(run)


class Seat:
    """A projector with an engine whose every picture is read; chunks come at once where they may be played."""

    def __init__(self, film: CutFilm) -> None:
        self.film = film
        self.runs: list[list[int]] = []
        self.firsts: list[int] = []
        self.projector = Projector(self._engine)
        self.projector.chunk_wanted.connect(self._feed)
        self.projector.load(film.init, self.timeline(frozenset(range(5))), 0)

    def timeline(self, owned: frozenset[int]) -> Timeline:
        return Timeline(
            tuple(
                Chunk(at, at * CHUNK_MS, (at + 1) * CHUNK_MS, Money(1), Access.OWNED if at in owned else Access.LOCKED)
                for at in range(5)
            )
        )

    def _engine(self) -> Engine:
        self.engine = Told(silent=True, tap=self._see)
        self.engine.firsts = self.firsts
        return self.engine

    def _see(self, frame: Frame) -> None:
        number = self.engine.last = read_number(frame.pixels, frame.pitch)
        if self.runs and (not self.runs[-1] or self.runs[-1][-1] != number):
            self.runs[-1].append(number)

    def _feed(self, index: int) -> None:
        timeline = self.projector.timeline
        if timeline is not None and timeline.chunks[index].access.playable:
            self.projector.feed(index, self.film.chunks[index])

    @property
    def state(self) -> State:
        return self.projector.playback.state

    @property
    def shown(self) -> list[int]:
        return self.runs[-1]


@pytest.fixture
def seat(qapp: object, cut_film: CutFilm) -> Iterator[Seat]:
    made = Seat(cut_film)
    yield made
    made.projector.close()


def test_fifty_seeks_each_show_the_key_picture_of_their_place_first(seat: Seat, qtbot: QtBot) -> None:
    dice = random.Random(11)  # noqa: S311 - the same places each time
    seat.runs.append([])
    seat.projector.dispatch(Open(0))
    qtbot.waitUntil(lambda: bool(seat.shown) and seat.state is State.PLAYING, timeout=PATIENCE_MS)
    for _ in range(SEEKS):
        here_ms, wanted_ms = seat.projector.position_ms, dice.randrange(seat.film.duration_ms - 200)
        seat.firsts.clear()
        seat.projector.dispatch(Seek(wanted_ms))
        qtbot.waitUntil(lambda: bool(seat.firsts) and seat.state is State.PLAYING, timeout=PATIENCE_MS)
        entered = wanted_ms // KEY_MS * KEY_MS
        chunk_ms = wanted_ms // CHUNK_MS * CHUNK_MS
        if wanted_ms > here_ms >= chunk_ms and entered < here_ms and entered + KEY_MS < chunk_ms + CHUNK_MS:
            # A step forward does not land behind where it was.
            entered += KEY_MS
        assert seat.firsts == [entered // PICTURE_MS], (here_ms, wanted_ms)


def test_locked_in_the_middle_it_stops_at_the_very_border_and_goes_on_at_the_very_next_picture(
    seat: Seat, qtbot: QtBot
) -> None:
    owned = frozenset({0})
    seat.projector.set_timeline(seat.timeline(owned))
    seat.runs.append([])
    seat.projector.dispatch(Open(1_000))
    for border in range(1, 5):
        qtbot.waitUntil(lambda: seat.state is State.PAYWALLED, timeout=PATIENCE_MS)
        assert seat.shown[-1] == border * PER_CHUNK - 1
        assert seat.projector.position_ms == border * CHUNK_MS
        frame = seat.projector.frame()
        assert frame is not None
        assert read_number(frame.pixels, frame.pitch) == border * PER_CHUNK - 1
        owned |= {border}
        seat.runs.append([])
        seat.projector.set_timeline(seat.timeline(owned))
        qtbot.waitUntil(lambda: seat.state is State.PLAYING, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: seat.state is State.ENDED, timeout=PATIENCE_MS)
    shown = [number for run in seat.runs for number in run]
    assert shown == sorted(shown)
    # At each unlock the picture that stayed may be drawn once more, and nothing else twice.
    assert set(shown) <= set(range(25, 250))
    assert {49, 50, 99, 100, 149, 150, 199, 200, 249} <= set(shown)


def test_twice_the_speed_over_every_border_and_the_position_follows(seat: Seat, qtbot: QtBot) -> None:
    seat.runs.append([])
    seat.projector.set_rate(2.0)
    seat.projector.dispatch(Open(0))
    qtbot.waitUntil(lambda: bool(seat.shown) and seat.shown[-1] >= 120, timeout=PATIENCE_MS)
    assert abs(seat.projector.position_ms - seat.shown[-1] * PICTURE_MS) < 1_500
    qtbot.waitUntil(lambda: seat.state is State.ENDED, timeout=PATIENCE_MS)
    assert seat.shown == sorted(set(seat.shown))
    # Faster than the screen a picture may be passed over; not the last one.
    assert seat.shown[0] in (0, 1)
    assert seat.shown[-1] == seat.film.frames - 1
    assert len(seat.shown) > seat.film.frames * 3 // 4
    seat.projector.dispatch(Play())
    qtbot.waitUntil(lambda: seat.state is State.PLAYING, timeout=PATIENCE_MS)
