"""Reads samples out of a film's file to where they are needed: those that lie near each other by one call."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import FileIO
from itertools import accumulate
from threading import Lock
from typing import Final

# What lies between samples that are read together: other tracks' headers, a recorder's own data.
_GAP_BYTES: Final = 4_096
# Pieces that Linux fills by one call (UIO_MAXIOV).
_MOST_PIECES: Final = 1_024
_SCATTERS: Final = hasattr(os, "preadv")
# A file has one place at which it is read on, whoever reads.
_reading_on = Lock()
Places = Sequence[tuple[int, int]]
"""Position and length of each sample in the file."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A part of the file that is read by one call. pieces: where its bytes belong, gaps included, in their order."""

    begin: int
    length: int
    pieces: list[memoryview]


def read_samples(file: FileIO, places: Places) -> bytes:
    """Give the bytes of some places in their order. Raises ValueError for a file that ends before."""
    ends = list(accumulate(length for _, length in places))
    room = bytearray(ends[-1] if ends else 0)
    with memoryview(room) as whole:
        Filling(whole, ((at, length, end - length) for (at, length), end in zip(places, ends, strict=True))).read(file)
    return bytes(room)


class Filling:
    """Samples of a film that belong at certain places of a room, worked out once and read as often as needed.

    aimed: for each its position in the file, its length, and where in the room it belongs.
    """

    def __init__(self, room: memoryview, aimed: Iterable[tuple[int, int, int]]) -> None:
        self._stretches = list(_stretches(room, sorted(aimed)))

    def read(self, file: FileIO) -> None:
        """Fill the room; what lies between is left alone. Raises ValueError for a file that ends before."""
        for stretch in self._stretches:
            _fill(file, stretch)


def _stretches(room: memoryview, aimed: list[tuple[int, int, int]]) -> Iterator[_Stretch]:
    """Join what follows each other in the file and in the room to one piece."""
    if not aimed:
        return
    between = memoryview(bytearray(_GAP_BYTES))
    begin, length, start = aimed[0]
    pieces, end, stop = list[memoryview](), begin + length, start + length
    for position, length, at in aimed[1:]:
        if position == end and at == stop:
            end, stop = end + length, stop + length
            continue
        pieces.append(room[start:stop])
        if not 0 <= position - end <= _GAP_BYTES or len(pieces) > _MOST_PIECES - 3:
            yield _Stretch(begin, end - begin, pieces)
            begin, pieces = position, []
        elif position > end:
            pieces.append(between[: position - end])
        end, start, stop = position + length, at, at + length
    yield _Stretch(begin, end - begin, [*pieces, room[start:stop]])


def _fill(file: FileIO, stretch: _Stretch) -> None:
    ready = os.preadv(file.fileno(), stretch.pieces, stretch.begin) if _SCATTERS else 0
    if ready == stretch.length:
        return
    # One call may give less than there is.
    position = stretch.begin
    for piece in stretch.pieces:
        taken = min(ready, len(piece))
        ready -= taken
        _read_on(file, position + taken, piece[taken:])
        position += len(piece)


def _read_on(file: FileIO, position: int, rest: memoryview) -> None:
    with _reading_on:
        if rest:
            file.seek(position)
        while rest:
            count = file.readinto(rest)
            if not count:
                raise ValueError("a file that ends early")
            rest = rest[count:]
