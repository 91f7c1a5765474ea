"""A chunk's plaintext, given piece by piece as often as needed: from memory, or out of the film's own file."""

from __future__ import annotations

import mmap
import sys
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import FileIO
from itertools import accumulate, pairwise
from typing import Final, Protocol

from services.media.extents import Filling, Places
from services.wire.problems import ProblemError

# A film of 13 Mbit/s has chunks of this length; they are read once, longer ones twice.
_WHOLE_BYTES: Final = 16 * 1024 * 1024
PIECE_BYTES: Final = 1024 * 1024


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

        This and going through them raise ProblemError: media.unreadable.
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


@dataclass(slots=True)
class OutOfFilm:
    """Plaintext of headers, which are here, and samples, which lie in the film's file: its length costs no memory."""

    file: FileIO
    name: str
    length: int = 0
    _sources: list[bytes | int] = field(default_factory=list)
    """A header, or where a sample lies."""
    _lengths: list[int] = field(default_factory=list)

    @property
    def held_bytes(self) -> int:
        return 0

    def add(self, header: bytes, places: Places) -> None:
        """Go on with a header and samples."""
        self._sources.append(header)
        self._sources += [position for position, _ in places]
        lengths = [len(header), *(length for _, length in places)]
        self._lengths += lengths
        self.length += sum(lengths)

    def pieces(self, ends: Sequence[int], room: Room) -> Pieces:
        starts = list(accumulate(self._lengths, initial=0))
        if self.length <= _WHOLE_BYTES:
            (whole,) = _FilmPieces(self, [self._piece(starts, 0, self.length, room.of(self.length))])
            return [whole[begin:end] for begin, end in pairwise([0, *ends])]
        place = room.of(PIECE_BYTES)
        return _FilmPieces(self, [self._piece(starts, begin, end, place) for begin, end in pairwise([0, *ends])])

    def release(self) -> None:
        self._sources.clear()

    def _piece(self, starts: list[int], begin: int, end: int, room: memoryview) -> _Piece:
        """Work out what belongs where in the room; what reaches over an end is cut there."""
        heads, aimed = list[tuple[int, bytes]](), list[tuple[int, int, int]]()
        for number in range(bisect_right(starts, begin) - 1, len(self._lengths)):
            start, source = starts[number], self._sources[number]
            if start >= end:
                break
            first, last = max(begin - start, 0), min(end - start, self._lengths[number])
            if isinstance(source, bytes):
                heads.append((start + first - begin, source[first:last]))
            else:
                aimed.append((source + first, last - first, start + first - begin))
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
            for at, head in piece.heads:
                piece.room[at : at + len(head)] = head
            try:
                piece.samples.read(self.film.file)
            except (ValueError, OSError) as exc:
                raise ProblemError("media.unreadable", name=self.film.name, reason="changed") from exc
            yield piece.room
