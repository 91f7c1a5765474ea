"""The player's engine as the window sees it: runs of chunks in, pictures and events out, nothing ever blocks."""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from player.core.fragments import Entry, Track, entries, entry_before, picture_track, sound_begins, timescales
from player.core.prompt import delay_of, sooner, without_delay, without_lead, without_priming
from player.vlc import library
from player.vlc.frames import Frame, FrameStore
from player.vlc.source import ByteSource
from player.vlc.thread import VlcThread

if TYPE_CHECKING:
    from collections.abc import Callable

# A decoder gives its first picture when it knows which of those it holds comes first: four at most in films as they
# are made, where it is not spread over threads.
_ENOUGH_PICTURES = 5


@dataclass(frozen=True, slots=True)
class Run:
    """What to play: chunks first … limit − 1 of a film of ``total``, entered at the key fragment for enter_ms.

    not_before_ms: a step forward must not land behind this. paused: show the first picture and stand still.
    """

    init: bytes
    first: int
    limit: int
    total: int
    enter_ms: int = 0
    not_before_ms: int = 0
    paused: bool = False


class Engine(QObject):
    """Plays runs of chunks from memory. All methods and signals belong to the GUI thread; ``close`` ends it for good.

    Signals carry the run's number; late ones of an older run may still arrive and are for the receiver to drop.
    """

    chunk_wanted = Signal(int, int)
    """run, index: fetch this chunk and feed it."""
    run_entered = Signal(int, int)
    """run, position_ms: where in the film the first picture lies."""
    first_picture = Signal(int)
    time_reported = Signal(int, int)
    """run, position_ms: coarse, about every 250 ms."""
    run_ended = Signal(int, int)
    """run, index: everything before this chunk was shown; BROKEN_OFF when the data stopped making sense."""
    run_failed = Signal(int)
    stepped = Signal(int, int)
    """run, milliseconds: a held run went on by one picture."""
    picture_ready = Signal()

    _arrived = Signal(str, tuple)

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        silent: bool | None = None,
        tap: Callable[[Frame], None] | None = None,
    ) -> None:
        """Raises ProblemError player.no_vlc. silent: no sound (None: unless this session has a sound device)."""
        super().__init__(parent)
        # Foreign threads speak to this object only, whose pending events go with it. Queued to a receiver that is
        # no QObject, a signal of theirs could arrive after it is gone, in memory that is something else by then.
        self._arrived.connect(self._pass_on, Qt.ConnectionType.QueuedConnection)
        mute = not library.has_sound(os.environ) if silent is None else silent
        instance = library.instance(silent=mute)
        self._source: ByteSource | None = None
        self._run = 0
        self._prompt: _Prompt | None = None
        self._frames = FrameStore(self._on_picture, tap)
        self._vlc = VlcThread(instance, self._frames, self)

    def start(self, run: Run) -> int:
        """Stop what plays and begin a run; gives its number."""
        self._drop_source()
        self._run += 1
        number = self._run
        track = _track(run.init)
        prompt = self._prompt = _Prompt(track, timescales(run.init), run)

        def wanted(index: int) -> None:
            self._arrived.emit("chunk_wanted", (number, index))

        def enter(chunk: bytes) -> tuple[int, int, bool]:
            return self._enter(number, prompt, chunk)

        self._source = ByteSource(
            run.init, first=run.first, limit=run.limit, total=run.total, wanted=wanted, enter=enter
        )
        self._vlc.begin(number, self._source, size=(track.width, track.height), paused=run.paused)
        self._source.ask()
        return number

    def feed(self, run: int, index: int, chunk: bytes) -> bool:
        """Hand a chunk to a run; False when nobody waits for it any more."""
        if run != self._run or self._source is None or self._prompt is None:
            return False
        return self._source.feed(index, self._prompt.apply(index, chunk))

    def set_limit(self, limit: int) -> None:
        """Move the end of the present run."""
        if self._source is not None:
            self._source.set_limit(limit)

    def settle(self, index: int) -> None:
        """Let the run end before this chunk: the picture is about to get there."""
        if self._source is not None:
            self._source.settle(index)

    def pause(self) -> None:
        """Hold the picture."""
        self._vlc.hold(held=True)

    def resume(self) -> None:
        """Let a held run go on."""
        self._vlc.hold(held=False)

    def stop(self) -> None:
        """End the run; the last picture stays."""
        self._drop_source()
        self._run += 1
        self._vlc.stop()

    def set_volume(self, percent: int) -> None:
        """Set the loudness, 0 to 150."""
        self._vlc.set_volume(max(0, min(150, percent)))

    def set_rate(self, rate: float) -> None:
        """Set the speed, for this run and those after it; voices keep their pitch."""
        self._vlc.set_rate(rate)

    def set_sound(self, track: int) -> None:
        """Hear another sound track, by its place; for this run and those after it."""
        self._vlc.set_sound(track)

    def step(self) -> None:
        """Show the next picture of a held run; says so by ``stepped``."""
        self._vlc.step()

    def frame(self) -> Frame | None:
        """Give the latest picture, untouched until the next call; None before the first."""
        return self._frames.take()

    def close(self) -> None:
        """Stop and release everything; bounded in time."""
        self._drop_source()
        self._run += 1
        self._vlc.close()

    def _drop_source(self) -> None:
        if self._source is not None:
            self._source.abort()
            self._source = None

    def _enter(self, number: int, prompt: _Prompt, chunk: bytes) -> tuple[int, int, bool]:
        entry = prompt.entry or prompt.entry_of(chunk)
        self._arrived.emit("run_entered", (number, entry.start_ms))
        pixels = prompt.track.width * prompt.track.height
        sure = entry.pictures >= _ENOUGH_PICTURES and library.decodes_in_one_thread(pixels)
        return entry.offset, entry.end, sure

    def _pass_on(self, signal: str, values: tuple[int, ...]) -> None:
        getattr(self, signal).emit(*values)

    # ── foreign threads: one signal only, which Qt queues to the GUI thread ──

    def _on_picture(self, news: bool) -> None:
        self._vlc.picture_shown()
        if news:
            self._arrived.emit("picture_ready", ())

    def on_first_picture(self, run: int) -> None:
        """Pass it on."""
        self._arrived.emit("first_picture", (run,))

    def on_time(self, run: int, position_ms: int) -> None:
        """Pass it on."""
        self._arrived.emit("time_reported", (run, position_ms))

    def on_ended(self, run: int, next_index: int) -> None:
        """Pass it on."""
        self._arrived.emit("run_ended", (run, next_index))

    def on_stepped(self, run: int, picture_ms: int) -> None:
        """Pass it on."""
        self._arrived.emit("stepped", (run, picture_ms))

    def on_failed(self, run: int) -> None:
        """Pass it on."""
        self._arrived.emit("run_failed", (run,))


