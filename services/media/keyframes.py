"""Finds where a film can be cut: reads every packet once without decoding and chooses key frames."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from av.packet import Packet
from av.stream import Stream

from services.media import limits
from services.media.film import MediaFacts
from services.media.packets import packets
from services.media.probe import open_source, unreadable_as_problem
from services.wire.problems import ProblemError

TARGET_MS = 10_000
_USUAL_MS = (6_000, 15_000)
# With these a film whose key frames lie up to 16 s apart can always be cut.
_ALLOWED_MS = (4_000, 20_000)
_SLIVER_MS = 2_000
# How much a header may promise that no packet holds: rounding and the encoder's padding, not an unfinished copy.
_MISSING_MS = 1_500
# Sound that ends this much after the picture is padding and not charged.
_TAIL_MS = 500
_REPORT_EVERY = 2_000


@dataclass(frozen=True, slots=True)
class Key:
    """A key frame: which of the video packets it is, in file order, and when it is shown from the film's start."""

    ordinal: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class CutPlan:
    """The key frame that each chunk starts with, and the film's length."""

    starts: tuple[Key, ...]
    duration_ms: int

    def span(self, index: int) -> tuple[int, int]:
        """Give the start and end of a chunk in milliseconds."""
        last = index + 1 == len(self.starts)
        return self.starts[index].at_ms, self.duration_ms if last else self.starts[index + 1].at_ms


def plan_cuts(path: Path, on_progress: Callable[[int, int], None]) -> CutPlan:
    """Read the whole film and choose its cuts; calls on_progress(done_ms, total_ms).

    Raises ProblemError: as open_source, and media.unreadable for a film that ends early, media.keyframes.
    """
    with open_source(path) as source, unreadable_as_problem(path):
        reading, promised_ms = _Reading(), source.facts.duration_ms
        for count, packet in enumerate(packets(source)):
            reading.take(packet)
            if count % _REPORT_EVERY == 0:
                on_progress(min(reading.duration_ms, promised_ms), promised_ms)
    duration_ms = reading.duration_ms
    _check_duration(duration_ms, source.facts, path)
    on_progress(duration_ms, duration_ms)
    return CutPlan(choose_cuts(reading.keys, duration_ms), duration_ms)


def choose_cuts(keys: list[Key], duration_ms: int) -> tuple[Key, ...]:
    """Choose the key frame nearest to ten seconds after each cut; a last sliver stays with the chunk before it.

    keys: ascending, the first at 0. Raises ProblemError: media.keyframes when two of them lie too far apart.
    """
    starts = [keys[0]]
    while duration_ms - starts[-1].at_ms > TARGET_MS:
        start_ms = starts[-1].at_ms
        following = _nearest(keys, start_ms, _USUAL_MS) or _nearest(keys, start_ms, _ALLOWED_MS)
        if following is None:
            if duration_ms - start_ms <= _ALLOWED_MS[1] + _SLIVER_MS:
                break
            raise ProblemError("media.keyframes", gap_ms=_longest_gap(keys, duration_ms), limit_ms=_ALLOWED_MS[1])
        if duration_ms - following.at_ms < _SLIVER_MS:
            break
        starts.append(following)
    return tuple(starts)


def _nearest(keys: list[Key], start_ms: int, allowed_ms: tuple[int, int]) -> Key | None:
    low, high = start_ms + allowed_ms[0], start_ms + allowed_ms[1]
    first = bisect_left(keys, low, key=_shown_at)
    last = bisect_right(keys, high, key=_shown_at)
    return min(keys[first:last], key=lambda key: abs(key.at_ms - start_ms - TARGET_MS), default=None)


def _shown_at(key: Key) -> int:
    return key.at_ms


def _longest_gap(keys: list[Key], duration_ms: int) -> int:
    marks = [key.at_ms for key in keys] + [duration_ms]
    return max(after - before for before, after in pairwise(marks))


def _check_duration(duration_ms: int, facts: MediaFacts, path: Path) -> None:
    if facts.duration_ms - duration_ms > _MISSING_MS:
        raise ProblemError("media.unreadable", name=path.name, reason="ends_early")
    if duration_ms < limits.MIN_FILM_MS:
        raise ProblemError("media.too_short", duration_ms=duration_ms, limit_ms=limits.MIN_FILM_MS)
    if duration_ms > limits.MAX_FILM_MS:
        raise ProblemError("media.limits", limit="duration", value=duration_ms)


class _Reading:
    """Collects key frames and ends while packets pass; keeps nothing else, whatever the film's length.

    Counts in each stream's own ticks: exact, and quick enough for every packet.
    """

    def __init__(self) -> None:
        self._origin: Fraction | None = None
        self._ends: dict[str, tuple[int, Fraction]] = {}
        self._ordinal = 0
        self._keys: list[Key] = []

    @property
    def keys(self) -> list[Key]:
        """The key frames so far, strictly ascending; the first packet counts as one."""
        return self._keys

    @property
    def duration_ms(self) -> int:
        """How far the film reaches; a little more sound than picture is not counted."""
        picture, sound = self._end_ms("video"), self._end_ms("audio")
        return sound if sound - picture > _TAIL_MS else picture

    def take(self, packet: Packet[Stream]) -> None:
        """Count a packet."""
        if packet.pts is None or not packet.time_base:
            return
        kind, end = packet.stream.type, packet.pts + (packet.duration or 0)
        if kind == "video":
            self._take_picture(packet, packet.pts)
        if kind not in self._ends or end > self._ends[kind][0]:
            self._ends[kind] = (end, packet.time_base)

    def _take_picture(self, packet: Packet[Stream], ticks: int) -> None:
        if packet.is_keyframe or not self._keys:
            moment = ticks * packet.time_base
            self._origin = moment if self._origin is None else self._origin
            at_ms = _ms(moment - self._origin)
            if not self._keys or at_ms > self._keys[-1].at_ms:
                self._keys.append(Key(self._ordinal, at_ms))
        self._ordinal += 1

    def _end_ms(self, kind: str) -> int:
        if kind not in self._ends or self._origin is None:
            return 0
        ticks, time_base = self._ends[kind]
        return max(_ms(ticks * time_base - self._origin), 0)


def _ms(seconds: Fraction) -> int:
    return round(seconds * 1000)
