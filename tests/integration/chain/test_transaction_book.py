"""What a TransactionBook promises: one suite, run on the one in memory and on the one in a database."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from services.chain.book import BookedTransaction, MemoryTransactionBook, TransactionBook, TransactionState
from services.chain.calls import Call
from services.chain.gateway import Fees
from services.chain.transaction import SignedTransaction, sign_transaction
from services.db.engine import open_database
from services.db.migrate import migrate
from services.db.transactions import SqlTransactionBook
from services.units.address import bytes32
from services.units.ids import IntentId
from tests.fixtures.chain import CREATOR, RELAYER, STRANGER, HandClock, Person


@pytest.fixture(params=["memory", "node", "desk"])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TransactionBook]:
    if request.param == "memory":
        yield MemoryTransactionBook()
        return
    database = open_database(tmp_path / "book.db")
    migrate(database, request.param)
    yield SqlTransactionBook(database)
    database.close()


@dataclass
class Signer:
    """Signs with a nonce and remembers which; ``data`` makes transactions differ."""

    person: Person = RELAYER
    data: bytes = b""
    nonces: list[int] = field(default_factory=list)

    def __call__(self, nonce: int) -> SignedTransaction:
        self.nonces.append(nonce)
        call = Call(STRANGER.address, self.data)
        return sign_transaction(call, key=self.person.key, nonce=nonce, gas=21_000, fees=Fees(1, 0), chain_id=7427010)


def intent(number: int) -> IntentId:
    return IntentId(f"{number:064x}")


def test_what_was_added_is_found(book: TransactionBook) -> None:
    assert book.find(intent(1)) is None
    booked = book.add(intent(1), sender=RELAYER.address, least_nonce=7, sign=Signer())
    assert booked.signed == Signer()(7)
    assert booked.state is TransactionState.OPEN
    assert book.find(intent(1)) == booked


def test_an_intent_has_one_transaction_for_ever(book: TransactionBook) -> None:
    first, second = Signer(data=b"one"), Signer(data=b"two")
    booked = book.add(intent(1), sender=RELAYER.address, least_nonce=0, sign=first)
    for state in TransactionState:
        book.mark(booked.signed.hash, state)
        again = book.add(intent(1), sender=RELAYER.address, least_nonce=9, sign=second)
        assert again.signed == booked.signed
        assert again.state is state
    assert second.nonces == []


def test_nonces_follow_each_other_and_the_chain(book: TransactionBook) -> None:
    signer = Signer()
    for number, least in enumerate([4, 4, 0, 6, 9, 2]):
        book.add(intent(number), sender=RELAYER.address, least_nonce=least, sign=signer)
    assert signer.nonces == [4, 5, 6, 7, 9, 10]


def test_ended_transactions_keep_their_nonces(book: TransactionBook) -> None:
    signer = Signer()
    booked = book.add(intent(1), sender=RELAYER.address, least_nonce=0, sign=signer)
    book.mark(booked.signed.hash, TransactionState.REVERTED)
    book.add(intent(2), sender=RELAYER.address, least_nonce=0, sign=signer)
    assert signer.nonces == [0, 1]


def test_senders_have_nonces_of_their_own(book: TransactionBook) -> None:
    mine, theirs = Signer(), Signer(CREATOR)
    for number in range(3):
        book.add(intent(number), sender=RELAYER.address, least_nonce=0, sign=mine)
        book.add(intent(10 + number), sender=CREATOR.address, least_nonce=5, sign=theirs)
    assert (mine.nonces, theirs.nonces) == ([0, 1, 2], [5, 6, 7])
    assert [one.signed.nonce for one in book.list_open(CREATOR.address)] == [5, 6, 7]
    assert book.list_open(STRANGER.address) == []


def test_open_ones_are_listed_by_nonce_until_they_end(book: TransactionBook) -> None:
    booked = [book.add(intent(9 - number), sender=RELAYER.address, least_nonce=0, sign=Signer()) for number in range(4)]
    assert book.list_open(RELAYER.address) == booked
    book.mark(booked[1].signed.hash, TransactionState.CONFIRMED)
    book.mark(booked[1].signed.hash, TransactionState.CONFIRMED)
    book.mark(booked[2].signed.hash, TransactionState.REVERTED)
    assert book.list_open(RELAYER.address) == [booked[0], booked[3]]


def test_marking_what_is_not_there_changes_nothing(book: TransactionBook) -> None:
    book.mark(bytes32(b"\x01" * 32), TransactionState.CONFIRMED)
    assert book.list_open(RELAYER.address) == []


AT = HandClock().now()


def replaced(book: TransactionBook, number: int = 1, *, times: int = 1) -> BookedTransaction:
    """Book a transaction and replace it so many times, each by other bytes."""
    booked = book.add(intent(number), sender=RELAYER.address, least_nonce=3, sign=Signer(), at=AT)
    for time in range(times):
        signed = Signer(data=bytes((number, time)))(booked.signed.nonce)
        latest = booked.attempts[-1].hash
        booked = book.replace(intent(number), latest=latest, signed=signed, at=AT + timedelta(seconds=time + 1))
    return booked


def test_replacements_stand_beside_what_they_replace(book: TransactionBook) -> None:
    booked = replaced(book, times=2)
    first = Signer()(3)
    assert [one.hash for one in booked.attempts] == [
        first.hash, Signer(data=b"\1\0")(3).hash, Signer(data=b"\1\1")(3).hash
    ]  # fmt: skip
    assert booked.signed == booked.attempts[-1]
    assert booked.since == AT + timedelta(seconds=2)
    other = replaced(book, 2, times=1)
    assert other.signed.nonce == 4, "replacements take no nonces"
    for one in (booked, other):
        assert book.find(one.intent) == one
        assert [book.find_hash(tx) for tx in one.hashes] == [one] * len(one.hashes)
    assert book.list_open(RELAYER.address) == [booked, other]
    assert book.find_hash(bytes32(b"\x01" * 32)) is None


def test_only_the_latest_open_one_is_replaced(book: TransactionBook) -> None:
    booked = replaced(book, times=1)
    late = Signer(data=b"late")(3)
    assert book.replace(intent(1), latest=booked.attempts[0].hash, signed=late, at=AT) == booked
    book.mark(booked.attempts[0].hash, TransactionState.CONFIRMED)
    ended = book.replace(intent(1), latest=booked.attempts[1].hash, signed=late, at=AT)
    assert ended.attempts == booked.attempts
    assert book.find(intent(1)) == ended


def test_a_replacement_with_another_nonce_or_sender_is_an_error(book: TransactionBook) -> None:
    booked = replaced(book, times=0)
    for signed in (Signer()(4), Signer(CREATOR)(3)):
        with pytest.raises(ValueError, match="nonce"):
            book.replace(intent(1), latest=booked.signed.hash, signed=signed, at=AT)
    assert book.find(intent(1)) == booked


@pytest.mark.parametrize("which", [0, 1, 2])
def test_an_intent_ends_with_whichever_is_in_a_block(book: TransactionBook, which: int) -> None:
    booked = replaced(book, times=2)
    won = booked.attempts[which]
    book.mark(won.hash, TransactionState.CONFIRMED)
    found = book.find(intent(1))
    assert found is not None
    assert (found.state, found.ended, found.signed) == (TransactionState.CONFIRMED, won.hash, won)
    assert book.list_open(RELAYER.address) == []
    book.mark(won.hash, TransactionState.OPEN)
    assert book.list_open(RELAYER.address) == [booked]


def test_a_left_out_nonce_is_filled_once(book: TransactionBook) -> None:
    for number, least in ((1, 0), (2, 5)):
        book.add(intent(number), sender=RELAYER.address, least_nonce=least, sign=Signer())
    assert book.fill(intent(3), Signer()(0), at=AT) is None
    assert book.fill(intent(1), Signer()(3), at=AT) is None
    filled = book.fill(intent(3), Signer(data=b"fill")(3), at=AT)
    assert filled is not None
    assert book.find(intent(3)) == filled
    assert book.fill(intent(4), Signer(data=b"again")(3), at=AT) is None
    assert [one.signed.nonce for one in book.list_open(RELAYER.address)] == [0, 3, 5]
    assert book.fill(intent(5), Signer(CREATOR)(3), at=AT) is not None


def test_a_signature_that_fails_leaves_nothing(book: TransactionBook) -> None:
    def refuse(_: int) -> SignedTransaction:
        raise RuntimeError("no key")

    with pytest.raises(RuntimeError, match="no key"):
        book.add(intent(1), sender=RELAYER.address, least_nonce=0, sign=refuse)
    assert book.find(intent(1)) is None
    signer = Signer()
    book.add(intent(1), sender=RELAYER.address, least_nonce=0, sign=signer)
    assert signer.nonces == [0]


def test_the_same_intent_at_once_is_signed_once(book: TransactionBook) -> None:
    signer, start = Signer(), threading.Barrier(8)

    def add(_: int) -> SignedTransaction:
        start.wait(5)
        return book.add(intent(1), sender=RELAYER.address, least_nonce=0, sign=signer).signed

    with ThreadPoolExecutor(8) as pool:
        assert len({one.hash for one in pool.map(add, range(8))}) == 1
    assert signer.nonces == [0]


def test_the_same_one_at_once_is_replaced_once(book: TransactionBook) -> None:
    booked, start = replaced(book, times=0), threading.Barrier(8)

    def swap(number: int) -> int:
        start.wait(5)
        signed = Signer(data=bytes((number,)))(3)
        return len(book.replace(intent(1), latest=booked.signed.hash, signed=signed, at=AT).attempts)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(swap, range(8))) == {2}


def test_many_intents_at_once_take_each_nonce_once(book: TransactionBook) -> None:
    signer = Signer()

    def add(number: int) -> None:
        book.add(intent(number), sender=RELAYER.address, least_nonce=0, sign=signer)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(32)))
    assert sorted(signer.nonces) == list(range(32))
