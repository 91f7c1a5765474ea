"""Brings calls to the chain, at most once for each intent, whatever fails in between.

Order of things: try the call, sign, write the bytes down, send them. After that the same bytes are sent again as often
as it takes; other bytes for the same intent never exist.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from services.chain.book import BookedTransaction, TransactionBook, TransactionState
from services.chain.calls import Call
from services.chain.errors import ChainRefused, ChainUnreachable, OutcomeUnknown
from services.chain.gateway import ChainGateway, Receipt
from services.chain.hashing import address_of
from services.chain.transaction import SignedTransaction, sign_transaction
from services.units.address import Address, Bytes32
from services.units.ids import IntentId

# The state may change between the trial and the block; a fresh storage slot is 22,100 gas (EIP-2929).
_GAS_ROOM = 25_000
_POLL_S = 0.25
_RESEND_EVERY_S = 5.0


class Relayer(Protocol):
    """Sends transactions for others and pays their gas. Blocking and thread-safe."""

    @property
    def sender(self) -> Address:
        """Whose gas money pays."""

    def submit(self, intent: IntentId, call: Call) -> Bytes32:
        """Send a call for an intent, once for ever, and give its transaction's hash.

        A second submit for the same intent gives the first one's hash and sends its bytes again, whatever the call.
        Raises ChainReverted and ChainUnreachable before anything was signed, ChainRefused when the node does not take
        it (the same bytes may be taken later). When the answer to sending is lost, the hash is given all the same:
        ``wait`` finds out.
        """

    def wait(self, tx: Bytes32, timeout_s: float) -> Receipt:
        """Wait for a transaction's end. Raises OutcomeUnknown when the time is over."""

    def resume(self) -> list[BookedTransaction]:
        """Look up and send again all that was journalled without an end; gives what is still open. Call at start."""


class OwnKeyRelayer:
    """Signs with a key of its own (32 bytes)."""

    def __init__(
        self,
        gateway: ChainGateway,
        key: bytes,
        book: TransactionBook,
        *,
        pause: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._gateway, self._key, self._book = gateway, key, book
        self._pause, self._monotonic = pause, monotonic
        self._sender = address_of(key)

    @property
    def sender(self) -> Address:
        return self._sender

    def submit(self, intent: IntentId, call: Call) -> Bytes32:
        booked = self._book.find(intent) or self._sign(intent, call)
        if booked.state is TransactionState.OPEN:
            self._send(booked.signed)
        return booked.signed.hash

    def wait(self, tx: Bytes32, timeout_s: float) -> Receipt:
        started = resent = self._monotonic()
        while True:
            receipt = self._look_up(tx)
            if receipt is not None:
                return receipt
            now = self._monotonic()
            if now - started >= timeout_s:
                raise OutcomeUnknown(tx)
            if now - resent >= _RESEND_EVERY_S:
                self.resume()
                resent = now
            self._pause(min(_POLL_S, timeout_s))

    def resume(self) -> list[BookedTransaction]:
        still_open = []
        for booked in self._book.list_open(self._sender):
            if self._look_up(booked.signed.hash) is None and not self._resend(booked.signed):
                still_open.append(booked)
        return still_open

    def _sign(self, intent: IntentId, call: Call) -> BookedTransaction:
        gas = self._gateway.simulate(call, self._sender) + _GAS_ROOM
        fees = self._gateway.fees()
        chain_id = self._gateway.chain_id

        def sign(nonce: int) -> SignedTransaction:
            return sign_transaction(call, key=self._key, nonce=nonce, gas=gas, fees=fees, chain_id=chain_id)

        least = self._gateway.nonce(self._sender)
        return self._book.add(intent, sender=self._sender, least_nonce=least, sign=sign)

    def _send(self, signed: SignedTransaction) -> None:
        try:
            self._gateway.broadcast(signed.raw)
        except ChainUnreachable:
            # It may have arrived: only the chain can tell, and wait() and resume() ask it.
            return

    def _resend(self, signed: SignedTransaction) -> bool:
        """Send again; whether its end is known now."""
        try:
            self._send(signed)
        except ChainRefused:
            return False
        return self._look_up(signed.hash) is not None

    def _look_up(self, tx: Bytes32) -> Receipt | None:
        try:
            receipt = self._gateway.receipt(tx)
        except ChainUnreachable:
            return None
        if receipt is not None:
            self._book.mark(tx, TransactionState.CONFIRMED if receipt.is_ok else TransactionState.REVERTED)
        return receipt
