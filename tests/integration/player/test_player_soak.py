"""Opening, playing fast and closing again and again leaves nothing behind.

MUSECLOCK_PLAYER_CYCLES: how many times (1,000 before a release); MUSECLOCK_PLAYER_MINUTES: how much film at eight times
its speed (180 before a release). What is counted is memory of our own, without what is mapped from files, after the
allocator gave back what ended threads left to it. Python's garbage is collected as the application does it; without
that a thousand engines would keep their small objects, and without the engine's letting go of its pictures, those.
What was counted on the way is logged (--log-cli-level=INFO).
"""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from player.vlc import callbacks
from player.vlc.engine import Engine, Run
from player.vlc.frames import Frame
from studio.kit.collector import Collector
from tests.fixtures.player import CutFilm

log = logging.getLogger(__name__)

CYCLES = int(os.environ.get("MUSECLOCK_PLAYER_CYCLES", "12"))
SPEED = 8.0
MINUTES = float(os.environ.get("MUSECLOCK_PLAYER_MINUTES", "0.3"))
# The allocator's arenas and libVLC's own stores fill during the first dozens of cycles.
WARM_PART = 10
WARM_UP = max(4, CYCLES // WARM_PART)
# A leak of one picture a cycle would be a quarter of a megabyte each.
GROWTH_KIB = 10 * 1024
# A picture every 40 ms of film, and a machine that is busy with other tests.
LONGEST_S = 300 + CYCLES + MINUTES * 60 / SPEED * 4

pytestmark = pytest.mark.timeout(LONGEST_S)


@pytest.fixture(autouse=True)
def _collected(qapp: object) -> Iterator[None]:
    collector = Collector()
    yield
    collector.stop()


def counted() -> tuple[int, int]:
    return len(list(Path("/proc/self/fd").iterdir())), len(list(Path("/proc/self/task").iterdir()))


def memory_kib() -> int:
    gc.collect()
    # What the allocator keeps of threads that ended is no leak: it is used again.
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).malloc_trim(0)
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Anonymous:"))


def live_players() -> int:
    gc.collect()
    return sum(1 for found in gc.get_objects() if type(found).__name__ == "MediaPlayer")


def cycle(film: CutFilm, qtbot: QtBot, number: int) -> None:
    engine = Engine(silent=True)
    engine.chunk_wanted.connect(lambda run, index: engine.feed(run, index, film.chunks[index]))
    first = number % len(film.chunks)
    with qtbot.waitSignal(engine.first_picture, timeout=15_000):
        engine.start(Run(film.init, first, first + 1, len(film.chunks), first * film.chunk_ms))
    if number % 3 == 0:
        engine.pause()
    elif number % 3 == 1:
        # Closed while it waits for a part that never comes.
        engine.chunk_wanted.disconnect()
        engine.start(Run(film.init, 0, 1, len(film.chunks)))
    engine.close()
    engine.deleteLater()


def test_open_and_close_leaves_no_handle_no_thread_and_no_picture(
    qapp: object, cut_film: CutFilm, qtbot: QtBot
) -> None:
    for number in range(WARM_UP):
        cycle(cut_film, qtbot, number)
    before, memory, players = counted(), memory_kib(), live_players()
    for number in range(CYCLES):
        cycle(cut_film, qtbot, number)
    log.info("%d KiB, %d handles, %d threads; %d times later:", memory, *before, CYCLES)
    qtbot.waitUntil(lambda: counted()[1] <= before[1], timeout=10_000)
    log.info("%d KiB, %d handles, %d threads", memory_kib(), *counted())
    assert counted()[0] <= before[0] + 2
    assert memory_kib() - memory < GROWTH_KIB
    assert callbacks.live() == (0, 0)
    assert live_players() <= players


def test_fast_play_over_many_borders_does_not_grow(qapp: object, cut_film: CutFilm, qtbot: QtBot) -> None:
    engine = Engine(silent=True)
    engine.chunk_wanted.connect(lambda run, index: engine.feed(run, index, cut_film.chunks[index]))
    engine.picture_ready.connect(engine.frame)
    engine.set_rate(SPEED)
    played_ms = 0
    seen: list[tuple[int, int, int]] = []
    while played_ms < MINUTES * 60_000:
        with qtbot.waitSignal(engine.run_ended, timeout=30_000):
            engine.start(Run(cut_film.init, 0, len(cut_film.chunks), len(cut_film.chunks)))
        played_ms += cut_film.duration_ms
        if played_ms >= MINUTES * 60_000 / WARM_PART * (len(seen) + 1):
            seen.append((memory_kib(), *counted()))
            log.info("%d s of film: %d KiB, %d handles, %d threads", played_ms // 1000, *seen[-1])
    (memory, handles, threads), last = seen[0], seen[-1]
    assert last[0] - memory < GROWTH_KIB
    assert last[1] <= handles + 2
    assert last[2] <= threads + 2
    engine.close()


def test_a_closed_engine_keeps_no_picture_until_garbage_is_collected(
    qapp: object, cut_film: CutFilm, qtbot: QtBot
) -> None:
    seen: list[weakref.ref[object]] = []

    def see(frame: Frame) -> None:
        seen.append(weakref.ref(frame.memory))

    engine = Engine(silent=True, tap=see)
    engine.chunk_wanted.connect(lambda run, index: engine.feed(run, index, cut_film.chunks[index]))
    with qtbot.waitSignal(engine.run_ended):
        engine.start(Run(cut_film.init, 0, 1, len(cut_film.chunks)))
        engine.settle(1)
    assert seen[-1]() is not None
    engine.close()
    assert [ref for ref in seen if ref() is not None] == []
