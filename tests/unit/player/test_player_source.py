"""The ring of chunks between window and libVLC: order, ends, blocking, abort, bounded memory."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from player.vlc.source import ByteSource

CHUNKS = [bytes([65 + at]) * (10 + at) for at in range(5)]


def make(
    first: int = 0,
    limit: int = 5,
    *,
    enter: Callable[[bytes], tuple[int, int, bool]] = lambda _chunk: (0, 0, False),
    settled: bool = True,
) -> tuple[ByteSource, list[int]]:
    wanted: list[int] = []
    source = ByteSource(b"init", first=first, limit=limit, total=5, wanted=wanted.append, enter=enter)
    if settled:
        source.settle(limit)
    return source, wanted


def taken(source: ByteSource, size: int) -> bytes:
    """Read once."""
    piece = source.read(size)
    assert piece is not None
    return piece.tobytes()


def ended(source: ByteSource) -> bool:
    """Read on: is it the end?"""
    piece = source.read(9)
    return piece is not None and len(piece) == 0


def drain(source: ByteSource, size: int = 7) -> bytes:
    data = b""
    while piece := source.read(size):
        data += piece.tobytes()
    return data


def test_a_run_asks_for_its_first_chunk_before_anything_is_read_and_once() -> None:
    source, wanted = make(first=2, limit=4)
    source.ask()
    assert wanted == [2]
    assert source.feed(2, CHUNKS[2])
    assert taken(source, 9) == b"init"
    assert wanted == [2, 3]


def test_gives_init_and_chunks_in_order_then_the_end() -> None:
    source, wanted = make(limit=2)
    assert source.feed(1, CHUNKS[1])
    assert source.feed(0, CHUNKS[0])
    assert drain(source) == b"init" + CHUNKS[0] + CHUNKS[1]
    assert source.ended_before == 2
    assert wanted == []
    assert ended(source)


def test_asks_for_the_present_and_the_next_chunk_once() -> None:
    source, wanted = make()
    source.read(4)
    assert wanted == [0, 1]
    source.feed(0, CHUNKS[0])
    source.read(10)
    assert wanted == [0, 1]


def test_enters_the_first_chunk_where_told() -> None:
    source, _ = make(first=2, limit=3, enter=lambda chunk: (len(chunk) - 3, 0, False))
    source.feed(2, CHUNKS[2])
    assert drain(source) == b"initCCC"


def test_keeps_only_what_is_not_read_yet() -> None:
    source, _ = make()
    for index in range(5):
        source.feed(index, CHUNKS[index])
    for size in (4, 10, 11, 1):
        source.read(size)
    assert source.held == (1, 2, 3, 4)


def test_seeks_only_within_what_is_still_there() -> None:
    source, _ = make(enter=lambda _chunk: (2, 0, False))
    for index in range(5):
        source.feed(index, CHUNKS[index])
    assert not source.seek(4)
    assert taken(source, 4) == b"init"
    assert taken(source, 3) == b"AAA"
    assert source.seek(2)
    assert taken(source, 9) == b"it"
    assert taken(source, 9) == CHUNKS[0][2:]
    assert taken(source, 99) == CHUNKS[1]
    assert taken(source, 1) == b"C"
    assert not source.seek(5)
    assert source.seek(12)
    assert taken(source, 99) == CHUNKS[1]


def test_a_seek_back_from_the_end_begins_again() -> None:
    source, _ = make(limit=1)
    source.feed(0, CHUNKS[0])
    first = drain(source)
    assert source.seek(0)
    assert source.ended_before is None
    assert drain(source) == first


@pytest.mark.parametrize("index", [0, 5, 9])
def test_refuses_what_it_does_not_want(index: int) -> None:
    source, _ = make(first=1)
    assert not source.feed(index, b"x")


def test_refuses_a_second_copy_and_anything_after_abort() -> None:
    source, _ = make()
    assert source.feed(0, CHUNKS[0])
    assert not source.feed(0, CHUNKS[0])
    source.abort()
    assert not source.feed(1, CHUNKS[1])
    assert source.read(1) is None
    assert source.held == ()


def reading(source: ByteSource) -> tuple[Thread, list[bytes | None], Event]:
    """Read the init, then block on a thread like libVLC's."""
    source.read(100)
    return reading_on(source)


def reading_on(source: ByteSource) -> tuple[Thread, list[bytes | None], Event]:
    """Read on a thread like libVLC's."""
    got: list[bytes | None] = []
    started = Event()

    def read() -> None:
        started.set()
        piece = source.read(100)
        got.append(None if piece is None else piece.tobytes())

    thread = Thread(target=read)
    thread.start()
    started.wait(5)
    return thread, got, started


def test_a_reader_waits_for_a_chunk_that_is_being_bought() -> None:
    source, _ = make()
    thread, got, _ = reading(source)
    source.feed(0, CHUNKS[0])
    thread.join(5)
    assert got == [CHUNKS[0]]


def test_a_refused_purchase_ends_the_run_of_a_waiting_reader() -> None:
    source, _ = make()
    thread, got, _ = reading(source)
    source.set_limit(0)
    thread.join(5)
    assert got == [b""]
    assert source.ended_before == 0


def test_at_the_limit_a_reader_waits_for_the_decision() -> None:
    source, _ = make(limit=0, settled=False)
    thread, got, _ = reading(source)
    source.set_limit(1)
    source.feed(0, CHUNKS[0])
    thread.join(5)
    assert got == [CHUNKS[0]]
    source.settle(1)
    assert ended(source)
    assert source.ended_before == 1


def test_at_the_end_of_the_film_there_is_nothing_to_decide() -> None:
    source, _ = make(first=4, settled=False)
    source.feed(4, CHUNKS[4])
    assert drain(source) == b"init" + CHUNKS[4]


def test_what_follows_the_first_fragment_waits_for_its_picture() -> None:
    source, _ = make(limit=1, enter=lambda _chunk: (2, 5, True))
    source.feed(0, CHUNKS[0])
    thread, got, _ = reading(source)
    thread.join(5)
    assert got == [CHUNKS[0][2:5]]
    thread, got, _ = reading_on(source)
    source.go_on()
    thread.join(5)
    assert got == [CHUNKS[0][5:]]


def test_a_run_whose_picture_does_not_come_goes_on_without_it() -> None:
    source, _ = make(limit=1, enter=lambda _chunk: (2, 5, False))
    source.feed(0, CHUNKS[0])
    assert drain(source) == b"init" + CHUNKS[0][2:]


def test_abort_frees_a_waiting_reader() -> None:
    source, _ = make()
    thread, got, _ = reading(source)
    source.abort()
    thread.join(5)
    assert got == [None]


def test_a_longer_run_goes_on_and_an_ended_one_stays_ended() -> None:
    source, _ = make(limit=1)
    source.feed(0, CHUNKS[0])
    source.set_limit(2)
    source.settle(2)
    source.feed(1, CHUNKS[1])
    assert drain(source).endswith(CHUNKS[1])
    source.set_limit(5)
    assert ended(source)


@given(st.integers(0, 4), st.integers(1, 40), st.permutations(range(5)))
def test_any_order_of_feeding_gives_the_same_bytes(first: int, size: int, order: list[int]) -> None:
    source, _ = make(first=first)
    for index in order:
        source.feed(index, CHUNKS[index])
    assert drain(source, size) == b"init" + b"".join(CHUNKS[first:])
