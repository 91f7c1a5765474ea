"""What av does not tell of an MP4's tracks: how long after decoding each picture is shown, how long the last one.

Reads the tables where they lie (ISO/IEC 14496-12, 8.6.1), a piece at a time. They are a stranger's.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import BinaryIO

_HEAD = struct.Struct(">I4s")
_LONG = struct.Struct(">Q")
_WORD = struct.Struct(">I")
_PAIR = struct.Struct(">Ii")
_COUNTED_BYTES = 8
_MOST_TRACKS = 100
_AT_ONCE = 8_192
_Place = tuple[int, int]
"""From where to where a box's body reaches."""


@dataclass(frozen=True, slots=True)
class SampleTable:
    """One track's. last_duration is in the track's ticks."""

    file: BinaryIO
    last_duration: int
    delays_at: _Place | None

    def delays(self) -> Iterator[int]:
        """Give for each sample how long after decoding it is shown, without what all are moved by; then no more."""
        if self.delays_at is None:
            yield from repeat(0)
            return
        begin, end = self.delays_at
        for at in range(begin + _COUNTED_BYTES, end, _AT_ONCE):
            piece = _read(self.file, at, min(_AT_ONCE, end - at))
            for count, delay in _PAIR.iter_unpack(piece[: len(piece) // _PAIR.size * _PAIR.size]):
                yield from repeat(delay, count)


def sample_table(file: BinaryIO, track_id: int) -> SampleTable | None:
    """Find a track's tables; None for one that has several kinds of samples, or none. Raises ValueError."""
    table = _table_of(file, track_id)
    if table is None:
        return None
    kinds, times = _child(file, table, b"stsd"), _child(file, table, b"stts")
    if kinds is None or times is None or _count(file, kinds) != 1 or times[1] - times[0] < _COUNTED_BYTES + _PAIR.size:
        return None
    last = _PAIR.unpack(_read(file, times[1] - _PAIR.size, _PAIR.size))[1]
    return SampleTable(file, last, _child(file, table, b"ctts"))


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
