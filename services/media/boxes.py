"""The boxes of ISO base media files (ISO/IEC 14496-12) that cutting needs: split, count samples, set the duration."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_HEAD = struct.Struct(">I4s")
_WORD = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class Box:
    """One box: its type and all of its bytes, header included."""

    kind: bytes
    data: bytes

    @property
    def body(self) -> bytes:
        """What follows the eight bytes of header."""
        return self.data[_HEAD.size :]

    def children(self) -> list[Box]:
        """Split a plain container's body; raises ValueError."""
        return children_of(self.body)

    def child(self, kind: bytes) -> Box:
        """Give the first child of a kind; raises ValueError."""
        for box in self.children():
            if box.kind == kind:
                return box
        raise ValueError(f"no {kind!r} in {self.kind!r}")


@dataclass(frozen=True, slots=True)
class Media:
    """A whole ``mdat`` box, copied to where it belongs once: from where the muxer wrote it, or out of the film's file.

    write: fills memory of exactly this length.
    """

    length: int
    write: Callable[[memoryview], None]

    @classmethod
    def of(cls, data: memoryview) -> Media:
        """Give a box that lies in memory."""

        def write(room: memoryview) -> None:
            room[:] = data

        return cls(len(data), write)


class BoxSink:
    """A file that can only be written to; gives back every top-level box as soon as it is whole."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.has_news = False
        """Whether anything was written since the last look."""

    def write(self, data: bytes) -> int:
        """Take what the muxer wrote."""
        self._pieces.append(data)
        self.has_news = True
        return len(data)

    def take(self) -> Iterator[Box | Media]:
        """Give and forget the whole boxes so far; raises ValueError."""
        self.has_news = False
        if not self._pieces:
            return
        written = memoryview(self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces))
        position = 0
        while len(written) - position >= _HEAD.size:
            length, kind = _HEAD.unpack_from(written, position)
            if length < _HEAD.size:
                raise ValueError("a box of a form that the muxer does not write")
            if len(written) - position < length:
                break
            whole = written[position : position + length]
            position += length
            yield Media.of(whole) if kind == b"mdat" else Box(kind, bytes(whole))
        self._pieces = [bytes(written[position:])] if position < len(written) else []


def children_of(data: bytes) -> list[Box]:
    """Split bytes that are nothing but boxes; raises ValueError."""
    return [Box(kind, data[start:end]) for kind, start, end in _places(data, 0, len(data))]


def _places(data: bytes, position: int, until: int) -> Iterator[tuple[bytes, int, int]]:
    """Say where the boxes between two positions begin and end; raises ValueError."""
    while position < until:
        if until - position < _HEAD.size:
            raise ValueError("a box without its header")
        length, kind = _HEAD.unpack_from(data, position)
        if not _HEAD.size <= length <= until - position:
            raise ValueError("a box that does not fit its parent")
        yield kind, position, position + length
        position += length


def sample_count(moof: Box, track_id: int) -> int:
    """Count a track's samples in a fragment, of which a film has thousands: nothing is copied."""
    total, data = 0, moof.data
    for kind, start, end in _places(data, _HEAD.size, len(data)):
        if kind == b"traf":
            total += _samples_of(data, start + _HEAD.size, end, track_id)
    return total


def _samples_of(data: bytes, start: int, end: int, track_id: int) -> int:
    """Count the samples of a track fragment, 0 if it is another track's; its header comes before its runs (8.8.7)."""
    total = 0
    for kind, at, _ in _places(data, start, end):
        # Both have a number after version and flags: the track's, and how many samples a run has.
        if kind == b"tfhd" and _WORD.unpack_from(data, at + _HEAD.size + 4)[0] != track_id:
            return 0
        if kind == b"trun":
            total += _WORD.unpack_from(data, at + _HEAD.size + 4)[0]
    return total


def with_duration(moov: Box, duration_ms: int) -> Box:
    """Say in the header of a fragmented film how long the whole is, so that a player shows it from any chunk.

    Sets the movie header's duration and adds a movie extends header (8.8.2), which the muxer does not write.
    """
    scale = _WORD.unpack_from(moov.child(b"mvhd").body, 12)[0]
    duration = duration_ms * scale // 1000
    return _box(b"moov", b"".join(_with_duration(box, _WORD.pack(duration)) for box in moov.children()))


def _with_duration(box: Box, duration: bytes) -> bytes:
    match box.kind:
        case b"mvhd":
            return box.data[:24] + duration + box.data[28:]
        case b"mvex":
            return _box(b"mvex", _box(b"mehd", bytes(4) + duration).data + box.body).data
        case _:
            return box.data


def _box(kind: bytes, body: bytes) -> Box:
    return Box(kind, _HEAD.pack(_HEAD.size + len(body), kind) + body)
