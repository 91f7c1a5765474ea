"""Names of codecs, and what of a sample description cannot be named."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from services.media import cut
from services.media.boxes import Box, BoxSink, Media, sample_count
from services.media.codecs import codecs_of
from services.media.keyframes import Key
from services.media.survey import CutPlan
from services.wire.problems import ProblemError


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def moov(entry: bytes) -> Box:
    """Make a movie of one track with one sample entry."""
    table = box(b"stbl", box(b"stsd", bytes(8), entry))
    data = box(b"moov", box(b"mvhd", bytes(100)), box(b"trak", box(b"mdia", box(b"minf", table))))
    return Box(b"moov", data)


def sound(descriptors: bytes) -> Box:
    return moov(box(b"mp4a", bytes(28), box(b"esds", bytes(4), descriptors)))


def test_pictures_are_named_by_profile_and_level() -> None:
    assert codecs_of(moov(box(b"avc1", bytes(78), box(b"avcC", bytes((1, 0x64, 0, 0x1E)))))) == "avc1.64001e"


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        # The strings are those of the specifications' own examples.
        (
            box(b"hvc1", bytes(78), box(b"hvcC", b"\x01\x01\x60\0\0\0\xb0\0\0\0\0\0\x5d")),
            "hvc1.1.6.L93.B0",
        ),
        (
            box(b"hev1", bytes(78), box(b"hvcC", b"\x01\x22\x20\0\0\0\0\0\0\0\0\0\x96")),
            "hev1.2.4.H150",
        ),
        (box(b"vp09", bytes(78), box(b"vpcC", bytes(4), b"\x02\x0a\xa2")), "vp09.02.10.10"),
        (box(b"av01", bytes(78), box(b"av1C", b"\x81\x04\x4c\0")), "av01.0.04M.10"),
        (box(b"av01", bytes(78), box(b"av1C", b"\x81\x2d\xac\0")), "av01.1.13H.12"),
        (box(b"mp4v", bytes(78), box(b"esds", bytes(4), b"\x03\x05\0\0\0\x04\x0d\x20", bytes(12))), "mp4v.20"),
        (box(b"mp4a", bytes(28), box(b"esds", bytes(4), b"\x03\x05\0\0\0\x04\x0d\x6b", bytes(12))), "mp4a.6B"),
        (box(b"Opus", bytes(28)), "opus"),
        (box(b".mp3", bytes(28)), "mp3"),
        (box(b"ac-3", bytes(28)), "ac-3"),
    ],
)
def test_other_codecs_are_named_as_their_specifications_say(entry: bytes, name: str) -> None:
    assert codecs_of(moov(entry)) == name


@pytest.mark.parametrize("length", [b"\x05", b"\x80\x80\x80\x05"])
@pytest.mark.parametrize(("first", "name"), [(0x11, "mp4a.40.2"), (0x2B, "mp4a.40.5")])
def test_sound_is_named_by_its_object_type(length: bytes, first: int, name: str) -> None:
    config = b"\x04" + length + b"\x40" + bytes(12) + b"\x05" + length + bytes((first, 0x88))
    assert codecs_of(sound(b"\x03" + length + bytes(3) + config)) == name


@pytest.mark.parametrize(
    "movie",
    [
        moov(box(b"hvc1", bytes(78))),
        moov(box(b"avc1", bytes(78))),
        sound(b""),
        sound(b"\x03\x05" + bytes(3)),
        sound(b"\x03\x80"),
        moov(b""),
        Box(b"moov", box(b"moov", box(b"trak"))),
    ],
)
def test_what_cannot_be_named_makes_the_film_unreadable(movie: Box) -> None:
    with pytest.raises((ValueError, IndexError)):
        codecs_of(movie)
    grouping = cut._Grouping(CutPlan((Key(0, 0),), 1_000), [Key(0, 0)], "film.mp4")
    with pytest.raises(ProblemError) as caught:
        grouping._codecs(movie)
    assert caught.value.params == {"name": "film.mp4", "reason": "codecs"}


def test_boxes_come_out_whole_however_they_are_written() -> None:
    sink, data, got = BoxSink(), box(b"ftyp", b"isom") + box(b"mdat", bytes(300)), []
    for start in range(0, len(data), 7):
        sink.write(data[start : start + 7])
        got += list(sink.take())
    assert [isinstance(item, Media) for item in got] == [False, True]
    assert b"".join(map(_bytes_of, got)) == data


def test_samples_are_counted_by_track() -> None:
    def track(number: int, *counts: int) -> bytes:
        runs = (box(b"trun", bytes(4), struct.pack(">I", count)) for count in counts)
        return box(b"traf", box(b"tfhd", bytes(4), struct.pack(">I", number)), *runs)

    moof = Box(b"moof", box(b"moof", box(b"mfhd", bytes(8)), track(1, 7, 3), track(2, 11)))
    assert [sample_count(moof, number) for number in (1, 2, 3)] == [10, 11, 0]


def test_a_film_that_changes_while_it_is_cut_is_noticed() -> None:
    with pytest.raises(ProblemError) as caught:
        list(cut._Grouping(CutPlan((Key(0, 0), Key(250, 10_000)), 20_000), [Key(0, 0)], "film.mp4").finish())
    assert caught.value.params["reason"] == "changed"


def test_the_film_path_is_only_a_name_in_problems(tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as caught:
        list(cut.cut(tmp_path / "gone.mp4", CutPlan((Key(0, 0),), 1_000)))
    assert (caught.value.code, caught.value.params) == ("upload.file_missing", {"name": "gone.mp4"})


def _bytes_of(item: Box | Media) -> bytes:
    if isinstance(item, Box):
        return item.data
    room = bytearray(item.length)
    item.write(memoryview(room))
    return bytes(room)
