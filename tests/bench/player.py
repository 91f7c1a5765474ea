"""How soon the first picture is there, what is lost at chunk borders, and how soon the window is painted."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, TypedDict

from PySide6.QtWidgets import QApplication

from player.vlc import library
from player.vlc.callbacks import forget_pictures, send_pictures
from player.vlc.engine import Engine, Run
from player.vlc.frames import Frame, FrameStore
from tests.bench.player_parts import window_side
from tests.bench.player_parts.loop import turn, turn_for
from tests.bench.player_parts.processor import cpu_ratio
from tests.bench.player_parts.seeking import seek_ratio
from tests.fixtures.player import CutFilm, make_film, read_number

FIRST_FRAME_RUNS = 21
WINDOW_RUNS = 9
SECONDS, CHUNK_S = 12, 3
PER_CHUNK = CHUNK_S * 25
# When the next chunk arrives, before its border: what buying ahead promises.
AHEAD_MS = 1_000

BARE_WINDOW = """
import sys
from PySide6.QtWidgets import QApplication, QWidget
class Window(QWidget):
    def paintEvent(self, event):
        print("painted", flush=True)
app = QApplication(sys.argv)
window = Window()
window.resize(1280, 800)
window.show()
app.exec()
"""
# The command itself, as its own script runs it; it is only told to say when its window is painted.
REAL_WINDOW = """
import sys
from studio import __main__ as command
def start(studio):
    studio.window.painted.connect(lambda: print("painted", flush=True))
    own_start(studio)
def is_open_already(*given, **named):
    global own_start
    from studio.app import Studio
    own_start, Studio.start = Studio.start, start
    return own_look(*given, **named)
own_look, command.is_open_already = command.is_open_already, is_open_already
command.main(["demo"])
"""


class Figure(TypedDict):
    """One measured value with what it should be."""

    value: float
    unit: str
    goal: float
    note: str


def figures() -> dict[str, Figure]:
    """Measure picture, processor, clicks, catalogue and window."""
    application = QApplication.instance() or QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        film = make_film(Path(folder), seconds=SECONDS, chunk_s=CHUNK_S, key_each_s=1, size=(1280, 720))
        found = {"first_frame_ratio": first_frame(film), "border_frames_off": borders(film)}
        found["seek_ratio"] = _figure(seek_ratio(film))
    found["cpu_ratio"] = _figure(cpu_ratio())
    assert isinstance(application, QApplication)
    found |= {name: _figure(figure) for name, figure in window_side.figures(application).items()}
    found["window_ratio"] = window()
    del application
    return found


def _figure(found: dict[str, Any]) -> Figure:
    return Figure(value=found["value"], unit=found["unit"], goal=found["goal"], note=found["note"])


# ── first picture ──


def first_frame(film: CutFilm) -> Figure:
    """Alternate the two ways, so that both see the same machine."""
    bare, ours = BarePlayer(film), OurPlayer(film)
    bare.first_picture_ms(), ours.first_picture_ms()  # plugins load once
    pairs = [(bare.first_picture_ms(), ours.first_picture_ms()) for _ in range(FIRST_FRAME_RUNS)]
    bare.close()
    ours.engine.close()
    plain_ms, our_ms = (statistics.median(side) for side in zip(*pairs, strict=True))
    note = f"{our_ms:.1f} ms from memory, {plain_ms:.1f} ms from the plain file; 720p, medians of {FIRST_FRAME_RUNS}"
    return Figure(value=round(our_ms / plain_ms, 2), unit="ratio", goal=1.25, note=note)


class BarePlayer:
    """libVLC on the plain file, with its own defaults, drawing into the same kind of memory."""

    def __init__(self, film: CutFilm) -> None:
        self._film, self._seen = film, 0.0
        self._instance = library.instance(silent=True)
        self._store = FrameStore(self._on_picture)
        self._player: Any = self._instance.media_player_new()
        self._key = send_pictures(self._player, self._store)

    def _on_picture(self, _news: bool) -> None:
        self._seen = self._seen or time.perf_counter()

    def first_picture_ms(self) -> float:
        """From play to the first picture."""
        self._player.stop()
        self._store.expect(0, 0)
        self._seen = 0.0
        start = time.perf_counter()
        media = self._instance.media_new_path(str(self._film.plain))
        self._player.set_media(media)
        self._player.play()
        turn(lambda: self._seen > 0)
        return (self._seen - start) * 1000

    def close(self) -> None:
        self._player.stop()
        self._player.release()
        forget_pictures(self._key)


class OurPlayer:
    """The engine, fed through the event loop as the watch page feeds it."""

    def __init__(self, film: CutFilm) -> None:
        self.film, self.seen_at = film, 0.0
        self.shown: list[int] = []
        self.ended: list[int] = []
        self.withheld: set[int] = set()
        self.engine = Engine(silent=True, tap=self._see)
        self.engine.chunk_wanted.connect(self._feed)
        self.engine.run_ended.connect(lambda _run, index: self.ended.append(index))

    def _see(self, frame: Frame) -> None:
        self.seen_at = self.seen_at or time.perf_counter()
        number = read_number(frame.pixels, frame.pitch)
        if not self.shown or self.shown[-1] != number:
            self.shown.append(number)

    def _feed(self, run: int, index: int) -> None:
        if index not in self.withheld:
            self.engine.feed(run, index, self.film.chunks[index])

    def start(self, first: int, limit: int) -> int:
        """Play chunks first … limit − 1, entered at the first one's start."""
        chunk_ms, total = self.film.chunk_ms, len(self.film.chunks)
        run = self.engine.start(Run(self.film.init, first, limit, total, enter_ms=first * chunk_ms))
        self.engine.settle(limit)
        return run

    def first_picture_ms(self) -> float:
        """From play to the first picture, with only the first chunk there."""
        self.engine.stop()
        turn_for(30)
        self.seen_at, start = 0.0, time.perf_counter()
        self.start(0, 1)
        turn(lambda: self.seen_at > 0)
        return (self.seen_at - start) * 1000


