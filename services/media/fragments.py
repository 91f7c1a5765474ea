"""Writes fragments of ISO base media files (ISO/IEC 14496-12, 8.8): each track's samples, then their bytes."""

from __future__ import annotations

import struct
import sys
from array import array
from dataclasses import dataclass
from typing import Final

from services.media.boxes import Box

# Key frames and sound, which depend on no other sample; and pictures that do.
_ALONE, _DEPENDENT = 0x0200_0000, 0x0101_0000
# Offsets count from the fragment's first byte; and what flags a track's samples have unless said otherwise.
_TFHD_FLAGS: Final = 0x02_0020
_OFFSET, _FIRST_FLAGS, _DURATIONS, _SIZES, _DELAYS = 0x001, 0x004, 0x100, 0x200, 0x800
_WORD_BYTES: Final = 4
_HEAD = struct.Struct(">I4s")
_MFHD = struct.Struct(">I4sII")
_TFHD = struct.Struct(">I4sIII")
_TFDT = struct.Struct(">I4sIQ")
_TRUN = struct.Struct(">I4sIIi")


@dataclass(frozen=True, slots=True)
class Run:
    """Samples of one track that follow each other, a column for each thing that is known of them.

    begins: when the first is decoded, counted from the film's start. places: where they lie in the film's file. delays:
    from decoding to showing. Times are in the track's ticks.
    """

    track: int
    is_picture: bool
    is_key: bool
    """Whether the first is a key frame; no other one is."""
    begins: int
    durations: array[int]
    places: array[int]
    sizes: array[int]
    delays: array[int]


def fragment_header(number: int, runs: list[Run]) -> Box:
    """Give the ``moof`` box before an ``mdat`` box in which the runs' samples follow each other."""
    tables = [_table(run) for run in runs]
    frame = _HEAD.size + _TFHD.size + _TFDT.size + _TRUN.size
    total = _HEAD.size + _MFHD.size + sum(frame + len(table) for _, table in tables)
    parts, place = [_HEAD.pack(total, b"moof"), _MFHD.pack(_MFHD.size, b"mfhd", 0, number)], total + _HEAD.size
    for run, (flags, table) in zip(runs, tables, strict=True):
        parts += (
            _HEAD.pack(frame + len(table), b"traf"),
            _TFHD.pack(_TFHD.size, b"tfhd", _TFHD_FLAGS, run.track, _DEPENDENT if run.is_picture else _ALONE),
            _TFDT.pack(_TFDT.size, b"tfdt", 1 << 24, run.begins),
            _TRUN.pack(_TRUN.size + len(table), b"trun", flags, len(run.sizes), place),
            table,
        )
        place += sum(run.sizes)
    return Box(b"moof", b"".join(parts))


def media_head(length: int) -> bytes:
    """Give what stands before ``length`` bytes of samples."""
    return _HEAD.pack(_HEAD.size + length, b"mdat")


def _table(run: Run) -> tuple[int, bytes]:
    """Give what a run's samples are, and the flags that say what is given of them."""
    flags, columns = _OFFSET | _DURATIONS | _SIZES, [run.durations, run.sizes]
    if any(run.delays):
        flags, columns = flags | _DELAYS, [*columns, run.delays]
    table = array("I", bytes(len(run.sizes) * len(columns) * _WORD_BYTES))
    for number, column in enumerate(columns):
        table[number :: len(columns)] = column
    if sys.byteorder == "little":
        table.byteswap()
    if run.is_picture and run.is_key:
        return flags | _FIRST_FLAGS, _ALONE.to_bytes(_WORD_BYTES, "big") + table.tobytes()
    return flags, table.tobytes()
