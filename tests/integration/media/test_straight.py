"""Films that are copied by their index, beside the same ones copied by demuxer and muxer: no packet differs."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from services.media.cut import InitSegment, PlainChunk, cut
from services.media.plain import InMemory
from services.media.straight import straight
from services.media.survey import Survey, survey
from services.wire.problems import ProblemError
from tests.fixtures.film_kinds import Kind, make_kind, plain_of

PLAIN = {
    "usual.mp4": Kind(seconds=14),
    "delayed_pictures.mp4": Kind(seconds=14, options={"bf": "3", "preset": "medium"}),
    "two_sounds.mp4": Kind(seconds=14, sounds=("aac", "aac"), languages=("eng", "deu")),
    "hevc.mov": Kind(seconds=13, video="libx265"),
    "no_sound.mp4": Kind(seconds=13, sounds=()),
    "uneven.mp4": Kind(seconds=14, skipped=lambda number: number % 7 in (2, 3)),
    "sound_ends_early.mp4": Kind(seconds=14, sound_s=9),
    "upright.mp4": Kind(seconds=13, turned=90),
    "index_first.mp4": Kind(seconds=13, muxing={"movflags": "faststart"}),
}
LEFT_TO_THE_MUXER = {
    "recorded.ts": Kind(seconds=13),
    "fragments.mp4": Kind(seconds=13, muxing={"movflags": "frag_keyframe+empty_moov"}),
    "other_sound.mp4": Kind(seconds=13, sounds=("libmp3lame",)),
}


@dataclass(frozen=True)
class Part:
    index: int
    start_ms: int
    end_ms: int
    data: bytes


Pieces = list[InitSegment | Part]


def _read(pieces: Iterable[InitSegment | PlainChunk]) -> Pieces:
    """Read each part when it comes, as sealing does."""
    return [
        piece if isinstance(piece, InitSegment) else Part(piece.index, piece.start_ms, piece.end_ms, plain_of(piece))
        for piece in pieces
    ]


def _cut_by_index(film: Path, found: Survey) -> Pieces:
    with film.open("rb", buffering=0) as file:
        return _read(cut(film, found.plan, samples=file))


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether films were copied by their index, in turn."""
    found: list[bool] = []

    def told(*args: Any) -> object:
        film = straight(*args)
        found.append(film is not None)
        return film

    monkeypatch.setattr("services.media.cut.straight", told)
    return found


def _survey(film: Path) -> Survey:
    return survey(film, lambda done, total: None)


@pytest.mark.parametrize("name", PLAIN)
def test_each_packet_is_the_one_that_the_muxer_gives(name: str, tmp_path: Path, taken: list[bool]) -> None:
    film = make_kind(tmp_path / name, PLAIN[name])
    found = _survey(film)
    assert not found.is_read
    usual, direct = _read(cut(film, found.plan)), _cut_by_index(film, found)
    assert taken == [True]
    assert isinstance(usual[0], InitSegment)
    assert direct[0] == usual[0]
    assert _places(direct) == _places(usual)
    assert len(usual) > 2
    assert list(_packets(direct)) == list(_packets(usual))
    # Each part plays alone: its pictures are the same, and what sounds before the first one is in the part before.
    for number in range(1, len(usual)):
        shown, heard = _by_track(list(_packets([usual[0], direct[number]])))
        assert shown == _by_track(list(_packets([usual[0], usual[number]])))[0]
        assert number == 1 or all(moment >= _moments(shown)[0] for moment in _moments(heard))


@pytest.mark.parametrize("name", LEFT_TO_THE_MUXER)
def test_what_is_unusual_is_left_to_the_muxer(name: str, tmp_path: Path, taken: list[bool]) -> None:
    film = make_kind(tmp_path / name, LEFT_TO_THE_MUXER[name])
    found = _survey(film)
    assert list(_packets(_cut_by_index(film, found))) == list(_packets(_read(cut(film, found.plan))))
    assert taken == [False]


@pytest.mark.parametrize("table", [b"stsz", b"ctts", b"stts", b"stco", b"stsc", b"stss"])
def test_an_index_that_lies_gives_the_film_or_a_sentence(table: bytes, tmp_path: Path) -> None:
    """Some numbers of the picture's table are changed, one at a time; what comes out is what the muxer makes of it."""
    film = make_kind(tmp_path / "film.mp4", PLAIN["delayed_pictures.mp4"])
    data = film.read_bytes()
    begin = data.index(table, data.index(b"moov"))
    end = begin + int.from_bytes(data[begin - 4 : begin], "big") - 4
    for at in range(begin + 20, end - 4, max((end - begin - 24) // 12 * 4, 4)):
        changed = bytearray(data)
        changed[at : at + 4] = (int.from_bytes(data[at : at + 4], "big") + 3).to_bytes(4, "big")
        film.write_bytes(changed)
        assert _outcome(film, by_index=True) in (_outcome(film, by_index=False), "media.unreadable")


def _outcome(film: Path, *, by_index: bool) -> object:
    try:
        found = _survey(film)
        return list(_packets(_cut_by_index(film, found) if by_index else _read(cut(film, found.plan))))
    except ProblemError as problem:
        return problem.code


def _places(pieces: Pieces) -> list[tuple[int, int, int]]:
    return [(piece.index, piece.start_ms, piece.end_ms) for piece in pieces if isinstance(piece, Part)]


def _packets(pieces: Pieces) -> Iterator[tuple[Any, ...]]:
    data = b"".join(piece.data for piece in pieces)
    with av.open(io.BytesIO(data), "r") as container:
        found = [packet for packet in container.demux() if packet.size]
        for stream in container.streams:
            for packet in found:
                if packet.stream_index == stream.index:
                    times = packet.pts, packet.dts, packet.duration
                    yield stream.index, stream.time_base, *times, packet.is_keyframe, bytes(packet)


def _by_track(packets: list[Any]) -> tuple[list[Any], list[Any]]:
    return [packet for packet in packets if packet[0] == 0], [packet for packet in packets if packet[0]]


def _moments(packets: list[Any]) -> list[Fraction]:
    return [time_base * dts for _, time_base, _, dts, *_ in packets]


def test_the_memory_of_a_part_is_used_again_once_it_is_released(tmp_path: Path) -> None:
    film = make_kind(tmp_path / "film.mp4", Kind(seconds=62))
    plan = _survey(film).plan
    held = [plain_of(piece) for piece in list(cut(film, plan)) if isinstance(piece, PlainChunk)]
    seen, rooms = [], set[int]()
    for piece in cut(film, plan):
        if isinstance(piece, PlainChunk):
            assert isinstance(piece.plain, InMemory)
            seen.append(plain_of(piece))
            rooms.add(id(piece.plain.data.obj))
            piece.plain.release()
    assert seen == held
    assert len(held) > 4
    assert len(rooms) == 1


def test_parts_out_of_an_index_hold_no_samples(tmp_path: Path) -> None:
    film = make_kind(tmp_path / "film.mp4", Kind(seconds=32))
    with film.open("rb", buffering=0) as file:
        parts = [piece for piece in cut(film, _survey(film).plan, samples=file) if isinstance(piece, PlainChunk)]
    assert len(parts) > 2
    assert [piece.plain.held_bytes for piece in parts] == [0] * len(parts)
