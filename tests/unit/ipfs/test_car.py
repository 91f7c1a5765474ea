"""Archives of blocks: what other writers and readers agree with, and what is refused."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ipfs.car import import_car, read_blocks, read_roots, write_car
from services.ipfs.memory import MemoryBlockStore
from services.ipfs.unixfs import add_file, block_names, read_file
from services.units.cid import Cid
from services.wire.problems import ProblemError

# The whole archive of the file "film" (one raw block), byte by byte after the CARv1 specification:
# 58 bytes of header, its roots under tag 42, version 1; then 40 bytes, the block's name and the block.
FILM = Cid.of(b"film")
ARCHIVE = (
    bytes.fromhex("3aa265726f6f747381d82a582500") + FILM.to_bytes() + bytes.fromhex("6776657273696f6e01")
    + bytes.fromhex("28") + FILM.to_bytes() + b"film"
)  # fmt: skip


def archive(data: bytes, leaf: int = 500) -> tuple[Cid, bytes]:
    store, file = MemoryBlockStore(), io.BytesIO()
    root = add_file(store, data, leaf_bytes=leaf, width=3)
    write_car(file, store, root)
    return root, file.getvalue()


def test_the_smallest_archive_byte_by_byte() -> None:
    assert archive(b"film") == (FILM, ARCHIVE)


@given(data=st.binary(max_size=3_000), leaf=st.integers(60, 500))
def test_a_file_comes_back_from_its_archive(data: bytes, leaf: int) -> None:
    root, car = archive(data, leaf)
    store = MemoryBlockStore()
    assert import_car(io.BytesIO(car), store) == ((root,), len(set(block_names(store, root))))
    assert read_file(store, root, len(data)) == data


def test_a_block_that_occurs_twice_is_written_once() -> None:
    root, car = archive(b"x" * 1000)
    assert len(list(read_blocks(after_header(car)))) == 2
    assert import_car(io.BytesIO(car), MemoryBlockStore()) == ((root,), 2)


def after_header(car: bytes) -> io.BytesIO:
    file = io.BytesIO(car)
    read_roots(file)
    return file


def imported(car: bytes) -> tuple[Cid, ...] | str:
    """Give the roots, or the code of the problem."""
    try:
        return import_car(io.BytesIO(car), MemoryBlockStore())[0]
    except ProblemError as problem:
        return problem.code


@given(st.data())
def test_no_changed_byte_is_taken(data: st.DataObject) -> None:
    root, car = archive(b"a film of some length" * 60)
    at = data.draw(st.integers(0, len(car) - 1))
    changed = bytearray(car)
    changed[at] ^= 1 << data.draw(st.integers(0, 7))
    outcome = imported(bytes(changed))
    # Another codec in the name of the root is another root; no block goes by a wrong name.
    assert outcome == "archive.damaged" or (isinstance(outcome, tuple) and outcome != (root,))


@given(st.integers(0, 200))
def test_an_archive_cut_short_is_noticed_or_ends_between_blocks(length: int) -> None:
    _, car = archive(b"film")
    is_whole = length in (len(car) - 41, *range(len(car), 201))
    assert (imported(car[:length]) == "archive.damaged") is not is_whole


@pytest.mark.parametrize(
    "car",
    [
        b"",
        b"\xff" * 20,
        b"\x80",
        ARCHIVE[:59].replace(b"version\x01", b"version\x02"),
        b"\x00",
        b"\xf0\x7f" + bytes(16_000),
    ],
)
def test_what_is_no_archive_is_refused(car: bytes) -> None:
    with pytest.raises(ProblemError) as caught:
        read_roots(io.BytesIO(car))
    assert caught.value.code == "archive.damaged"


def test_a_giant_block_is_not_read() -> None:
    class Endless(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            assert size is not None
            assert size < 10_000_000
            return super().read(size)

    with pytest.raises(ProblemError):
        list(read_blocks(Endless(b"\xff\xff\xff\xff\x0f" + bytes(100))))
