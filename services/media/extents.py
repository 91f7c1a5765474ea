"""Reads samples out of a film's file: those that lie near each other together, whatever order they come in."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from io import FileIO
from typing import Final

# What lies between samples that are read together: other tracks' headers, a recorder's own data.
_GAP_BYTES: Final = 4_096


def read_samples(file: FileIO, places: Sequence[tuple[int, int]], head: bytes = b"") -> bytes:
    """Give ``head`` and the bytes of some places (position, length), in their order.

    Raises ValueError for a file that ends before.
    """
    extents = _together(sorted(places))
    begins = [begin for begin, _ in extents]
    pieces = [_read(file, begin, end - begin) for begin, end in extents]
    if len(extents) == 1:
        only, start = pieces[0], begins[0]
        return b"".join((head, *(only[place - start : place - start + length] for place, length in places)))
    found: list[bytes | memoryview] = [head]
    for place, length in places:
        at = bisect_right(begins, place) - 1
        found.append(pieces[at][place - begins[at] : place - begins[at] + length])
    return b"".join(found)


def _together(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join places, which are in order, to extents from begin to end."""
    extents: list[tuple[int, int]] = []
    begin, end = places[0][0], places[0][0]
    for place, length in places:
        if place > end + _GAP_BYTES:
            extents.append((begin, end))
            begin, end = place, place
        end = max(end, place + length)
    return [*extents, (begin, end)]


def _read(file: FileIO, position: int, length: int) -> memoryview:
    file.seek(position)
    room = memoryview(bytearray(length))
    rest = room
    while rest:
        count = file.readinto(rest)
        if not count:
            raise ValueError("a file that ends early")
        rest = rest[count:]
    return room
