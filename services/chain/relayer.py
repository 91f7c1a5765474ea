"""Brings calls to the chain, at most once for each intent, whatever fails in between.

Order of things: try the call, sign, write the bytes down, send them. After that the same bytes are sent again as often
as it takes. Other bytes for the same intent exist only as replacements of a stuck transaction: the same call with the
same nonce, of which the chain takes one.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from services.chain.book import BookedTransaction, TransactionBook, TransactionState
from services.chain.calls import Call
from services.chain.errors import ChainRefused, ChainReverted, ChainUnreachable, OutcomeUnknown
from services.chain.gateway import ChainGateway, Fees, Receipt
from services.chain.hashing import address_of
from services.chain.replacement import MOST_FEE_PER_GAS, is_due, offer_of, replacement
from services.chain.transaction import SignedTransaction, read_transaction, sign_transaction
from services.units.address import Address, Bytes32
from services.units.ids import IntentId
from services.units.time import Clock, SystemClock

# The state may change between the trial and the block; a fresh storage slot is 22,100 gas (EIP-2929).
GAS_ROOM = 25_000
_PLAIN_GAS = 21_000
_POLL_S = 0.25
_RESEND_EVERY_S = 5.0

_WITHOUT_EFFECT = (TransactionState.REVERTED, TransactionState.REFUSED)

Kind = Literal["own_key", "circle"]


@dataclass(frozen=True, slots=True)
class Relayed:
    """What is known of an intent's transaction.

    hash: the one in a block, or the latest that was sent; None while nobody knows it. reference: the name that another
    service gave it, empty for our own. error: why it had no effect, empty otherwise.
    """

    intent: IntentId
    kind: Kind
    state: TransactionState
    hash: Bytes32 | None
    reference: str = ""
    error: str = ""


class Relayer(Protocol):
    """Sends transactions for others and pays their gas. Blocking and thread-safe."""

    @property
    def sender(self) -> Address:
        """Whose gas money pays."""

    def submit(self, intent: IntentId, call: Call) -> Bytes32:
        """Send a call for an intent, once for ever, and give a ticket for ``wait``.

        The ticket is the transaction's hash where the relayer signs itself; that of a replacement may differ, so show
        people the receipt's. A second submit for the same intent sends the first one's bytes again, whatever the call.
        Raises ChainReverted and ChainUnreachable before anything was signed, ChainRefused when the chain does not take
        it or asks for too much (it may be taken later). When the answer to sending is lost, the ticket is given all
        the same: ``wait`` finds out.
        """

    def wait(self, ticket: Bytes32, timeout_s: float) -> Receipt:
        """Wait for the end of what a ticket stands for, or any hash of it.

        Raises OutcomeUnknown when the time is over, ChainReverted when it ended without reaching a block.
        """

    def resume(self) -> list[IntentId]:
        """Look up and send again all that was journalled without an end; gives what is still open. Call at start."""

    def find(self, name: str) -> Relayed | None:
        """Look up in the journal alone, by the intent, a hash, or the name that another service gave it."""

    def outcome(self, intent: IntentId) -> Relayed | None:
        """Look up in the journal, and on the chain when it has no end yet; None when nothing was ever submitted."""

    def close(self) -> None:
        """Let go of connections; nothing may be asked afterwards."""


class OwnKeyRelayer:
    """Signs with a key of its own (32 bytes).

    most_fee_per_gas (wei) bounds what it ever offers. clock: tells the age of what was sent, also after a restart.
    """

    def __init__(
        self,
        gateway: ChainGateway,
        key: bytes,
        book: TransactionBook,
        *,
        clock: Clock | None = None,
        most_fee_per_gas: int = MOST_FEE_PER_GAS,
        pause: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._gateway, self._key, self._book = gateway, key, book
        self._clock, self._most = clock or SystemClock(), most_fee_per_gas
        self._pause, self._monotonic = pause, monotonic
        self._sender = address_of(key)

    @property
    def sender(self) -> Address:
        return self._sender

    def submit(self, intent: IntentId, call: Call) -> Bytes32:
        booked = self._book.find(intent) or self._sign(intent, call)
        if booked.state is TransactionState.OPEN:
            self._send(booked)
        return booked.signed.hash

    def wait(self, ticket: Bytes32, timeout_s: float) -> Receipt:
        started = resent = self._monotonic()
        booked = self._book.find_hash(ticket)
        while True:
            receipt = self._look_up(booked, ticket)
            if receipt is not None:
                return receipt
            now = self._monotonic()
            if now - started >= timeout_s:
                raise OutcomeUnknown(ticket)
            if now - resent >= _RESEND_EVERY_S:
                self.resume()
                booked, resent = self._book.find_hash(ticket), now
            self._pause(min(_POLL_S, timeout_s))

    def resume(self) -> list[IntentId]:
        waiting = [one for one in self._book.list_open(self._sender) if not self._resend(one)]
        if waiting and self._unblock(waiting):
            again = self._book.list_open(self._sender)
            waiting = [one for one in again if self._look_up(one, one.signed.hash) is None]
        return [one.intent for one in waiting]

    def find(self, name: str) -> Relayed | None:
        booked = self._book.find(IntentId(name)) or self._book.find_hash(Bytes32(name))
        return None if booked is None else _relayed(booked)

    def outcome(self, intent: IntentId) -> Relayed | None:
        booked = self._book.find(intent)
        if booked is None:
            return None
        if booked.state is TransactionState.CONFIRMED:
            return _relayed(booked)
        receipt = self._look_up(booked, booked.signed.hash)
        return _relayed(self._book.find(intent) or booked, receipt)

    def close(self) -> None:
        """Hold nothing: the gateway stays the caller's."""

    def _sign(self, intent: IntentId, call: Call) -> BookedTransaction:
        try:
            gas = self._gateway.simulate(call, self._sender) + GAS_ROOM
        except ChainReverted:
            # The same intent may have come through another door meanwhile, and then it is done.
            booked = self._book.find(intent)
            if booked is None:
                raise
            return booked
        fees = self._fees()

        def sign(nonce: int) -> SignedTransaction:
            return self._signed(call, nonce, gas, fees)

        least = self._gateway.nonce(self._sender)
        return self._book.add(intent, sender=self._sender, least_nonce=least, sign=sign, at=self._clock.now())

    def _fees(self) -> Fees:
        fees = self._gateway.fees()
        if fees.max_fee_per_gas > self._most:
            raise ChainRefused(f"the chain asks {fees.max_fee_per_gas} wei per gas, more than {self._most}")
        return fees

    def _signed(self, call: Call, nonce: int, gas: int, fees: Fees) -> SignedTransaction:
        chain_id = self._gateway.chain_id
        return sign_transaction(call, key=self._key, nonce=nonce, gas=gas, fees=fees, chain_id=chain_id)

    def _send(self, booked: BookedTransaction) -> None:
        """Send the latest; when that is refused, what it was to replace, which may be in a block already."""
        refusals = []
        for signed in reversed(booked.attempts):
            try:
                self._gateway.broadcast(signed.raw)
            except ChainRefused as exc:
                refusals.append(exc)
            except ChainUnreachable:
                # It may have arrived: only the chain can tell, and wait() and resume() ask it.
                return
            else:
                return
        raise refusals[0]

    def _resend(self, booked: BookedTransaction) -> bool:
        """Send again; whether its end is known now."""
        if self._look_up(booked, booked.signed.hash) is not None:
            return True
        try:
            self._send(booked)
        except ChainRefused:
            return False
        return self._look_up(booked, booked.signed.hash) is not None

    def _unblock(self, waiting: list[BookedTransaction]) -> bool:
        """Replace the transaction that the chain waits for, or fill a nonce left out before it; whether it did.

        What comes after it needs no help: it is taken as soon as this one is.
        """
        now = self._clock.now()
        try:
            next_nonce, asked = self._gateway.nonce(self._sender), self._fees()
            first = next((one for one in waiting if one.signed.nonce >= next_nonce), None)
            if first is None or not is_due(
                offer_of(read_transaction(first.signed.raw)), asked, since=first.since, now=now
            ):
                return False
            return self._replace(first, asked) if first.signed.nonce == next_nonce else self._fill(next_nonce, asked)
        except (ChainRefused, ChainUnreachable):
            return False

    def _replace(self, booked: BookedTransaction, asked: Fees) -> bool:
        latest = booked.attempts[-1]
        signed = replacement(latest, self._key, asked, most_fee_per_gas=self._most)
        if signed is None:
            return False
        kept = self._book.replace(booked.intent, latest=latest.hash, signed=signed, at=self._clock.now())
        self._send(kept)
        return True

    def _fill(self, nonce: int, fees: Fees) -> bool:
        """Use up a nonce that was left out by a lost book or a node that counted too far.

        Nothing after it could be taken.
        """
        signed = self._signed(Call(self._sender), nonce, _PLAIN_GAS, fees)
        kept = self._book.fill(_filler_intent(self._sender, nonce), signed, at=self._clock.now())
        if kept is None:
            return False
        self._send(kept)
        return True

    def _look_up(self, booked: BookedTransaction | None, tx: Bytes32) -> Receipt | None:
        """Look for an end; None when there is none, or nobody can tell."""
        try:
            if booked is None:
                return self._gateway.receipt(tx)
            return find_receipt(self._gateway, self._book, booked)
        except ChainUnreachable:
            return None


