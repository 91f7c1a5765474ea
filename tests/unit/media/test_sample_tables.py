"""An MP4's index as it is read here: all forms of its tables, long ones in pieces, and what no index says."""

from __future__ import annotations

import io
import struct
from itertools import accumulate, islice

import pytest

from services.media.sample_tables import SampleTable, sample_table

TRACK = 7


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def words(*numbers: int) -> bytes:
    return struct.pack(f">{len(numbers)}I", *numbers)


def table_of(*tables: bytes) -> SampleTable | None:
    kinds = box(b"stsd", words(0, 1), box(b"avc1"))
    media = box(b"mdia", box(b"minf", box(b"stbl", kinds, *tables)))
    header = box(b"tkhd", bytes(12) + words(TRACK) + bytes(64))
    return sample_table(io.BytesIO(box(b"ftyp") + box(b"moov", box(b"trak", header, media))), TRACK)


def times(*runs: int) -> bytes:
    return box(b"stts", words(0, len(runs) // 2, *runs))


def groups(*rows: int) -> bytes:
    return box(b"stsc", words(0, len(rows) // 3, *rows))


def sizes(*each: int) -> bytes:
    return box(b"stsz", words(0, 0, len(each), *each))


def test_groups_times_sizes_and_key_frames_are_counted_through() -> None:
    keys = box(b"stss", words(0, 2, 1, 4))
    places = box(b"stco", words(0, 3, 1_000, 5_000, 2_000))
    table = table_of(times(2, 10, 3, 20), groups(1, 2, 1, 3, 1, 1), sizes(5, 6, 7, 8, 9), places, keys)
    assert table is not None
    assert list(table.samples(-10)) == [
        (-10, 1_000, 5, True),
        (0, 1_005, 6, False),
        (10, 5_000, 7, False),
        (30, 5_007, 8, True),
        (50, 2_000, 9, False),
    ]


def test_one_size_for_all_long_places_and_no_table_of_key_frames() -> None:
    places = box(b"co64", words(0, 2), struct.pack(">2Q", 1 << 40, 1 << 41))
    table = table_of(times(4, 1), groups(1, 2, 1), box(b"stsz", words(0, 100, 4)), places)
    assert table is not None
    begins = (1 << 40, (1 << 40) + 100, 1 << 41, (1 << 41) + 100)
    assert list(table.samples(0)) == [(number, at, 100, True) for number, at in enumerate(begins)]


def test_tables_longer_than_a_reading() -> None:
    count = 20_011
    lengths = [1 + number % 251 for number in range(count)]
    table = table_of(
        times(count, 3), groups(1, count, 1), sizes(*lengths), box(b"stco", words(0, 1, 48)), box(b"stss", words(0, 0))
    )
    assert table is not None
    found = list(table.samples(0))
    assert [length for _, _, length, _ in found] == lengths
    assert [place for _, place, _, _ in found] == list(islice(accumulate(lengths, initial=48), count))
    assert [moment for moment, *_ in found] == list(range(0, 3 * count, 3))
    assert not any(is_key for *_, is_key in found)


@pytest.mark.parametrize("rows", [(1, 0, 1), (2, 1, 1, 2, 1, 1), (3, 1, 1, 2, 1, 1)])
def test_groups_that_no_muxer_writes(rows: tuple[int, ...]) -> None:
    table = table_of(times(4, 1), groups(*rows), sizes(1, 1, 1, 1), box(b"stco", words(0, 4, 1, 2, 3, 4)))
    assert table is not None
    with pytest.raises(ValueError, match="out of order"):
        list(table.samples(0))


def test_key_frames_that_go_back() -> None:
    keys = box(b"stss", words(0, 2, 3, 2))
    table = table_of(times(4, 1), groups(1, 4, 1), sizes(1, 1, 1, 1), box(b"stco", words(0, 1, 9)), keys)
    assert table is not None
    with pytest.raises(ValueError, match="key frames"):
        list(table.samples(0))


def test_an_index_without_one_of_its_tables_is_none() -> None:
    assert table_of(times(1, 1), sizes(1), box(b"stco", words(0, 1, 9))) is None
    assert table_of(times(1, 1), groups(1, 1, 1), box(b"stco", words(0, 1, 9))) is None
