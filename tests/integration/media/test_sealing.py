"""Sealing parts into a store: the very file at every length, in memory that does not follow the part's length."""

from __future__ import annotations

import os
import tracemalloc
from array import array
from collections.abc import Iterator, Sequence
from io import FileIO
from itertools import count, pairwise
from pathlib import Path
from queue import SimpleQueue
from threading import Lock

import pytest

from services.ipfs.store import DiskBlockStore
from services.ipfs.unixfs import LEAF_BYTES, read_file
from services.media.cut import PlainChunk
from services.media.journal import Entry, IngestJournal
from services.media.plain import PIECE_BYTES, InMemory, OutOfFilm, Pieces, Plain, Room
from services.media.seal import HEADER_BYTES, OVERHEAD_BYTES, chunk_key, seal
from services.media.sealing import ChunkSealer, Sealing
from services.media.settling import Settling, Written
from services.units.ids import content_id
from services.wire.problems import ProblemError

SECRET, CONTENT = bytes(range(32)), content_id("0x" + "cd" * 32)
_BODY = LEAF_BYTES - HEADER_BYTES


@pytest.fixture
def store(tmp_path: Path) -> DiskBlockStore:
    return DiskBlockStore(tmp_path / "blocks")


def _sealed(tmp_path: Path, store: DiskBlockStore, *plains: Plain) -> list[Written]:
    journal, found = IngestJournal(tmp_path / "notes"), list[Written]()
    sealer = ChunkSealer("film.mp4", SECRET, CONTENT, store, journal)
    with Sealing(sealer, found.append) as sealing:
        for index, plain in enumerate(plains):
            sealing.add(PlainChunk(index, index * 10_000, index * 10_000 + 10_000, plain))
    return found


def _settled(store: DiskBlockStore, tmp_path: Path, found: list[Written]) -> None:
    with Settling(IngestJournal(tmp_path / "settled"), Lock(), lambda chunk: None) as settling:
        for written in found:
            settling.add(written)


@pytest.mark.parametrize(
    "length",
    [0, 1, _BODY - 17, _BODY - 16, _BODY - 15, _BODY - 1, _BODY, _BODY + 1, _BODY + LEAF_BYTES - 3, 3 * LEAF_BYTES],
)
def test_a_stored_file_is_the_sealed_part(length: int, tmp_path: Path, store: DiskBlockStore) -> None:
    """Also where the end of what is enciphered, or what follows on it, meets the end of a leaf."""
    plaintext = os.urandom(length)
    found = _sealed(tmp_path, store, InMemory(memoryview(plaintext)))
    _settled(store, tmp_path, found)
    chunk = found[0].chunk
    key = chunk_key(SECRET, CONTENT, 0, 0)
    wanted = bytes(seal(plaintext, key=key, content_id=CONTENT, track=0, index=0))
    assert read_file(store, chunk.cid, length + OVERHEAD_BYTES) == wanted
    assert chunk.length == len(wanted)


def _film(tmp_path: Path, length: int) -> Path:
    """A film's file with holes, for which a disk needs no room."""
    path = tmp_path / f"film-{length}.mp4"
    with path.open("wb") as file:
        file.truncate(length)
    return path


def _out_of(file: FileIO, length: int) -> OutOfFilm:
    plain = OutOfFilm(file, "film.mp4")
    step = 250_000
    for at in range(0, length, step):
        plain.add(b"header", [(array("Q", [at]), array("I", [min(step, length - at)]))])
    return plain


def test_the_memory_of_sealing_does_not_follow_the_length_of_a_part(tmp_path: Path, store: DiskBlockStore) -> None:
    """120 MB, which is ten seconds of 96 Mbit/s, cost no more than 30; what is mapped is asked for by one name."""
    peaks, rooms = [], []
    for length in (30_000_000, 120_000_000):
        with _film(tmp_path, length).open("rb", buffering=0) as file:
            plain = _out_of(file, length)
            tracemalloc.start()
            found = _sealed(tmp_path / str(length), store, plain)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
            room = Room()
            plain = _out_of(file, length)
            ends = [*range(PIECE_BYTES, plain.length, PIECE_BYTES), plain.length]
            rooms.append(max(len(piece) for piece in plain.pieces(ends, room)))
        for written in found:
            assert written.group is not None
            written.group.abandon()
    assert rooms == [PIECE_BYTES, PIECE_BYTES]
    assert peaks[1] - peaks[0] < 1_000_000, peaks
    assert peaks[1] < 8_000_000, peaks


class _Passes:
    def __init__(self, plain: _Changing, ends: Sequence[int]) -> None:
        self._plain, self._ends = plain, ends

    def __iter__(self) -> Iterator[memoryview]:
        self._plain.passes += 1
        for begin, end in pairwise([0, *self._ends]):
            yield memoryview(bytes([self._plain.passes]) * (end - begin))


class _Changing:
    """Plaintext that is another one each time it is gone through."""

    length, held_bytes = 3_000_000, 0

    def __init__(self) -> None:
        self.passes = 0

    def pieces(self, ends: Sequence[int], room: Room) -> Pieces:
        return _Passes(self, ends)

    def release(self) -> None:
        pass


def test_a_film_that_changes_while_it_is_sealed_leaves_nothing(tmp_path: Path, store: DiskBlockStore) -> None:
    """What two plaintexts give under one nonce must not be seen by anybody."""
    plain = _Changing()
    with pytest.raises(ProblemError) as caught:
        _sealed(tmp_path, store, plain)
    assert (caught.value.code, caught.value.params["reason"]) == ("media.unreadable", "changed")
    assert plain.passes == 2
    assert not [path for path in (tmp_path / "blocks").rglob("*") if path.suffix in (".data", ".part")]


def test_a_film_that_is_cut_short_meanwhile_is_told_of(tmp_path: Path, store: DiskBlockStore) -> None:
    film = _film(tmp_path, 20_000_000)
    with film.open("rb", buffering=0) as file:
        plain = _out_of(file, 20_000_000)
        os.truncate(film, 19_000_000)
        with pytest.raises(ProblemError) as caught:
            _sealed(tmp_path, store, plain)
    assert (caught.value.code, caught.value.params["name"]) == ("media.unreadable", "film.mp4")


class _Counting(IngestJournal):
    """A journal that says how many chunks were noted by each go."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.goes = list[int]()

    def add(self, *entries: Entry) -> None:
        super().add(*entries)
        self.goes.append(len(entries))


def _small(count: int, tmp_path: Path, store: DiskBlockStore) -> list[Written]:
    return _sealed(tmp_path, store, *(InMemory(memoryview(os.urandom(5_000))) for _ in range(count)))


def test_parts_that_come_fast_are_made_durable_together(tmp_path: Path, store: DiskBlockStore) -> None:
    found = _small(11, tmp_path, store)
    journal, told = _Counting(tmp_path / "settled"), list[int]()
    with Settling(journal, Lock(), lambda chunk: told.append(chunk.index), now=lambda: 0.0) as settling:
        for written in found:
            settling.add(written)
    assert told == list(range(11))
    # The first at once, then by fours, then what is left.
    assert sum(journal.goes) == 11
    assert len(journal.goes) <= 4


def test_a_part_that_comes_late_waits_for_no_other(tmp_path: Path, store: DiskBlockStore) -> None:
    found, told, clock = _small(5, tmp_path, store), SimpleQueue[int](), count(0)
    tell = Settling(
        IngestJournal(tmp_path / "settled"), Lock(), lambda chunk: told.put(chunk.index), now=clock.__next__
    )
    with tell as settling:
        for index, written in enumerate(found):
            settling.add(written)
            assert told.get(timeout=60) == index
