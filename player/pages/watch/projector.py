"""Carries out what the playback machine says on an engine, and tells it what the engine did."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

import shiboken6
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from player.core.playback import (
    AccessChanged,
    Close,
    Command,
    Event,
    Failed,
    Fed,
    FrameShown,
    PauseRun,
    Playback,
    ResumeRun,
    RunEnded,
    Seek,
    StartRun,
    Starved,
    State,
    StopRun,
    step,
)
from player.core.position import PositionClock
from services.wire.problems import ProblemError
from studio.kit.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import SignalInstance

    from player.core.timeline import Timeline
    from player.vlc.engine import Run
    from player.vlc.frames import Frame

TICK_MS = 80
# A run is told to end this long before its border: enough for libVLC to give out its last pictures in time.
SETTLE_MS = 800
# A run with less than this before its border is told at once, or its first picture would wait for more.
SHORT_RUN_MS = 2_000


class EngineLike(Protocol):
    """What the projector needs of player.vlc.engine.Engine."""

    chunk_wanted: SignalInstance
    run_entered: SignalInstance
    first_picture: SignalInstance
    time_reported: SignalInstance
    run_ended: SignalInstance
    run_failed: SignalInstance
    stepped: SignalInstance
    picture_ready: SignalInstance

    def start(self, run: Run) -> int: ...
    def feed(self, run: int, index: int, chunk: bytes) -> bool: ...
    def set_limit(self, limit: int) -> None: ...
    def settle(self, index: int) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def stop(self) -> None: ...
    def set_volume(self, percent: int) -> None: ...
    def set_rate(self, rate: float) -> None: ...
    def set_sound(self, track: int) -> None: ...
    def step(self) -> None: ...
    def frame(self) -> Frame | None: ...
    def close(self) -> None: ...


def make_vlc_engine() -> EngineLike:
    """Load libVLC and make an engine; raises ProblemError player.no_vlc."""
    from player.vlc.engine import Engine

    return Engine()


def monotonic_ms() -> int:
    """The time that playback is measured by."""
    return time.monotonic_ns() // 1_000_000


class Projector(QObject):
    """Plays one film. Signals: ``changed`` for state and position, ``chunk_wanted(index)``, ``picture_ready``.

    The engine is made at the first start, and belongs to the projector.
    """

    changed = Signal()
    chunk_wanted = Signal(int)
    picture_ready = Signal()

    def __init__(
        self, make_engine: Callable[[], EngineLike] = make_vlc_engine, now_ms: Callable[[], int] = monotonic_ms
    ) -> None:
        super().__init__()
        self._make_engine, self._now_ms = make_engine, now_ms
        self._engine: EngineLike | None = None
        self._init = b""
        self.timeline: Timeline | None = None
        self.playback = Playback()
        self.problem: Problem | None = None
        self._clock = PositionClock()
        self._run, self._first, self._fed = 0, 0, 0
        self._not_before_ms = 0
        self._volume, self._rate, self._sound = 100, 1.0, 0
        self._ticker = QTimer(self)
        self._ticker.setInterval(TICK_MS)
        self._ticker.timeout.connect(self._tick)

    @property
    def position_ms(self) -> int:
        """Where the picture is."""
        return self._clock.at(self._now_ms())

    def load(self, init: bytes, timeline: Timeline, position_ms: int) -> None:
        """Take another film, standing at a position."""
        if self.playback.state is not State.EMPTY:
            self.dispatch(Close())
        self._init, self.timeline = init, timeline
        self._place(position_ms)

    def set_timeline(self, timeline: Timeline) -> None:
        """Take over what may be played now."""
        self.timeline = timeline
        if self._engine is not None and self._run:
            self._engine.set_limit(timeline.expected_until(self._first))
        self.dispatch(AccessChanged())

    def dispatch(self, event: Event) -> None:
        """Make a move and carry out what follows from it."""
        if self.timeline is None:
            return
        if isinstance(event, Seek):
            here_ms = self.position_ms
            self._not_before_ms = here_ms if event.position_ms > here_ms else 0
            if self.playback.state is State.EMPTY:
                self._place(max(0, min(event.position_ms, self.timeline.duration_ms - 1)))
                return
        before = self.playback
        self.playback, commands = step(before, event, self.timeline, now_ms=self._now_ms())
        if not isinstance(event, Failed) and self.playback.state is not State.FAILED:
            self.problem = None
        for command in commands:
            self._carry_out(command)
        self._follow(before)
        self.changed.emit()

    def fail(self, problem: Problem) -> None:
        """End playback here with a problem that can be tried again."""
        self.problem = problem
        self.dispatch(Failed(problem.code, self.position_ms))

    def feed(self, index: int, chunk: bytes) -> None:
        """Hand over a chunk that was wanted."""
        if self._engine is None or self.timeline is None or not self._engine.feed(self._run, index, chunk):
            return
        if index == self._fed:
            self._fed += 1
            self._clock = self._clock.bounded(self.timeline.chunks[index].end_ms, self._now_ms())
        if self.playback.state is State.STALLED:
            self.dispatch(Fed())

    def set_volume(self, percent: int) -> None:
        """Set the loudness, 0 to 150."""
        self._volume = percent
        if self._engine is not None:
            self._engine.set_volume(percent)

    def set_rate(self, rate: float) -> None:
        """Set the speed; 1.0 is the film's own."""
        self._rate = rate
        self._clock = self._clock.at_rate(rate, self._now_ms())
        if self._engine is not None:
            self._engine.set_rate(rate)

    def set_sound(self, track: int) -> None:
        """Hear another sound track, by its place."""
        self._sound = track
        if self._engine is not None:
            self._engine.set_sound(track)

    def step(self) -> None:
        """Show the next picture of a film that is held."""
        if self._engine is not None and self._run and self.playback.state is State.PAUSED:
            self._engine.step()

    def frame(self) -> Frame | None:
        """Give the latest picture."""
        return self._engine.frame() if self._engine is not None else None

    def close(self) -> None:
        """Release the engine. Idempotent; may come when Qt has deleted this object's children already."""
        if shiboken6.isValid(self._ticker):
            self._ticker.stop()
        engine, self._engine, self._run = self._engine, None, 0
        self.playback = Playback()
        if engine is not None:
            engine.close()

    # ── commands ──

    def _carry_out(self, command: Command) -> None:
        if isinstance(command, StartRun):
            self._start(command)
        elif self._engine is None:
            return
        elif isinstance(command, PauseRun):
            self._engine.pause()
        elif isinstance(command, ResumeRun):
            self._engine.resume()
        elif isinstance(command, StopRun):
            self._run = 0
            self._engine.stop()

    def _start(self, command: StartRun) -> None:
        timeline, engine = self.timeline, self._ready_engine()
        if engine is None or timeline is None:
            return
        from player.vlc.engine import Run

        chunk = timeline.chunk_at(command.position_ms)
        self._first = self._fed = chunk.index
        run = Run(
            init=self._init,
            first=chunk.index,
            limit=timeline.expected_until(chunk.index),
            total=len(timeline),
            enter_ms=command.position_ms,
            not_before_ms=self._not_before_ms if self._not_before_ms >= chunk.start_ms else 0,
            paused=command.paused,
        )
        self._not_before_ms = 0
        self._clock = self._clock.jumped(command.position_ms, self._now_ms(), bound_ms=chunk.start_ms)
        self._run = engine.start(run)
        self._settle_near(command.position_ms, SHORT_RUN_MS)

    def _ready_engine(self) -> EngineLike | None:
        if self._engine is None:
            try:
                engine = self._make_engine()
            except ProblemError as exc:
                self.problem = Problem.of(exc)
                QTimer.singleShot(0, self, self._no_engine)
                return None
            engine.chunk_wanted.connect(self._on_wanted)
            engine.run_entered.connect(self._on_entered)
            engine.first_picture.connect(self._on_first_picture)
            engine.time_reported.connect(self._on_time)
            engine.run_ended.connect(self._on_ended)
            engine.run_failed.connect(self._on_failed)
            engine.stepped.connect(self._on_stepped)
            engine.picture_ready.connect(self.picture_ready)
            engine.set_volume(self._volume)
            if self._rate != 1.0:
                engine.set_rate(self._rate)
            if self._sound:
                engine.set_sound(self._sound)
            self._engine = engine
        return self._engine

    @Slot()
    def _no_engine(self) -> None:
        if self.problem is not None:
            self.fail(self.problem)

    # ── position ──

    def _place(self, position_ms: int) -> None:
        self._clock = self._clock.jumped(position_ms, self._now_ms(), bound_ms=position_ms)
        self.changed.emit()

    def _follow(self, before: Playback) -> None:
        """Let the clock and its ticks follow the state."""
        state = self.playback.state
        if state is State.PLAYING:
            if before.state is not State.PLAYING:
                self._clock = self._clock.started(self._now_ms())
                self._ticker.start()
            return
        self._ticker.stop()
        self._clock = self._clock.held(self._now_ms())
        if state in (State.PAYWALLED, State.ENDED, State.FAILED) and self.playback != before:
            position_ms = self.playback.position_ms
            self._clock = self._clock.jumped(position_ms, self._now_ms(), bound_ms=position_ms)

    def _settle_near(self, position_ms: int, within_ms: int) -> None:
        """Let the run end at its border when that is near."""
        if self.timeline is None or self._engine is None:
            return
        end = self.timeline.expected_until(self._first)
        if self._first < end < len(self.timeline) and self.timeline.chunks[end].start_ms - position_ms <= within_ms:
            self._engine.settle(end)

    @Slot()
    def _tick(self) -> None:
        timeline = self.timeline
        self._settle_near(self.position_ms, round(SETTLE_MS * max(1.0, self._rate)))
        waits = timeline is not None and self._fed < timeline.expected_until(self._first)
        if waits and self._clock.starved(self._now_ms()):
            self.dispatch(Starved(self.position_ms))
        else:
            self.changed.emit()

    # ── the engine's signals ──

    @Slot(int, int)
    def _on_wanted(self, run: int, index: int) -> None:
        # What a purchase brought along may be here before the wish for it is heard.
        if run == self._run and index >= self._fed:
            self.chunk_wanted.emit(index)

    @Slot(int, int)
    def _on_entered(self, run: int, position_ms: int) -> None:
        if run == self._run and self.timeline is not None:
            # The engine may have taken several parts by the time that it is heard of.
            last = max(self._first, self._fed - 1)
            bound_ms = self.timeline.chunks[last].end_ms
            self._clock = self._clock.jumped(position_ms, self._now_ms(), bound_ms=bound_ms)

    @Slot(int)
    def _on_first_picture(self, run: int) -> None:
        if run == self._run:
            self.dispatch(FrameShown())

    @Slot(int, int)
    def _on_time(self, run: int, position_ms: int) -> None:
        if run == self._run:
            self._clock = self._clock.reported(position_ms, self._now_ms())

    @Slot(int, int)
    def _on_stepped(self, run: int, picture_ms: int) -> None:
        if run == self._run and self.playback.state is State.PAUSED:
            now_ms = self._now_ms()
            at_ms, bound_ms = self._clock.at(now_ms) + picture_ms, self._clock.bound_ms
            self._clock = self._clock.jumped(min(at_ms, bound_ms), now_ms, bound_ms=bound_ms)
            self.changed.emit()

    @Slot(int, int)
    def _on_ended(self, run: int, next_index: int) -> None:
        if run != self._run:
            return
        if next_index < 0:
            self.fail(Problem("player.failed", retryable=True))
        else:
            self.dispatch(RunEnded(next_index))

    @Slot(int)
    def _on_failed(self, run: int) -> None:
        if run == self._run:
            self.fail(Problem("player.failed", retryable=True))
