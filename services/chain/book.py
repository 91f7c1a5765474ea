"""Where a relayer writes down what it signed, before anybody else hears of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Protocol

from services.chain.transaction import SignedTransaction
from services.units.address import Address, Bytes32
from services.units.ids import IntentId


class TransactionState(Enum):
    """What is known of a journalled transaction; OPEN covers signed, sent and unanswered."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    REVERTED = "reverted"
    REFUSED = "refused"
    """It is in no block and never will be; only somebody who sends in our name can say that."""


@dataclass(frozen=True, slots=True)
class BookedTransaction:
    """The transactions of an intent: one nonce, so that at most one of them can ever be in a block.

    attempts: oldest first; each replaces the one before by higher fees and does the same. ended: the hash of the one
    in a block. since: when the latest was signed; None when that was not kept.
    """

    intent: IntentId
    attempts: tuple[SignedTransaction, ...]
    state: TransactionState = TransactionState.OPEN
    ended: Bytes32 | None = None
    since: datetime | None = None

    @property
    def signed(self) -> SignedTransaction:
        """The one in a block, or while there is none, the latest."""
        return next((one for one in self.attempts if one.hash == self.ended), self.attempts[-1])

    @property
    def hashes(self) -> frozenset[Bytes32]:
        """The hashes under which the intent may be found on the chain."""
        return frozenset(one.hash for one in self.attempts)


class TransactionBook(Protocol):
    """Durable and thread-safe; several processes may share one. One intent has one nonce for ever."""

    def find(self, intent: IntentId) -> BookedTransaction | None:
        """Look an intent's transactions up."""

    def find_hash(self, tx: Bytes32) -> BookedTransaction | None:
        """Look an intent's transactions up by any of their hashes."""

    def add(
        self,
        intent: IntentId,
        *,
        sender: Address,
        least_nonce: int,
        sign: Callable[[int], SignedTransaction],
        at: datetime | None = None,
    ) -> BookedTransaction:
        """Draw the sender's next nonce, sign with it and keep the result, in one atomic and durable step.

        The nonce is the least that is at least least_nonce and above every one kept for the sender. When the intent
        has a transaction already, that one is given and ``sign`` is not called. at: when it is signed.
        """

    def fill(self, intent: IntentId, signed: SignedTransaction, *, at: datetime) -> BookedTransaction | None:
        """Keep a transaction with a nonce that was left out; None when the nonce or the intent is taken."""

    def replace(
        self, intent: IntentId, *, latest: Bytes32, signed: SignedTransaction, at: datetime
    ) -> BookedTransaction:
        """Keep a replacement of the intent's latest transaction, which must still be ``latest`` and open.

        Otherwise nothing is kept; what is there is given in both cases. Raises ValueError for another sender or nonce.
        """

    def list_open(self, sender: Address) -> list[BookedTransaction]:
        """List the sender's OPEN transactions by nonce."""

    def mark(self, tx: Bytes32, state: TransactionState) -> None:
        """Keep how a transaction ended, and with it its intent; again the same way changes nothing."""


def check_replacement(booked: BookedTransaction, signed: SignedTransaction) -> None:
    """Refuse bytes that could take effect beside the ones they replace. Raises ValueError."""
    before = booked.attempts[0]
    if (signed.sender, signed.nonce) != (before.sender, before.nonce):
        raise ValueError("a replacement has the sender and the nonce of what it replaces")


class MemoryTransactionBook:
    """A book that lasts as long as its process: for tests and for measuring."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._booked: dict[IntentId, BookedTransaction] = {}

    def find(self, intent: IntentId) -> BookedTransaction | None:
        with self._guard:
            return self._booked.get(intent)

    def find_hash(self, tx: Bytes32) -> BookedTransaction | None:
        with self._guard:
            return next((one for one in self._booked.values() if tx in one.hashes), None)

    def add(
        self,
        intent: IntentId,
        *,
        sender: Address,
        least_nonce: int,
        sign: Callable[[int], SignedTransaction],
        at: datetime | None = None,
    ) -> BookedTransaction:
        with self._guard:
            found = self._booked.get(intent)
            if found is None:
                nonce = max([least_nonce, *(used + 1 for used in self._used(sender))])
                found = self._booked[intent] = BookedTransaction(intent, (sign(nonce),), since=at)
            return found

    def fill(self, intent: IntentId, signed: SignedTransaction, *, at: datetime) -> BookedTransaction | None:
        with self._guard:
            if intent in self._booked or signed.nonce in self._used(signed.sender):
                return None
            found = self._booked[intent] = BookedTransaction(intent, (signed,), since=at)
            return found

    def replace(
        self, intent: IntentId, *, latest: Bytes32, signed: SignedTransaction, at: datetime
    ) -> BookedTransaction:
        with self._guard:
            found = self._booked[intent]
            check_replacement(found, signed)
            if found.state is TransactionState.OPEN and found.attempts[-1].hash == latest:
                found = self._booked[intent] = replace(found, attempts=(*found.attempts, signed), since=at)
            return found

    def list_open(self, sender: Address) -> list[BookedTransaction]:
        with self._guard:
            waiting = [
                one
                for one in self._booked.values()
                if one.signed.sender == sender and one.state is TransactionState.OPEN
            ]
        return sorted(waiting, key=lambda one: one.signed.nonce)

    def mark(self, tx: Bytes32, state: TransactionState) -> None:
        ended = None if state is TransactionState.OPEN else tx
        with self._guard:
            for intent, one in self._booked.items():
                if tx in one.hashes:
                    self._booked[intent] = replace(one, state=state, ended=ended)

    def _used(self, sender: Address) -> set[int]:
        return {one.signed.nonce for one in self._booked.values() if one.signed.sender == sender}
