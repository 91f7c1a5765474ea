"""An MP4's own index: where each sample lies, how long it is, when it is decoded and shown, which are key frames.

Reads the tables where they lie (ISO/IEC 14496-12, 8.6.1 and 8.7), a piece at a time: av keeps all of them in memory.
They are a stranger's.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, chain, islice, pairwise, repeat
from typing import BinaryIO, Literal

_HEAD = struct.Struct(">I4s")
_LONG = struct.Struct(">Q")
_WORD = struct.Struct(">I")
_PAIR = struct.Struct(">Ii")
_COUNTED_BYTES = 8
_SIZES_HEAD_BYTES = 12
_MOST_TRACKS = 100
_AT_ONCE = 24 * 1_024
"""Bytes; whole rows of any table."""
_Place = tuple[int, int]
"""From where to where a box's body reaches."""
Sample = tuple[int, int, int, bool]
"""When it is decoded, in the track's ticks; where it lies; how long it is; whether it is a key frame."""


@dataclass(frozen=True, slots=True)
class SampleTable:
    """One track's. count: of samples. last_duration is in the track's ticks."""

    file: BinaryIO
    count: int
    last_duration: int
    times_at: _Place
    sizes_at: _Place
    size: int
    """Of every sample, or 0 where each has its own."""
    places_at: _Place
    has_long_places: bool
    groups_at: _Place
    delays_at: _Place | None
    keys_at: _Place | None

    def delays(self) -> Iterator[int]:
        """Give for each sample how long after decoding it is shown, without what all are moved by; then no more."""
        if self.delays_at is None:
            yield from repeat(0)
            return
        for count, delay in self._pairs(self.delays_at):
            yield from repeat(delay, count)

    def samples(self, begins: int) -> Iterator[Sample]:
        """Give the samples in order, the first decoded at ``begins``. Raises ValueError for tables that are too short.

        Goes through the file as it goes on.
        """
        steps = chain.from_iterable(repeat(step, count) for count, step in self._pairs(self.times_at))
        times = accumulate(steps, initial=begins)
        return islice(zip(times, self._places(), self._sizes(), self.keys(), strict=False), self.count)

    def _sizes(self) -> Iterator[int]:
        if self.size:
            return repeat(self.size)
        return self._numbers(self.sizes_at, _SIZES_HEAD_BYTES, "I")

    def _places(self) -> Iterator[int]:
        """Count through each group of samples, which lie one behind the other."""
        sizes = self._sizes()
        begins = self._numbers(self.places_at, _COUNTED_BYTES, "Q" if self.has_long_places else "I")
        for begin, count in zip(begins, self._counts(), strict=False):
            if count == 1:
                # Most of those of a film whose tracks lie mixed.
                yield begin
                next(sizes, None)
                continue
            yield from accumulate(islice(sizes, count - 1), initial=begin)
            next(sizes, None)

    def _counts(self) -> Iterator[int]:
        """Give how many samples each group has; the table says from which group on it is so many."""
        rows = self._numbers(self.groups_at, _COUNTED_BYTES, "I")
        runs = pairwise(chain(zip(rows, rows, rows, strict=False), [None]))
        for run, following in runs:
            first, count, _ = run or (1, 0, 0)
            if not count or (following is not None and following[0] <= first):
                raise ValueError("groups of samples out of order")
            yield from repeat(count) if following is None else repeat(count, following[0] - first)

    def keys(self) -> Iterator[bool]:
        """Say of each sample whether it is a key frame, without end; without a table all are. Raises ValueError."""
        if self.keys_at is None:
            yield from repeat(True)
            return
        at = 0
        for number in self._numbers(self.keys_at, _COUNTED_BYTES, "I"):
            if number <= at:
                raise ValueError("key frames out of order")
            yield from repeat(False, number - at - 1)
            yield True
            at = number
        yield from repeat(False)

    def _pairs(self, table: _Place) -> Iterator[tuple[int, int]]:
        begin, end = table
        for at in range(begin + _COUNTED_BYTES, end, _AT_ONCE):
            piece = _read(self.file, at, min(_AT_ONCE, end - at))
            yield from _PAIR.iter_unpack(piece[: len(piece) // _PAIR.size * _PAIR.size])

    def _numbers(self, table: _Place, head: int, kind: Literal["I", "Q"]) -> Iterator[int]:
        begin, end = table
        for at in range(begin + head, end, _AT_ONCE):
            numbers = array(kind)
            piece = _read(self.file, at, min(_AT_ONCE, end - at))
            numbers.frombytes(piece[: len(piece) // numbers.itemsize * numbers.itemsize])
            if sys.byteorder == "little":
                numbers.byteswap()
            yield from numbers


def sample_table(file: BinaryIO, track_id: int) -> SampleTable | None:
    """Find a track's tables; None for one that has several kinds of samples, or none. Raises ValueError."""
    table = _table_of(file, track_id)
    if table is None:
        return None
    found = dict(_children(file, table))
    kinds, times, sizes = found.get(b"stsd"), found.get(b"stts"), found.get(b"stsz")
    places, groups = found.get(b"co64", found.get(b"stco")), found.get(b"stsc")
    if kinds is None or times is None or sizes is None or places is None or groups is None:
        return None
    if _count(file, kinds) != 1 or times[1] - times[0] < _COUNTED_BYTES + _PAIR.size:
        return None
    return SampleTable(
        file=file,
        count=_WORD.unpack(_read(file, sizes[0] + 8, _WORD.size))[0],
        last_duration=_PAIR.unpack(_read(file, times[1] - _PAIR.size, _PAIR.size))[1],
        times_at=times,
        sizes_at=sizes,
        size=_count(file, sizes),
        places_at=places,
        has_long_places=b"co64" in found,
        groups_at=groups,
        delays_at=found.get(b"ctts"),
        keys_at=found.get(b"stss"),
    )


def _table_of(file: BinaryIO, track_id: int) -> _Place | None:
    movie = _child(file, (0, file.seek(0, 2)), b"moov")
    if movie is None:
        return None
    for number, (kind, track) in enumerate(_children(file, movie)):
        if number > _MOST_TRACKS:
            return None
        if kind == b"trak" and _id_of(file, track) == track_id:
            return _descend(file, track, b"mdia", b"minf", b"stbl")
    return None


def _descend(file: BinaryIO, place: _Place, *kinds: bytes) -> _Place | None:
    found: _Place | None = place
    for kind in kinds:
        found = None if found is None else _child(file, found, kind)
    return found


def _id_of(file: BinaryIO, track: _Place) -> int | None:
    header = _child(file, track, b"tkhd")
    if header is None:
        return None
    is_long = _read(file, header[0], 1) == b"\x01"
    return int(_WORD.unpack(_read(file, header[0] + (20 if is_long else 12), _WORD.size))[0])


def _count(file: BinaryIO, table: _Place) -> int:
    return int(_WORD.unpack(_read(file, table[0] + 4, _WORD.size))[0])


def _child(file: BinaryIO, parent: _Place, kind: bytes) -> _Place | None:
    return next((place for found, place in _children(file, parent) if found == kind), None)


def _children(file: BinaryIO, parent: _Place) -> Iterator[tuple[bytes, _Place]]:
    position, until = parent
    while until - position >= _HEAD.size:
        length, kind = _HEAD.unpack(_read(file, position, _HEAD.size))
        head = _HEAD.size
        if length == 1:
            length, head = _LONG.unpack(_read(file, position + head, _LONG.size))[0], head + _LONG.size
        end = until if length == 0 else position + length
        if not position + head <= end <= until:
            raise ValueError("a box that does not fit its parent")
        yield kind, (position + head, end)
        position = end


def _read(file: BinaryIO, position: int, length: int) -> bytes:
    file.seek(position)
    data = file.read(length)
    if len(data) != length:
        raise ValueError("a file that ends early")
    return data
