"""A store with quotas: what is held stays, the rest goes by age, and its index can be lost."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.ipfs.shelf import INDEX_NAME, Room, Shelf
from services.ipfs.store import BlockDamagedError, BlockMissingError, DiskBlockStore
from services.units.cid import DAG_PB, Cid
from services.wire.problems import ProblemError

KIB = 1024


class Moments:
    """A clock that moves with each look."""

    def __init__(self) -> None:
        self.at = 1_000.0

    def __call__(self) -> float:
        self.at += 1
        return self.at


@pytest.fixture
def shelf_of(tmp_path: Path) -> Iterator[Callable[..., Shelf]]:
    opened: list[Shelf] = []

    def make(**limits: int) -> Shelf:
        opened.append(Shelf(tmp_path / "shelf", now=Moments(), **limits))
        return opened[-1]

    yield make
    for shelf in opened:
        shelf.close()


def put(shelf: Shelf, count: int, size: int = 10 * KIB) -> list[Cid]:
    return [shelf.put(os.urandom(size)) for _ in range(count)]


def test_what_passes_by_goes_by_age_down_to_the_low_mark(shelf_of: Callable[..., Shelf]) -> None:
    shelf = shelf_of(cache_bytes=100 * KIB)
    blocks = put(shelf, 10)
    assert shelf.room() == Room(0, 0, 100 * KIB)
    for used in blocks[:3]:
        shelf.get(used)
    blocks += put(shelf, 1)
    assert shelf.room().cache == 80 * KIB
    assert [shelf.has(block) for block in blocks] == [True] * 3 + [False] * 3 + [True] * 5
    with pytest.raises(BlockMissingError):
        shelf.get(blocks[4])


def test_what_is_held_stays_and_goes_when_nobody_holds_it(shelf_of: Callable[..., Shelf]) -> None:
    shelf = shelf_of(cache_bytes=50 * KIB)
    mine, theirs = put(shelf, 2), put(shelf, 2)
    shelf.hold("film a", "own", mine)
    shelf.hold("film b", "bought", [*theirs, mine[0]])
    assert shelf.room() == Room(own=20 * KIB, bought=20 * KIB, cache=0)
    put(shelf, 20)
    assert all(shelf.has(block) for block in (*mine, *theirs))
    shelf.let_go("film a")
    assert shelf.room() == Room(own=0, bought=30 * KIB, cache=50 * KIB)
    put(shelf, 20)
    assert shelf.has(mine[0])
    assert not shelf.has(mine[1])
    shelf.discard(mine[0])
    assert shelf.room().bought == 20 * KIB


def test_bought_films_have_a_limit_of_their_own(shelf_of: Callable[..., Shelf]) -> None:
    shelf = shelf_of(bought_bytes=25 * KIB)
    blocks = put(shelf, 3)
    shelf.hold("one", "bought", blocks[:2])
    with pytest.raises(ProblemError) as caught:
        shelf.hold("two", "bought", blocks[2:])
    assert (caught.value.code, caught.value.params["limit"]) == ("store.quota", str(25 * KIB))
    assert shelf.room() == Room(0, 20 * KIB, 10 * KIB)
    shelf.hold("two", "own", blocks[2:])


def test_the_index_can_be_lost_and_files_of_others_are_found(shelf_of: Callable[..., Shelf], tmp_path: Path) -> None:
    shelf = shelf_of(cache_bytes=100 * KIB)
    blocks = put(shelf, 3)
    other = DiskBlockStore(tmp_path / "shelf").put(os.urandom(5 * KIB), DAG_PB)
    assert shelf.take_stock() == 1
    assert shelf.room().cache == 35 * KIB
    shelf.hold("film", "own", [other])
    assert shelf.room().own == 5 * KIB
    DiskBlockStore(tmp_path / "shelf").discard(blocks[0])
    assert shelf.take_stock() == 1
    shelf.close()
    for file in (tmp_path / "shelf").glob(f"{INDEX_NAME}*"):
        file.unlink()
    again = shelf_of(cache_bytes=12 * KIB)
    assert again.room() == Room(0, 0, 0)
    assert again.take_stock() == 3
    assert again.room().cache <= 12 * KIB


@pytest.mark.logs("block.damaged")
def test_a_damaged_block_is_noticed_on_reading_and_healed(shelf_of: Callable[..., Shelf], tmp_path: Path) -> None:
    shelf = shelf_of()
    block = os.urandom(KIB)
    cid = shelf.put(block)
    (file,) = (tmp_path / "shelf").glob("*/*.data")
    file.write_bytes(block[:-1])
    with pytest.raises(BlockDamagedError):
        shelf.get(cid)
    shelf.put(block)
    assert shelf.get(cid) == block
    assert shelf.room().cache == KIB


def test_threads_share_it(shelf_of: Callable[..., Shelf]) -> None:
    shelf = shelf_of(cache_bytes=60 * KIB)
    wrong: list[Exception] = []

    def work() -> None:
        try:
            for cid in put(shelf, 15):
                if shelf.has(cid):
                    shelf.get(cid)
        except BlockMissingError:
            return
        except Exception as exc:  # noqa: BLE001  told to the test below
            wrong.append(exc)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert shelf.room().cache <= 60 * KIB
