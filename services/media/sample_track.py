"""A track of an MP4 as its index tells it, a few thousand samples in memory at a time."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from itertools import islice
from operator import lt, sub
from typing import Final

from services.media.fragments import Run
from services.media.sample_tables import Sample, SampleTable

_AT_ONCE: Final = 4_096


class SampleTrack:
    """Gives a track's samples in order, in runs. Whatever does, raises ValueError for an index that no muxer takes.

    number: the muxer's for this track. first: when its first sample is decoded by the film's own clock, which all
    tracks share. begins: what the muxer calls that moment. later: how much later than
    its table says each sample is shown. Times are in the track's ticks, of which ``scale`` make a second.
    """

    def __init__(
        self, number: int, table: SampleTable, *, is_picture: bool, scale: int, first: int, begins: int, later: int
    ) -> None:
        self.scale = scale
        self._number, self._is_picture = number, is_picture
        self._samples = table.samples(first)
        self._delays_coming, self._later, self._last_duration = table.delays(), later, table.last_duration
        self._is_whole, self._at = False, 0
        self._times, self._places = array("q"), array("Q")
        self._sizes, self._delays, self._keys = array("I"), array("I"), bytearray()
        self._more()
        self._shift = begins - first

    @property
    def is_over(self) -> bool:
        """Whether all samples were taken."""
        return self._at == len(self._times) - 1 and not self._more()

    @property
    def next_at(self) -> int:
        """When the next sample is decoded, or the last one ends."""
        return self._times[self._at]

    def until(self, moment: int) -> Run | None:
        """Take the samples that are decoded before a moment; None if there are none."""
        end = self._place_of(moment)
        return self._take(end) if end > self._at else None

    def pictures(self, longest: int) -> Run:
        """Take the next picture and those that follow it, up to a key frame or for some time."""
        end = max(self._place_of(self.next_at + longest), self._at + 1)
        key = self._keys.find(1, self._at + 1, end)
        return self._take(key if key > 0 else end)

    def _place_of(self, moment: int) -> int:
        """Say where the first sample from a moment on is; the one after it is known then, or there is none."""
        while True:
            last = len(self._times) - 1
            found = bisect_left(self._times, moment, self._at, last)
            if found < last or not self._more():
                return found

    def _take(self, end: int) -> Run:
        begin, self._at = self._at, end
        times = self._times[begin : end + 1]
        return Run(
            track=self._number,
            is_picture=self._is_picture,
            is_key=bool(self._keys[begin]),
            begins=times[0] + self._shift,
            durations=array("I", map(sub, times[1:], times)),
            places=self._places[begin:end],
            sizes=self._sizes[begin:end],
            delays=self._delays[begin:end],
        )

    def _more(self) -> bool:
        """Read on in the index and forget what was taken; False at its end."""
        if self._is_whole:
            return False
        for column in (self._times, self._places, self._sizes, self._delays, self._keys):
            del column[: self._at]
        self._at = 0
        found = list(islice(self._samples, _AT_ONCE))
        try:
            self._add(found)
        except OverflowError as exc:
            raise ValueError("an index of places and times that no file has") from exc
        if not all(map(lt, self._times, self._times[1:])) or 0 in self._sizes:
            raise ValueError("an index out of order")
        return True

    def _add(self, found: list[Sample]) -> None:
        for column, values in zip(
            (self._times, self._places, self._sizes, self._keys), zip(*found, strict=True), strict=False
        ):
            column.extend(values)
        self._delays.extend(delay + self._later for delay in islice(self._delays_coming, len(found)))
        if len(self._delays) != len(self._sizes) or not self._times:
            raise ValueError("a table that is too short")
        if len(found) < _AT_ONCE:
            self._is_whole = True
            self._times.append(self._times[-1] + self._last_duration)