def find_receipt(gateway: ChainGateway, book: TransactionBook, booked: BookedTransaction) -> Receipt | None:
    """Look for the end of an intent under all its hashes, and keep it; None when it has none.

    Raises ChainUnreachable.
    """
    for signed in reversed(booked.attempts):
        receipt = gateway.receipt(signed.hash)
        if receipt is not None:
            book.mark(receipt.tx, TransactionState.CONFIRMED if receipt.is_ok else TransactionState.REVERTED)
            return receipt
    return None


def next_attempt(relayer: Relayer, intent: IntentId) -> IntentId:
    """Give the intent itself, or when it ended without effect, the id of trying it anew; the journal alone is asked.

    For calls that may be made any number of times, such as a claim of a cumulative total. Never for a payment.
    """
    attempt = intent
    while (found := relayer.find(attempt)) is not None and found.state in _WITHOUT_EFFECT:
        attempt = IntentId(hashlib.sha256(f"museclock/attempt/1\x1f{attempt}".encode()).hexdigest())
    return attempt


def _relayed(booked: BookedTransaction, receipt: Receipt | None = None) -> Relayed:
    error = receipt.reason if receipt is not None else ""
    return Relayed(booked.intent, "own_key", booked.state, booked.signed.hash, error=error)


def _filler_intent(sender: Address, nonce: int) -> IntentId:
    return IntentId(hashlib.sha256(f"museclock/filler/1\x1f{sender}\x1f{nonce}".encode()).hexdigest())
