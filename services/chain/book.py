"""Where a relayer writes down what it signed, before anybody else hears of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
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


@dataclass(frozen=True, slots=True)
class BookedTransaction:
    """The one transaction of an intent."""

    intent: IntentId
    signed: SignedTransaction
    state: TransactionState = TransactionState.OPEN


class TransactionBook(Protocol):
    """Durable and thread-safe; several processes may share one. One intent has one transaction for ever."""

    def find(self, intent: IntentId) -> BookedTransaction | None:
        """Look an intent's transaction up."""

    def add(
        self, intent: IntentId, *, sender: Address, least_nonce: int, sign: Callable[[int], SignedTransaction]
    ) -> BookedTransaction:
        """Draw the sender's next nonce, sign with it and keep the result, in one atomic and durable step.

        The nonce is the least that is at least least_nonce and above every one kept for the sender. When the intent
        has a transaction already, that one is given and ``sign`` is not called.
        """

    def list_open(self, sender: Address) -> list[BookedTransaction]:
        """List the sender's OPEN transactions by nonce."""

    def mark(self, tx: Bytes32, state: TransactionState) -> None:
        """Keep how a transaction ended; marking it again the same way changes nothing."""


class MemoryTransactionBook:
    """A book that lasts as long as its process: for tests and for measuring."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._booked: dict[IntentId, BookedTransaction] = {}

    def find(self, intent: IntentId) -> BookedTransaction | None:
        with self._guard:
            return self._booked.get(intent)

    def add(
        self, intent: IntentId, *, sender: Address, least_nonce: int, sign: Callable[[int], SignedTransaction]
    ) -> BookedTransaction:
        with self._guard:
            found = self._booked.get(intent)
            if found is None:
                used = [one.signed.nonce for one in self._booked.values() if one.signed.sender == sender]
                found = BookedTransaction(intent, sign(max([least_nonce, *(nonce + 1 for nonce in used)])))
                self._booked[intent] = found
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
        with self._guard:
            for intent, one in self._booked.items():
                if one.signed.hash == tx:
                    self._booked[intent] = replace(one, state=state)
