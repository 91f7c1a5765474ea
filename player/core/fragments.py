"""Where a run may enter a chunk: the key fragments of fragmented MP4 (ISO/IEC 14496-12, 8.8)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# 14496-12, 8.8.3.1: sample_is_non_sync_sample of the sample flags.
_NON_SYNC = 0x0001_0000
_TRUN_DATA_OFFSET, _TRUN_FIRST_FLAGS, _TRUN_FLAGS = 0x1, 0x4, 0x400
_TRUN_DURATION, _TRUN_SIZE = 0x100, 0x200
_TFHD_BASE, _TFHD_DESCRIPTION, _TFHD_DURATION, _TFHD_SIZE, _TFHD_FLAGS = 0x1, 0x2, 0x8, 0x10, 0x20


@dataclass(frozen=True, slots=True)
class Box:
    """One box: its kind, and where its body lies in the data."""

    kind: bytes
    start: int
    body: int
    end: int


@dataclass(frozen=True, slots=True)
class Track:
    """The picture's track: its id, ticks per second, and the size to show it in (pixels).

    begins: the time on its own clock at which the film begins, in ticks, as its edit list says it.
    """

    track_id: int
    timescale: int
    width: int = 0
    height: int = 0
    begins: int = 0


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound track: its language as a code of three letters (ISO 639-2), empty when it says none."""

    language: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A fragment where decoding can begin: its bytes in the chunk (offset to end), its time, and its pictures."""

    offset: int
    start_ms: int
    end: int = 0
    pictures: int = 0


def boxes(data: bytes | bytearray, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """List the boxes of a stretch; raises ValueError when they do not fit it."""
    stop = len(data) if end is None else end
    while start < stop:
        if stop - start < 8:
            raise ValueError("a box is cut off")
        size, kind = struct.unpack_from(">I4s", data, start)
        head = 8
        if size == 1 and stop - start >= 16:
            (size,) = struct.unpack_from(">Q", data, start + 8)
            head = 16
        if size < head or start + size > stop:
            raise ValueError("a box does not fit")
        yield Box(kind, start, start + head, start + size)
        start += size


def _inside(data: bytes, box: Box, *path: bytes) -> Iterator[Box]:
    for child in boxes(data, box.body, box.end):
        if child.kind == path[0]:
            if len(path) == 1:
                yield child
            else:
                yield from _inside(data, child, *path[1:])


def picture_track(init: bytes) -> Track:
    """Find the picture's track in an init segment; raises ValueError when there is none or boxes are damaged."""
    try:
        return _picture_track(init)
    except (struct.error, StopIteration, IndexError) as exc:
        raise ValueError("a box is too short") from exc


def _picture_track(init: bytes) -> Track:
    whole = Box(b"", 0, 0, len(init))
    for trak in _inside(init, whole, b"moov", b"trak"):
        for handler in _inside(init, trak, b"mdia", b"hdlr"):
            if init[handler.body + 8 : handler.body + 12] == b"vide":
                track_id, width, height = _tkhd(init, trak)
                return Track(track_id, _timescale(init, trak), width, height, _begins(init, trak))
    raise ValueError("no picture track")


def _begins(init: bytes, trak: Box) -> int:
    """Where an edit list of one entry begins (8.6.6); 0 without one, or for one that does more."""
    elst = next(_inside(init, trak, b"edts", b"elst"), None)
    if elst is None or struct.unpack_from(">I", init, elst.body + 4)[0] != 1:
        return 0
    wide = init[elst.body] == 1
    return max(0, int(struct.unpack_from(">q" if wide else ">i", init, elst.body + (16 if wide else 12))[0]))


def sound_tracks(init: bytes) -> tuple[Sound, ...]:
    """List the sound tracks of an init segment in their order; empty when boxes are damaged."""
    whole = Box(b"", 0, 0, len(init))
    try:
        return tuple(
            Sound(_language(init, trak))
            for trak in _inside(init, whole, b"moov", b"trak")
            for handler in _inside(init, trak, b"mdia", b"hdlr")
            if init[handler.body + 8 : handler.body + 12] == b"soun"
        )
    except (struct.error, StopIteration, IndexError, ValueError):
        return ()


def sound_begins(init: bytes) -> dict[int, int]:
    """Give where each sound track begins on its own clock, in ticks by its id, as ``Track.begins``; empty when damaged.

    A coder's first samples carry no sound: the edit list leaves them out.
    """
    whole = Box(b"", 0, 0, len(init))
    try:
        return {
            _tkhd(init, trak)[0]: _begins(init, trak)
            for trak in _inside(init, whole, b"moov", b"trak")
            for handler in _inside(init, trak, b"mdia", b"hdlr")
            if init[handler.body + 8 : handler.body + 12] == b"soun"
        }
    except (struct.error, StopIteration, IndexError, ValueError):
        return {}


