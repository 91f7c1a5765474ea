"""The playback state machine: one pure step from state and event to the next state and the engine's commands.

A *run* is one pass of the engine over chunks that follow each other; a seek or an unlock starts a new one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from player.core.timeline import Access, Chunk, Timeline


class State(Enum):
    """What the viewer sees of the engine."""

    EMPTY = "empty"
    OPENING = "opening"
    PLAYING = "playing"
    PAUSED = "paused"
    STALLED = "stalled"
    PAYWALLED = "paywalled"
    ENDED = "ended"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Open:
    """A film is there: begin at a position."""

    position_ms: int = 0


@dataclass(frozen=True, slots=True)
class Play:
    """The viewer wants it to run (also: once more from the start, try again)."""


@dataclass(frozen=True, slots=True)
class Pause:
    """The viewer wants it to stand still."""


@dataclass(frozen=True, slots=True)
class Seek:
    """The viewer chose a position."""

    position_ms: int


@dataclass(frozen=True, slots=True)
class FrameShown:
    """The run's first picture is on the screen."""


@dataclass(frozen=True, slots=True)
class Starved:
    """The picture reached the end of the data at hand."""

    position_ms: int


@dataclass(frozen=True, slots=True)
class Fed:
    """The awaited chunk arrived."""


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The engine showed everything before this chunk index (the film's length at its end)."""

    next_index: int


@dataclass(frozen=True, slots=True)
class AccessChanged:
    """The timeline has other accesses than before."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Playback cannot go on; code is a problem code."""

    code: str
    position_ms: int


@dataclass(frozen=True, slots=True)
class Close:
    """The viewer leaves."""


Event = Open | Play | Pause | Seek | FrameShown | Starved | Fed | RunEnded | AccessChanged | Failed | Close


@dataclass(frozen=True, slots=True)
class StartRun:
    """Stop what runs and begin at a position; with paused, show its picture and stand still."""

    position_ms: int
    paused: bool = False


@dataclass(frozen=True, slots=True)
class PauseRun:
    """Hold the run."""


@dataclass(frozen=True, slots=True)
class ResumeRun:
    """Let the held run go on."""


@dataclass(frozen=True, slots=True)
class StopRun:
    """End the run, keep the last picture."""


Command = StartRun | PauseRun | ResumeRun | StopRun


@dataclass(frozen=True, slots=True)
class Playback:
    """Where playback is.

    position_ms: where it stands or last started; the moving position belongs to PositionClock.
    wanted: whether it shall run as soon as it can.
    asked_at_ms, start_took_ms: monotonic time of the last StartRun, and how long its first picture took.
    """

    state: State = State.EMPTY
    position_ms: int = 0
    wanted: bool = False
    problem: str = ""
    asked_at_ms: int = 0
    start_took_ms: int = 0


Step = tuple[Playback, tuple[Command, ...]]


def step(playback: Playback, event: Event, timeline: Timeline, *, now_ms: int) -> Step:
    """Make one move. An event that means nothing in this state, such as a late one of the engine, changes nothing.

    now_ms: monotonic.
    """
    move = _MOVES.get((playback.state, type(event))) or _ANYWHERE.get(type(event))
    if move is None:
        return playback, ()
    return move(_At(playback, timeline, now_ms), event)


@dataclass(frozen=True, slots=True)
class _At:
    playback: Playback
    timeline: Timeline
    now_ms: int

    def to(self, state: State, **changes: object) -> Playback:
        return replace(self.playback, state=state, **changes)  # type: ignore[arg-type]

    def start(self, position_ms: int, *, wanted: bool) -> Step:
        opening = self.to(State.OPENING, position_ms=position_ms, wanted=wanted, problem="", asked_at_ms=self.now_ms)
        return opening, (StartRun(position_ms, paused=not wanted),)

    def seek(self, position_ms: int, *, wanted: bool) -> Step:
        inside_ms = max(0, min(position_ms, self.timeline.duration_ms - 1))
        if self.timeline.chunk_at(inside_ms).access is Access.LOCKED:
            return self.wall(inside_ms, stop=True)
        return self.start(inside_ms, wanted=wanted)

    def wall(self, position_ms: int, *, stop: bool) -> Step:
        walled = self.to(State.PAYWALLED, position_ms=position_ms, wanted=True, problem="")
        return walled, (StopRun(),) if stop else ()

    @property
    def here(self) -> Chunk:
        return self.timeline.chunk_at(self.playback.position_ms)


def _open(at: _At, event: Open) -> Step:
    return at.seek(event.position_ms, wanted=True)


def _seek(at: _At, event: Seek) -> Step:
    return at.seek(event.position_ms, wanted=at.playback.state is not State.PAUSED)


def _seek_opening(at: _At, event: Seek) -> Step:
    return at.seek(event.position_ms, wanted=at.playback.wanted)


def _want(at: _At, event: Play | Pause) -> Step:
    return replace(at.playback, wanted=isinstance(event, Play)), ()


def _first_frame(at: _At, _event: object) -> Step:
    took_ms = at.now_ms - at.playback.asked_at_ms
    if at.playback.wanted:
        return at.to(State.PLAYING, start_took_ms=took_ms), (ResumeRun(),)
    return at.to(State.PAUSED, start_took_ms=took_ms), (PauseRun(),)


def _pause(at: _At, _event: object) -> Step:
    return at.to(State.PAUSED, wanted=False), (PauseRun(),)


def _resume(at: _At, _event: object) -> Step:
    return at.to(State.PLAYING, wanted=True), (ResumeRun(),)


def _starved(at: _At, event: Starved) -> Step:
    return at.to(State.STALLED, position_ms=event.position_ms), ()


def _fed(at: _At, _event: object) -> Step:
    return at.to(State.PLAYING), ()


def _run_ended(at: _At, event: RunEnded) -> Step:
    if event.next_index >= len(at.timeline):
        return at.to(State.ENDED, position_ms=at.timeline.duration_ms, wanted=False), ()
    following = at.timeline.chunks[event.next_index]
    if following.access is Access.LOCKED:
        return at.wall(following.start_ms, stop=False)
    return at.start(following.start_ms, wanted=at.playback.wanted)


def _unlocked(at: _At, _event: object) -> Step:
    if at.here.access.playable:
        return at.start(at.playback.position_ms, wanted=True)
    return at.playback, ()


def _refused(at: _At, _event: object) -> Step:
    if at.here.access is Access.LOCKED:
        return at.wall(at.playback.position_ms, stop=True)
    return at.playback, ()


def _again(at: _At, _event: object) -> Step:
    return at.seek(0, wanted=True)


def _retry(at: _At, _event: object) -> Step:
    return at.seek(at.playback.position_ms, wanted=True)


def _fail(at: _At, event: Failed) -> Step:
    failed = at.to(State.FAILED, position_ms=event.position_ms, problem=event.code, wanted=False)
    return failed, (StopRun(),)


def _close(_at: _At, _event: object) -> Step:
    return Playback(), (StopRun(),)


# Any: each move takes the one event that its key in the table names.
Move = Callable[[_At, Any], Step]

_ANYWHERE: dict[type[Event], Move] = {Open: _open, Close: _close, Failed: _fail}

_MOVES: dict[tuple[State, type[Event]], Move] = {
    (State.EMPTY, Failed): lambda at, _event: (at.playback, ()),
    (State.OPENING, FrameShown): _first_frame,
    (State.OPENING, Play): _want,
    (State.OPENING, Pause): _want,
    (State.OPENING, Seek): _seek_opening,
    (State.OPENING, RunEnded): _run_ended,
    (State.OPENING, AccessChanged): _refused,
    (State.PLAYING, Pause): _pause,
    (State.PLAYING, Seek): _seek,
    (State.PLAYING, Starved): _starved,
    (State.PLAYING, RunEnded): _run_ended,
    (State.PAUSED, Play): _resume,
    (State.PAUSED, Seek): _seek,
    (State.PAUSED, RunEnded): _run_ended,
    (State.STALLED, Fed): _fed,
    (State.STALLED, Pause): _pause,
    (State.STALLED, Seek): _seek,
    (State.STALLED, RunEnded): _run_ended,
    (State.STALLED, AccessChanged): _refused,
    (State.PAYWALLED, Seek): _seek,
    (State.PAYWALLED, AccessChanged): _unlocked,
    (State.ENDED, Play): _again,
    (State.ENDED, Seek): _seek,
    (State.FAILED, Play): _retry,
    (State.FAILED, Seek): _seek,
}
