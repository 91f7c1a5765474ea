"""Key fragments of real chunks, and damaged boxes."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from player.core.fragments import Entry, Track, boxes, entries, entry_before, picture_track

if TYPE_CHECKING:
    from tests.fixtures.player import CutFilm


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


def moof(*, tfhd_flags: int, tfhd_rest: bytes, trun_flags: int, trun_rest: bytes, wide: bool = False) -> bytes:
    tfhd = box(b"tfhd", struct.pack(">I", tfhd_flags) + struct.pack(">I", 1) + tfhd_rest)
    tfdt = box(b"tfdt", b"\1\0\0\0" + struct.pack(">Q", 2_000) if wide else bytes(4) + struct.pack(">I", 2_000))
    trun = box(b"trun", struct.pack(">I", trun_flags) + struct.pack(">I", 1) + trun_rest)
    return box(b"moof", box(b"mfhd", bytes(8)) + box(b"traf", tfhd + tfdt + trun))


TRACK = Track(1, 1000)


def test_each_chunk_of_a_real_film_begins_with_a_key_fragment(cut_film: CutFilm) -> None:
    track = picture_track(cut_film.init)
    for index, chunk in enumerate(cut_film.chunks):
        found = entries(chunk, track)
        assert [entry.start_ms for entry in found] == [index * 2000, index * 2000 + 1000]
        assert found[0].offset == 0
        assert chunk[found[1].offset + 4 : found[1].offset + 8] == b"moof"


@pytest.mark.parametrize(
    ("fragment", "is_key"),
    [
        (moof(tfhd_flags=0, tfhd_rest=b"", trun_flags=0, trun_rest=b""), True),
        (moof(tfhd_flags=0x20, tfhd_rest=struct.pack(">I", 0x10000), trun_flags=0, trun_rest=b""), False),
        (
            moof(
                tfhd_flags=0x20 | 0x1 | 0x8,
                tfhd_rest=bytes(12) + struct.pack(">I", 0x10000),
                trun_flags=0x1 | 0x4,
                trun_rest=bytes(4) + bytes(4),
                wide=True,
            ),
            True,
        ),
        (
            moof(
                tfhd_flags=0,
                tfhd_rest=b"",
                trun_flags=0x100 | 0x200 | 0x400,
                trun_rest=bytes(8) + struct.pack(">I", 0x10000),
            ),
            False,
        ),
        (moof(tfhd_flags=0, tfhd_rest=b"", trun_flags=0x400, trun_rest=bytes(4)), True),
    ],
)
def test_reads_every_form_of_sample_flags(fragment: bytes, is_key: bool) -> None:
    assert entries(fragment, TRACK) == ((Entry(0, 2_000, len(fragment), pictures=1),) if is_key else ())


def test_tells_where_the_fragment_of_an_entry_ends() -> None:
    key = moof(tfhd_flags=0, tfhd_rest=b"", trun_flags=0x400, trun_rest=bytes(4))
    other = moof(tfhd_flags=0, tfhd_rest=b"", trun_flags=0x400, trun_rest=struct.pack(">I", 0x10000))
    first, rest = key + box(b"mdat", bytes(9)), other + box(b"mdat", bytes(5))
    found = entries(first + rest + first, TRACK)
    assert [(entry.offset, entry.end) for entry in found] == [
        (0, len(first)),
        (len(first + rest), len(first + rest + first)),
    ]


def test_passes_over_other_tracks_and_fragments_without_samples() -> None:
    other = moof(tfhd_flags=0, tfhd_rest=b"", trun_flags=0, trun_rest=b"")
    assert entries(other, Track(2, 1000)) == ()
    empty = box(b"moof", box(b"traf", box(b"tfhd", bytes(4) + struct.pack(">I", 1))))
    assert entries(empty, TRACK) == ()


def test_reads_wide_headers_and_large_boxes() -> None:
    tkhd = box(
        b"tkhd", b"\1\0\0\0" + bytes(16) + struct.pack(">I", 7) + bytes(64) + struct.pack(">II", 640 << 16, 360 << 16)
    )
    mdhd = box(b"mdhd", b"\1\0\0\0" + bytes(16) + struct.pack(">I", 90_000))
    sound = box(b"trak", box(b"mdia", box(b"hdlr", bytes(8) + b"soun")))
    trak = box(b"trak", tkhd + box(b"mdia", mdhd + box(b"hdlr", bytes(8) + b"vide")))
    assert picture_track(box(b"moov", sound + trak)) == Track(7, 90_000, 640, 360)
    large = struct.pack(">I4sQ", 1, b"mdat", 20) + bytes(4)
    assert [found.body for found in boxes(large)] == [16]


@pytest.mark.parametrize("data", [b"abc", struct.pack(">I4s", 4, b"mdat"), struct.pack(">I4s", 99, b"mdat")])
def test_refuses_damaged_boxes(data: bytes) -> None:
    with pytest.raises(ValueError, match="box"):
        list(boxes(data))


def test_refuses_an_init_without_a_picture() -> None:
    with pytest.raises(ValueError, match="picture"):
        picture_track(box(b"moov", b""))


@pytest.mark.parametrize("init", [box(b"moov", box(b"trak", box(b"mdia", box(b"hdlr", bytes(8) + b"vide"))))])
def test_refuses_an_init_whose_boxes_are_cut_short(init: bytes) -> None:
    with pytest.raises(ValueError, match="short"):
        picture_track(init)


def test_refuses_a_fragment_whose_boxes_are_cut_short() -> None:
    with pytest.raises(ValueError, match="short"):
        entries(box(b"moof", box(b"traf", box(b"tfhd", bytes(4)))), TRACK)


FOUND = (Entry(0, 0), Entry(10, 2_000), Entry(20, 4_000))


@pytest.mark.parametrize(
    ("position_ms", "not_before_ms", "offset"),
    [
        (0, 0, 0),
        (1_999, 0, 0),
        (2_000, 0, 10),
        (3_500, 2_500, 20),
        (9_000, 0, 20),
        (9_000, 5_000, 20),
        (1_000, 500, 10),
    ],
)
def test_chooses_where_to_enter(position_ms: int, not_before_ms: int, offset: int) -> None:
    assert entry_before(FOUND, position_ms, not_before_ms=not_before_ms).offset == offset


def test_enters_at_the_first_byte_when_no_key_is_known() -> None:
    assert entry_before((), 5_000) == Entry(0, 0)
