"""Processor time of playing 1080p30: the engine, against bare libVLC on the plain file, both painted by one widget."""

from __future__ import annotations

import resource
import tempfile
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from player.pages.watch.surface import VideoSurface
from player.vlc import library
from player.vlc.callbacks import forget_pictures, send_pictures
from player.vlc.engine import Engine, Run
from player.vlc.frames import FrameStore
from tests.bench.player_parts.loop import turn, turn_for
from tests.fixtures.player import make_film

SECONDS, PLAYED_MS, ROUNDS = 6, 4_000, 2


class _Bare(QObject):
    """libVLC on the plain file, painted as the engine's pictures are."""

    arrived = Signal()

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.surface = VideoSurface()
        self._store = FrameStore(self._on_picture)
        self.arrived.connect(self._paint, Qt.ConnectionType.QueuedConnection)
        self._player: Any = library.instance(silent=True).media_player_new()
        self._key = send_pictures(self._player, self._store)
        self._player.set_media(library.instance(silent=True).media_new_path(str(path)))
        self.shown = 0

    def _on_picture(self, news: bool) -> None:
        if news:
            self.arrived.emit()

    def _paint(self) -> None:
        self.shown += 1
        self.surface.show_frame(self._store.take())

    def play(self) -> None:
        self._player.play()

    def close(self) -> None:
        self._player.stop()
        self._player.release()
        forget_pictures(self._key)


def cpu_ratio() -> dict[str, Any]:
    """Play both in turn and compare what the process used."""
    with tempfile.TemporaryDirectory() as folder:
        film = make_film(Path(folder), seconds=SECONDS, chunk_s=3, key_each_s=1, size=(1920, 1080))
        bare = ours = 0.0
        for _ in range(ROUNDS):
            plain = _Bare(film.plain)
            bare += _used(plain.surface, plain.play, lambda plain=plain: plain.shown > 0)
            plain.close()
            engine, surface = Engine(silent=True), VideoSurface()
            engine.chunk_wanted.connect(lambda run, index, engine=engine: engine.feed(run, index, film.chunks[index]))
            engine.picture_ready.connect(lambda engine=engine, surface=surface: surface.show_frame(engine.frame()))
            run = Run(film.init, 0, len(film.chunks), len(film.chunks))
            ours += _used(surface, lambda engine=engine, run=run: engine.start(run), lambda s=surface: s.has_frame)
            engine.close()
    note = (
        f"{ours * 100 / (ROUNDS * PLAYED_MS / 1000):.0f} % of a core ours, "
        f"{bare * 100 / (ROUNDS * PLAYED_MS / 1000):.0f} % bare libVLC on the plain file, painted by the same widget; "
        f"1080p25, {ROUNDS} × {PLAYED_MS // 1000} s, whole process"
    )
    return {"value": round(ours / bare, 2), "unit": "ratio", "goal": 1.3, "note": note}


def _used(surface: VideoSurface, play: Any, has_begun: Any) -> float:
    surface.resize(1280, 720)
    surface.show()
    play()
    turn(has_begun)
    before = _seconds()
    turn_for(PLAYED_MS)
    used = _seconds() - before
    surface.hide()
    return used


def _seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