# ── borders ──


def borders(film: CutFilm) -> Figure:
    """Count frames lost or repeated: at borders that are played over, and at borders where each chunk is unlocked."""
    player = OurPlayer(film)
    over = frames_off(play_over(player), film.frames)
    unlocked = frames_off(play_unlocking(player), film.frames)
    player.engine.close()
    count = len(film.chunks) - 1
    note = f"{over} over {count} borders with the next part there 1 s ahead, {unlocked} at {count} unlocks"
    return Figure(value=over + unlocked, unit="frames", goal=0, note=note)


def play_over(player: OurPlayer) -> list[int]:
    """One run; each next chunk arrives a second before its border."""
    player.shown.clear()
    player.ended.clear()
    player.withheld = set(range(1, len(player.film.chunks)))
    run = player.start(0, len(player.film.chunks))
    for index in range(1, len(player.film.chunks)):
        due = index * PER_CHUNK - 25 * AHEAD_MS // 1000
        turn(lambda due=due: bool(player.shown) and player.shown[-1] >= due)  # type: ignore[misc]  # bound per turn
        player.engine.feed(run, index, player.film.chunks[index])
    turn(lambda: bool(player.ended))
    return list(player.shown)


def play_unlocking(player: OurPlayer) -> list[int]:
    """A run a chunk: each ends with its last picture, the next begins with the one after."""
    seen: list[int] = []
    player.withheld = set()
    for index in range(len(player.film.chunks)):
        player.shown.clear()
        player.ended.clear()
        player.start(index, index + 1)
        turn(lambda: bool(player.ended))
        # The picture that stayed from the run before is not shown again by us, but libVLC may draw it once more.
        seen += player.shown[1:] if seen and player.shown[:1] == seen[-1:] else player.shown
    return seen


def frames_off(seen: list[int], frames: int) -> int:
    """Count the frames that are missing, and those that came again."""
    return len(set(range(frames)) - set(seen)) + len(seen) - len(set(seen))


# ── window ──


def window() -> Figure:
    """Start both windows in turn, as processes."""
    with tempfile.TemporaryDirectory() as folder:
        painted_ms(BARE_WINDOW, folder), painted_ms(REAL_WINDOW, folder)  # files into the page cache
        pairs = [(painted_ms(BARE_WINDOW, folder), painted_ms(REAL_WINDOW, folder)) for _ in range(WINDOW_RUNS)]
    bare_ms, real_ms = (statistics.median(side) for side in zip(*pairs, strict=True))
    note = f"{real_ms:.0f} ms from the command to the first paint, bare window {bare_ms:.0f} ms; medians of "
    note += f"{WINDOW_RUNS}, offscreen"
    return Figure(value=round(real_ms / bare_ms, 2), unit="ratio", goal=1.5, note=note)


def painted_ms(script: str, profile: str) -> float:
    """From the start of a process to its window's first paint. profile: where programs keep their data."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_DATA_HOME": profile}
    # Its modules are compiled once, as a person's are.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    took_ms = (time.perf_counter() - start) * 1000
    # With the service that the window may have started: it would slow the next window down.
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    if line.strip() != "painted":
        raise RuntimeError("the window ended before its first paint")
    return took_ms