class _Prompt:
    """Prepares a run's chunks: its second picture follows the first as any other does, and sound comes with them."""

    def __init__(self, track: Track, scales: dict[int, int], run: Run) -> None:
        self.track, self._scales, self._run = track, scales, run
        self._begins = sound_begins(run.init)
        self._delay: int | None = None
        self.entry: Entry | None = None
        """Where the run enters its first chunk; None before that is here, and when it makes no sense."""

    def apply(self, index: int, chunk: bytes) -> bytes:
        """Give a chunk as libVLC shall read it; a damaged one as it is."""
        try:
            return self._applied(index, chunk)
        except (ValueError, struct.error, IndexError):
            return chunk

    def _applied(self, index: int, chunk: bytes) -> bytes:
        if self._delay is None:
            self._delay = delay_of(chunk, self.track)
        chunk = without_priming(chunk, self._begins)
        is_first = index == self._run.first
        if is_first:
            chunk = without_lead(chunk, self.track, self._scales, self.entry_of(chunk).offset)
        if self._delay > 0:
            chunk = without_delay(chunk, self.track, self._delay)
        if is_first:
            self.entry = self.entry_of(chunk)
            chunk = sooner(chunk, self.track, self.entry.offset)
        return chunk

    def entry_of(self, chunk: bytes) -> Entry:
        """Give where the run enters its first chunk; its first byte when that makes no sense."""
        found, run = _entries(chunk, self.track), self._run
        if not found:
            return Entry(0, run.enter_ms)
        return entry_before(found, run.enter_ms, not_before_ms=run.not_before_ms)


def _entries(chunk: bytes, track: Track) -> tuple[Entry, ...]:
    try:
        return entries(chunk, track)
    except ValueError:
        # Damaged boxes: let the decoder judge, from the start of the chunk.
        return ()


def _track(init: bytes) -> Track:
    try:
        return picture_track(init)
    except ValueError:
        # An init without a picture or damaged: libVLC will report the failure.
        return Track(0, 1)
