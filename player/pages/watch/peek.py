"""Small pictures for the seek bar: made by a silent player of their own, from parts that may be played now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QImage

from services.wire.problems import ProblemError

if TYPE_CHECKING:
    from collections.abc import Callable

    from player.core.timeline import Timeline
    from player.pages.watch.projector import EngineLike
    from player.vlc.frames import Frame

SIZE = QSize(192, 108)
STEP_MS = 2_000
"""Two positions as near as this have one picture."""
_KEPT = 240
# The pointer that only passes over asks for nothing.
_REST_MS = 120


class Peek(QObject):
    """Signals: ``ready(position_ms, QImage)``; ``chunk_wanted(index)``, answered by ``feed``."""

    ready = Signal(int, QImage)
    chunk_wanted = Signal(int)

    def __init__(self, make_engine: Callable[[], EngineLike]) -> None:
        super().__init__()
        self._make_engine = make_engine
        self._engine: EngineLike | None = None
        self._init = b""
        self._timeline: Timeline | None = None
        self._pictures: dict[int, QImage] = {}
        self._asked_ms, self._run, self._is_out = -1, 0, False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._begin)

    def load(self, init: bytes, timeline: Timeline) -> None:
        """Take another film, or the same one with other parts to be played; pictures of a film stay."""
        if init != self._init:
            self._init = init
            self._pictures.clear()
        self._timeline = timeline

    def ask(self, position_ms: int) -> None:
        """Ask for the picture near a position; it comes by ``ready``, or never where nothing may be played."""
        at_ms = position_ms // STEP_MS * STEP_MS
        found = self._pictures.get(at_ms)
        if found is not None:
            self.ready.emit(position_ms, found)
            return
        timeline = self._timeline
        if timeline is None or self._is_out or not timeline.chunk_at(at_ms).access.playable:
            self._rest.stop()
            return
        if at_ms != self._asked_ms:
            self._asked_ms = at_ms
            self._rest.start()

    @Slot()
    def _begin(self) -> None:
        timeline, engine = self._timeline, self._ready()
        if timeline is None or engine is None:
            return
        from player.vlc.engine import Run

        chunk = timeline.chunk_at(self._asked_ms)
        at_ms = max(self._asked_ms, chunk.start_ms)
        self._run = engine.start(Run(self._init, chunk.index, chunk.index + 1, len(timeline), at_ms, paused=True))

    def feed(self, index: int, chunk: bytes) -> None:
        """Hand over a part that was wanted."""
        if self._engine is not None:
            self._engine.feed(self._run, index, chunk)

    def _ready(self) -> EngineLike | None:
        if self._engine is None and not self._is_out:
            try:
                self._engine = self._make_engine()
            except ProblemError:
                # Without libVLC the page itself says so.
                self._is_out = True
                return None
            self._engine.chunk_wanted.connect(self._on_wanted)
            # The first picture of a run belongs to it for sure; any later one may be told of late.
            self._engine.first_picture.connect(self._on_picture)
        return self._engine

    @Slot(int, int)
    def _on_wanted(self, run: int, index: int) -> None:
        if run == self._run:
            self.chunk_wanted.emit(index)

    @Slot(int)
    def _on_picture(self, run: int) -> None:
        frame = self._engine.frame() if self._engine is not None and run == self._run else None
        if frame is None:
            return
        self._keep(self._asked_ms, _small(frame))
        self.ready.emit(self._asked_ms, self._pictures[self._asked_ms])

    def _keep(self, at_ms: int, picture: QImage) -> None:
        while len(self._pictures) >= _KEPT:
            del self._pictures[next(iter(self._pictures))]
        self._pictures[at_ms] = picture

    def close(self) -> None:
        """Release the player. Idempotent."""
        engine, self._engine = self._engine, None
        self._is_out, self._run = True, 0
        if engine is not None:
            engine.close()


def make_silent_engine() -> EngineLike:
    """Load libVLC and make an engine without sound; raises ProblemError player.no_vlc."""
    from player.vlc.engine import Engine

    return Engine(silent=True)


def _small(frame: Frame) -> QImage:
    whole = QImage(frame.pixels, frame.width, frame.height, frame.pitch, QImage.Format.Format_RGB32)
    return whole.scaled(SIZE, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
