"""A Relayer whose key Circle keeps: asked once for each intent, however often the question has to be put.

The order and its idempotency key are on disk before Circle hears of them; a lost answer is asked for again with the
same key, and Circle then answers as the first time. What Circle says is done counts when the chain has its receipt.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from services.chain.book import TransactionState
from services.chain.calls import Call
from services.chain.circle.client import CircleClient, CircleRefused
from services.chain.circle.orders import CircleOrder, CircleOrders, key_of
from services.chain.errors import ChainRefused, ChainReverted, ChainUnreachable, OutcomeUnknown
from services.chain.gateway import ChainGateway, Receipt
from services.chain.relayer import Relayed
from services.units.address import Address, Bytes32
from services.units.ids import IntentId
from services.units.time import Clock

_log = logging.getLogger(__name__)
_ASKS = 3
_FIRST_PAUSE_S, _MOST_PAUSE_S, _SLOWER = 0.25, 5.0, 1.5
# Circle does not say for how long it remembers a key; an older order is only looked at.
_ASK_FOR = timedelta(hours=24)
# In these states the chain is asked, too: what it holds is the end, whatever Circle calls it.
_ON_CHAIN = ("CONFIRMED", "COMPLETE", "FAILED")
_WITHOUT_EFFECT = ("DENIED", "CANCELLED")


class CircleRelayer:
    """See Relayer. A ticket is the transaction's hash only by its looks: ask ``outcome`` for the hash.

    The client is closed with the relayer.
    """

    def __init__(
        self,
        gateway: ChainGateway,
        client: CircleClient,
        orders: CircleOrders,
        *,
        clock: Clock,
        pause: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._gateway, self._client, self._orders, self._clock = gateway, client, orders, clock
        self._pause, self._monotonic = pause, monotonic

    @property
    def sender(self) -> Address:
        return self._client.wallet

    def submit(self, intent: IntentId, call: Call) -> Bytes32:
        order, is_new = self._orders.find(intent), False
        if order is None:
            order, is_new = self._begin(intent, call)
        pause_s = _FIRST_PAUSE_S
        for ask in range(_ASKS):
            if order.state is not TransactionState.OPEN or order.circle_id is not None:
                break
            if ask:
                self._pause(pause_s)
                pause_s *= 2
            # Only the very first question can be refused for certain: a later one may come after a lost yes.
            order = self._ask(order, may_forget=is_new and not ask)
        return order.ticket

    def wait(self, ticket: Bytes32, timeout_s: float) -> Receipt:
        started, pause_s = self._monotonic(), _FIRST_PAUSE_S
        order = self._orders.find(ticket)
        while order is not None:
            order = self._look(order)
            receipt = self._receipt_of_ended(order)
            if receipt is not None:
                return receipt
            if self._monotonic() - started >= timeout_s:
                break
            self._pause(min(pause_s, timeout_s))
            pause_s = min(pause_s * _SLOWER, _MOST_PAUSE_S)
        raise OutcomeUnknown(ticket if order is None or order.hash is None else order.hash)

    def resume(self) -> list[IntentId]:
        looked_at = [self._look(order) for order in self._orders.list_open()]
        return [order.intent for order in looked_at if order.state is TransactionState.OPEN]

    def find(self, name: str) -> Relayed | None:
        order = self._orders.find(name)
        return None if order is None else _relayed(order)

    def outcome(self, intent: IntentId) -> Relayed | None:
        order = self._orders.find(intent)
        return None if order is None else _relayed(self._look(order))

    def close(self) -> None:
        self._client.close()

    def _begin(self, intent: IntentId, call: Call) -> tuple[CircleOrder, bool]:
        if call.to is None:
            raise ChainRefused("Circle's wallets create no contracts by a call")
        try:
            self._gateway.simulate(call, self.sender)
        except ChainReverted:
            # The same intent may have come through another door meanwhile, and then it is done.
            order = self._orders.find(intent)
            if order is None:
                raise
            return order, False
        try:
            # Whoever cannot be asked has nothing to be written down for.
            self._client.public_key()
        except CircleRefused as exc:
            raise ChainRefused(f"Circle: {exc}") from exc
        return self._orders.add(CircleOrder(intent, call, self._clock.now()))

    def _ask(self, order: CircleOrder, *, may_forget: bool = False) -> CircleOrder:
        """Put the question once; gives the order as it is known then. Raises ChainRefused when it was struck out."""
        if abs(self._clock.now() - order.at) > _ASK_FOR:
            return order
        try:
            found = self._client.execute(order.call, key=order.key, reference=order.intent)
        except ChainUnreachable as exc:
            _log.info("no answer from Circle", extra={"intent": order.intent, "reason": exc.params["reason"]})
            return order
        except CircleRefused as exc:
            if may_forget:
                self._orders.forget(order.intent)
                raise ChainRefused(f"Circle: {exc}") from exc
            _log.info("Circle refused", extra={"intent": order.intent, "reason": str(exc)})
            return order
        return self._keep(replace(order, circle_id=found.id, status=found.status))

    def _look(self, order: CircleOrder) -> CircleOrder:
        """Ask Circle how an order stands, and the chain when there should be something on it."""
        if order.state is not TransactionState.OPEN:
            return order
        if order.circle_id is None:
            return self._ask(order)
        try:
            found = self._client.transaction(order.circle_id)
        except (ChainUnreachable, CircleRefused):
            return order
        order = replace(order, status=found.status, hash=found.hash or order.hash, error=found.error)
        if found.status == "STUCK" and not order.is_accelerated:
            order = self._accelerate(order, found.id)
        return self._keep(self._judged(order))

    def _judged(self, order: CircleOrder) -> CircleOrder:
        """Tell the end from what Circle and the chain say; an order without one stays open."""
        if order.status in _WITHOUT_EFFECT or (order.status == "FAILED" and order.hash is None):
            return replace(order, state=TransactionState.REFUSED, error=order.error or order.status)
        receipt = self._receipt(order.hash) if order.status in _ON_CHAIN else None
        if receipt is None:
            return order
        if receipt.is_ok:
            return replace(order, state=TransactionState.CONFIRMED, error="")
        return replace(order, state=TransactionState.REVERTED, error=receipt.reason or order.error)

    def _accelerate(self, order: CircleOrder, circle_id: str) -> CircleOrder:
        """Offer more, once: a lost answer is asked for again with the same key, which does nothing twice."""
        try:
            self._client.accelerate(circle_id, key=key_of(order.intent, "accelerate"))
        except ChainUnreachable:
            return order
        except CircleRefused as exc:
            # It moved on meanwhile, or cannot be helped.
            _log.info("Circle accelerates no more", extra={"intent": order.intent, "reason": str(exc)})
        return replace(order, is_accelerated=True)

    def _keep(self, order: CircleOrder) -> CircleOrder:
        self._orders.save(order)
        return self._orders.find(order.intent) or order

    def _receipt_of_ended(self, order: CircleOrder) -> Receipt | None:
        if order.state is TransactionState.REFUSED:
            raise ChainReverted("Error", (order.error,))
        return None if order.state is TransactionState.OPEN else self._receipt(order.hash)

    def _receipt(self, tx: Bytes32 | None) -> Receipt | None:
        try:
            return None if tx is None else self._gateway.receipt(tx)
        except ChainUnreachable:
            return None


def _relayed(order: CircleOrder) -> Relayed:
    return Relayed(order.intent, "circle", order.state, order.hash, reference=order.circle_id or "", error=order.error)