def timescales(init: bytes) -> dict[int, int]:
    """Give the ticks a second of each track by its id; empty when boxes are damaged."""
    whole = Box(b"", 0, 0, len(init))
    try:
        return {_tkhd(init, trak)[0]: _timescale(init, trak) for trak in _inside(init, whole, b"moov", b"trak")}
    except (struct.error, StopIteration, IndexError, ValueError):
        return {}


def _language(init: bytes, trak: Box) -> str:
    """Three letters of five bits each (8.4.2.3)."""
    mdhd = next(_inside(init, trak, b"mdia", b"mdhd"))
    (packed,) = struct.unpack_from(">H", init, mdhd.body + (32 if init[mdhd.body] == 1 else 20))
    code = "".join(chr((packed >> shift & 31) + 0x60) for shift in (10, 5, 0))
    return code if code.isalpha() and code.isascii() and code != "und" else ""


def _tkhd(init: bytes, trak: Box) -> tuple[int, int, int]:
    """Track id, and the size to show it in (8.3.2, integer parts of 16.16)."""
    tkhd = next(_inside(init, trak, b"tkhd"))
    wide = 12 if init[tkhd.body] == 1 else 0
    (track_id,) = struct.unpack_from(">I", init, tkhd.body + (20 if wide else 12))
    width, height = struct.unpack_from(">H2xH", init, tkhd.body + 76 + wide)
    return int(track_id), int(width), int(height)


def _timescale(init: bytes, trak: Box) -> int:
    mdhd = next(_inside(init, trak, b"mdia", b"mdhd"))
    wide = init[mdhd.body] == 1
    return int(struct.unpack_from(">I", init, mdhd.body + (20 if wide else 12))[0])


def entries(chunk: bytes, track: Track) -> tuple[Entry, ...]:
    """List the key fragments of a chunk in order; raises ValueError for damaged boxes."""
    try:
        return _entries(chunk, track)
    except (struct.error, KeyError, IndexError) as exc:
        raise ValueError("a box is too short") from exc


def _entries(chunk: bytes, track: Track) -> tuple[Entry, ...]:
    found: list[Entry] = []
    heads = [box for box in boxes(chunk) if box.kind == b"moof"]
    ends = [*(box.start for box in heads[1:]), len(chunk)]
    for moof, end in zip(heads, ends, strict=False):
        for traf in _inside(chunk, moof, b"traf"):
            parts = {box.kind: box for box in boxes(chunk, traf.body, traf.end)}
            track_id, default_flags = fragment_header(chunk, parts[b"tfhd"])
            if track_id == track.track_id and b"trun" in parts and _is_key(chunk, parts[b"trun"], default_flags):
                ticks = decode_time(chunk, parts[b"tfdt"])
                (pictures,) = struct.unpack_from(">I", chunk, parts[b"trun"].body + 4)
                found.append(Entry(moof.start, ticks * 1000 // track.timescale, end, int(pictures)))
    return tuple(found)


def fragment_header(chunk: bytes | bytearray, tfhd: Box) -> tuple[int, int]:
    """Give a fragment's track, and what its samples are unless they say otherwise."""
    flags = int.from_bytes(chunk[tfhd.body + 1 : tfhd.body + 4], "big")
    (track_id,) = struct.unpack_from(">I", chunk, tfhd.body + 4)
    offset = tfhd.body + 8
    for bit, size in ((_TFHD_BASE, 8), (_TFHD_DESCRIPTION, 4), (_TFHD_DURATION, 4), (_TFHD_SIZE, 4)):
        offset += size if flags & bit else 0
    default = struct.unpack_from(">I", chunk, offset)[0] if flags & _TFHD_FLAGS else 0
    return int(track_id), int(default)


def _is_key(chunk: bytes, trun: Box, default_flags: int) -> bool:
    flags = int.from_bytes(chunk[trun.body + 1 : trun.body + 4], "big")
    offset = trun.body + 8 + (4 if flags & _TRUN_DATA_OFFSET else 0)
    sample_flags = default_flags
    if flags & _TRUN_FIRST_FLAGS:
        (sample_flags,) = struct.unpack_from(">I", chunk, offset)
    elif flags & _TRUN_FLAGS:
        before = (4 if flags & _TRUN_DURATION else 0) + (4 if flags & _TRUN_SIZE else 0)
        (sample_flags,) = struct.unpack_from(">I", chunk, offset + before)
    return not sample_flags & _NON_SYNC


def decode_time(chunk: bytes | bytearray, tfdt: Box) -> int:
    """Give when a fragment's first sample is decoded, in its track's ticks."""
    wide = chunk[tfdt.body] == 1
    return int(struct.unpack_from(">Q" if wide else ">I", chunk, tfdt.body + 4)[0])


def entry_before(found: tuple[Entry, ...], position_ms: int, *, not_before_ms: int = 0) -> Entry:
    """Choose where to enter for a position.

    The last entry at or before it, unless that lies before not_before_ms (a step forward must not land
    behind where the viewer was); then the next one. Without any entry, the chunk's first byte.
    """
    best = found[0] if found else Entry(0, 0)
    for entry in found:
        if entry.start_ms > position_ms and best.start_ms >= not_before_ms:
            break
        best = entry
    return best
