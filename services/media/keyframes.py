"""Chooses where a film is cut, given its key frames. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

TARGET_MS = 10_000
MIN_MS, MAX_MS = 6_000, 15_000
"""A film whose key frames do not allow chunks between these is coded anew."""
_SLIVER_MS = 2_000
# More key frames than this are not needed to cut well: a film of nothing else keeps the list short.
_CLOSEST_MS = 200


@dataclass(frozen=True, slots=True)
class Key:
    """A key frame: which of the video packets it is, in file order, and when it is shown from the film's start."""

    ordinal: int
    at_ms: int


class KeyList:
    """Collects key frames, ascending; those too close to the one before are left out."""

    def __init__(self) -> None:
        self.keys: list[Key] = []

    def add(self, ordinal: int, at_ms: int) -> None:
        """Take a key frame; the first stands for the film's start."""
        if not self.keys:
            self.keys.append(Key(ordinal, 0))
        elif at_ms - self.keys[-1].at_ms >= _CLOSEST_MS:
            self.keys.append(Key(ordinal, at_ms))


def choose_cuts(keys: list[Key], duration_ms: int) -> tuple[Key, ...] | None:
    """Choose the key frames nearest to ten seconds after each cut, such that the rest can be cut too.

    keys: ascending, the first at 0. A last sliver stays with the chunk before it. None when no choice gives chunks of
    6 to 15 s.
    """
    ways = _Ways(keys, duration_ms)
    if not keys or not ways.leads_on(0):
        return None
    starts, at = [0], 0
    while duration_ms - keys[at].at_ms >= TARGET_MS + _SLIVER_MS:
        following = ways.nearest(at)
        if following is None:
            break
        starts.append(following)
        at = following
    return tuple(keys[index] for index in starts)


def even_cuts(duration_ms: int) -> tuple[int, ...]:
    """Give the starts of chunks of ten seconds, for a film whose key frames are ours to choose."""
    starts = range(0, max(duration_ms, 1), TARGET_MS)
    is_sliver = len(starts) > 1 and duration_ms - starts[-1] < _SLIVER_MS
    return tuple(starts[:-1] if is_sliver else starts)


class _Ways:
    """From which key frames the film's end can be reached in chunks of the lengths allowed."""

    def __init__(self, keys: list[Key], duration_ms: int) -> None:
        self._keys, self._duration_ms = keys, duration_ms
        self._times = [key.at_ms for key in keys]
        # How many of the key frames from here on lead to the end.
        self._leading = [0] * (len(keys) + 1)
        for index in reversed(range(len(keys))):
            first, last = self._window(index)
            leads = self._is_last(index) or self._leading[first] > self._leading[last]
            self._leading[index] = self._leading[index + 1] + (leads and self._can_start(index))

    def leads_on(self, index: int) -> bool:
        """Say whether the end can be reached from a key frame."""
        return self._leading[index] > self._leading[index + 1]

    def nearest(self, index: int) -> int | None:
        """Give the key frame nearest to ten seconds further on from which the end can be reached."""
        goal = self._times[index] + TARGET_MS
        choices = (other for other in range(*self._window(index)) if self.leads_on(other))
        return min(choices, key=lambda other: abs(self._times[other] - goal), default=None)

    def _window(self, index: int) -> tuple[int, int]:
        start = self._times[index]
        return bisect_left(self._times, start + MIN_MS), bisect_right(self._times, start + MAX_MS)

    def _is_last(self, index: int) -> bool:
        return self._duration_ms - self._times[index] <= MAX_MS + _SLIVER_MS

    def _can_start(self, index: int) -> bool:
        return index == 0 or self._duration_ms - self._times[index] >= _SLIVER_MS
