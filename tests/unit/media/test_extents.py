"""Samples out of a film's file, in the order asked for, whatever order they lie in and however much a call gives."""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import FileIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.media import extents
from services.media.extents import Filling, read_samples

LENGTH = 40_000
DATA = bytes(os.urandom(LENGTH))
_place = st.tuples(st.integers(0, LENGTH - 1), st.integers(1, 6_000)).map(lambda p: (p[0], min(p[1], LENGTH - p[0])))


@pytest.fixture
def file(tmp_path: Path) -> Iterator[FileIO]:
    path = tmp_path / "film"
    path.write_bytes(DATA)
    with path.open("rb", buffering=0) as opened:
        yield opened


def _wanted(places: list[tuple[int, int]]) -> bytes:
    return b"".join(DATA[position : position + length] for position, length in places)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_place, min_size=1, max_size=60))
def test_any_places_are_given_in_their_order(file: FileIO, places: list[tuple[int, int]]) -> None:
    """Behind, before and over each other, with gaps of any size."""
    assert read_samples(file, places) == _wanted(places)


def test_more_pieces_than_one_call_fills(file: FileIO) -> None:
    places = [(position, 3) for position in range(0, LENGTH - 8, 8)]
    assert len(places) > 4 * 1_024
    assert read_samples(file, places) == _wanted(places)
    assert read_samples(file, places[::-1]) == _wanted(places[::-1])


@pytest.mark.parametrize("given_bytes", [0, 1, 499, 500, 501, 2_999])
def test_a_call_that_gives_less_is_gone_on_with(
    file: FileIO, given_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def less(_descriptor: int, pieces: list[memoryview], position: int) -> int:
        there, ready = DATA[position : position + given_bytes], given_bytes
        for piece in pieces:
            taken = min(ready, len(piece))
            piece[:taken], there, ready = there[:taken], there[taken:], ready - taken
        return given_bytes

    monkeypatch.setattr(extents, "_SCATTERS", True)
    monkeypatch.setattr(os, "preadv", less, raising=False)
    places = [(2_000, 500), (1_000, 500), (2_600, 1_400)]
    assert read_samples(file, places) == _wanted(places)


def test_a_system_that_does_not_scatter(file: FileIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extents, "_SCATTERS", False)
    places = [(2_000, 500), (1_000, 500), (30_000, 10)]
    assert read_samples(file, places) == _wanted(places)


@pytest.mark.parametrize("scatters", [True, False])
def test_a_file_that_ends_before(file: FileIO, scatters: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extents, "_SCATTERS", scatters and extents._SCATTERS)
    with pytest.raises(ValueError, match="ends early"):
        read_samples(file, [(100, 50), (LENGTH - 10, 11)])


def test_what_lies_beside_the_room_is_left_alone(file: FileIO) -> None:
    room = bytearray(b"\x11" * 30)
    with memoryview(room) as whole:
        Filling(whole, [(5_000, 6, 10), (700, 4, 16)]).read(file)
    assert room == b"\x11" * 10 + _wanted([(5_000, 6), (700, 4)]) + b"\x11" * 10
