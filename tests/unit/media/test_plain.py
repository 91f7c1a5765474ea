"""A part's plaintext in pieces: the same bytes wherever they are cut, out of the film's file as out of memory."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator
from io import FileIO
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.media import plain
from services.media.plain import InMemory, OutOfFilm, Plain, Room

LENGTH = 30_000
DATA = os.urandom(LENGTH)
_run = st.lists(st.tuples(st.integers(0, LENGTH - 700), st.integers(1, 700)), min_size=1, max_size=6)
_fragment = st.tuples(st.binary(min_size=1, max_size=90), st.lists(_run, max_size=3))


@pytest.fixture
def file(tmp_path: Path) -> Iterator[FileIO]:
    (tmp_path / "film").write_bytes(DATA)
    with (tmp_path / "film").open("rb", buffering=0) as opened:
        yield opened


def _pieces(found: Plain, cuts: list[int]) -> tuple[list[bytes], list[bytes]]:
    """Go through the pieces twice."""
    ends = sorted({*(cut % found.length for cut in cuts if cut % found.length), found.length})
    pieces = found.pieces(ends, Room())
    once, again = ([bytes(piece) for piece in pieces] for _ in range(2))
    assert [len(piece) for piece in once] == [end - begin for begin, end in pairwise([0, *ends])]
    return once, again


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fragments=st.lists(_fragment, min_size=1, max_size=6), cuts=st.lists(st.integers(1, 50_000), max_size=9))
@pytest.mark.parametrize("is_short", [True, False])
def test_pieces_are_the_part(
    file: FileIO, fragments: list[tuple[bytes, list[list[tuple[int, int]]]]], cuts: list[int], *, is_short: bool
) -> None:
    """Headers and samples that reach over one piece's end, or over several."""
    found, wanted = OutOfFilm(file, "film.mp4"), bytearray()
    for header, runs in fragments:
        found.add(header, [(array("Q", [at for at, _ in run]), array("I", [size for _, size in run])) for run in runs])
        wanted += header + b"".join(DATA[at : at + size] for run in runs for at, size in run)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain, "_WHOLE_BYTES", 1 << 24 if is_short else 0)
        once, again = _pieces(found, cuts)
    assert b"".join(once) == wanted
    assert again == once
    kept, _ = _pieces(InMemory(memoryview(bytes(wanted))), cuts)
    assert kept == once


def test_a_room_is_no_larger_than_what_is_read_once() -> None:
    room = Room()
    assert len(room.of(10_000_000)) == 10_000_000
    assert len(room.of(100)) == 100
    assert len(room.of(plain._WHOLE_BYTES)) == plain._WHOLE_BYTES
    assert len(room._pages) == plain._WHOLE_BYTES
