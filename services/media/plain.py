"""A chunk's plaintext, given piece by piece as often as needed: from memory, or out of the film's own file."""

from __future__ import annotations

import mmap
import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import FileIO
from itertools import accumulate, pairwise
from typing import Final, Protocol

from services.media.extents import Filling
from services.wire.problems import ProblemError

# A film of 13 Mbit/s has chunks of this length; they are read once, longer ones twice.
_WHOLE_BYTES: Final = 16 * 1024 * 1024
PIECE_BYTES: Final = 1024 * 1024
Columns = tuple["array[int]", "array[int]"]
"""Where samples lie in the film's file, and how long they are."""


class Room:
    """Memory for one chunk's plaintext after the other: all of one that is not long, else a piece of it."""

    def __init__(self) -> None:
        self._pages = _pages(PIECE_BYTES)

    def of(self, length: int) -> memoryview:
        """Give this much of it; what was given before is not in use any more."""
        if length > len(self._pages):
            self._pages = _pages(min(length + length // 8, _WHOLE_BYTES))
        return memoryview(self._pages)[:length]


def _pages(length: int) -> mmap.mmap:
    """Give memory that goes back to the system when nobody uses it, whatever else lies around it."""
    private = {} if sys.platform == "win32" else {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS}
    return mmap.mmap(-1, length, **private)


class Pieces(Protocol):
    """Plaintext between given places, in order, as often as it is gone through. A piece counts until the next one."""

    def __iter__(self) -> Iterator[memoryview]: ...


class Plain(Protocol):
    """A chunk's plaintext. One thread at a time."""

    @property
    def length(self) -> int:
        """How long it is."""

    @property
    def held_bytes(self) -> int:
        """How much of it is in memory."""

    def pieces(self, ends: Sequence[int], room: Room) -> Pieces:
        """Give it in pieces that end at ``ends``, none longer than PIECE_BYTES; the room is for them alone meanwhile.

        A list of them lies in memory and stays what it is; others are read anew each time. This and going through them
        raise ProblemError: media.unreadable.
        """

    def release(self) -> None:
        """Say that nobody asks for it any more."""


@dataclass(frozen=True, slots=True)
class InMemory:
    """Plaintext that a muxer wrote."""

    data: memoryview

    @property
    def length(self) -> int:
        return len(self.data)

    held_bytes = length

    def pieces(self, ends: Sequence[int], room: Room) -> Pieces:
        return [self.data[begin:end] for begin, end in pairwise([0, *ends])]

    def release(self) -> None:
        self.data.release()


class OutOfFilm:
    """Plaintext of headers, which are here, and samples, which lie in the film's file: its length costs no memory."""

    held_bytes = 0

    def __init__(self, file: FileIO, name: str) -> None:
        self.file, self.name = file, name
        self.length = 0
        self._heads: list[tuple[int, bytes]] = []
        # A column each, because a film has many: where in the file, how long, where in here.
        self._places, self._lengths, self._starts = array("Q"), array("I"), array("Q")

    def add(self, header: bytes, runs: Iterable[Columns]) -> None:
        """Go on with a header and samples."""
        self._heads.append((self.length, header))
        self.length += len(header)
        for places, lengths in runs:
            self._places += places
            self._lengths += lengths
            self._starts.extend(accumulate(lengths[:-1], initial=self.length))
            self.length += sum(lengths)

    def pieces(self, ends: Sequence[int], room: Room) -> Pieces:
        if self.length <= _WHOLE_BYTES:
            place = room.of(self.length)
            samples = Filling(place, zip(self._places, self._lengths, self._starts, strict=True))
            _FilmPieces(self, [_Piece(place, self._heads, samples)]).read()
            return [place[begin:end] for begin, end in pairwise([0, *ends])]
        place = room.of(PIECE_BYTES)
        return _FilmPieces(self, [self._piece(begin, end, place) for begin, end in pairwise([0, *ends])])

    def release(self) -> None:
        self._heads.clear()

    def _piece(self, begin: int, end: int, room: memoryview) -> _Piece:
        """Work out what belongs where in the room; what reaches over an end is cut there."""
        heads = [
            (max(start, begin) - begin, head[max(begin - start, 0) : end - start])
            for start, head in self._heads
            if start < end and start + len(head) > begin
        ]
        aimed = list[tuple[int, int, int]]()
        for number in range(max(bisect_right(self._starts, begin) - 1, 0), bisect_left(self._starts, end)):
            start, length = self._starts[number], self._lengths[number]
            first, last = max(begin - start, 0), min(end - start, length)
            if first < last:
                aimed.append((self._places[number] + first, last - first, start + first - begin))
        return _Piece(room[: end - begin], heads, Filling(room, aimed))


@dataclass(frozen=True, slots=True)
class _Piece:
    room: memoryview
    heads: list[tuple[int, bytes]]
    samples: Filling


@dataclass(frozen=True, slots=True)
class _FilmPieces:
    film: OutOfFilm
    found: list[_Piece]

    def __iter__(self) -> Iterator[memoryview]:
        for piece in self.found:
            self._fill(piece)
            yield piece.room

    def read(self) -> None:
        """Fill all rooms."""
        for piece in self.found:
            self._fill(piece)

    def _fill(self, piece: _Piece) -> None:
        for at, head in piece.heads:
            piece.room[at : at + len(head)] = head
        try:
            piece.samples.read(self.film.file)
        except (ValueError, OSError) as exc:
            raise ProblemError("media.unreadable", name=self.film.name, reason="changed") from exc
