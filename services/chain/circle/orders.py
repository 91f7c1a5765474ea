"""Where a relayer writes down what it asks Circle to execute, before it asks."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

from services.chain.book import TransactionState
from services.chain.calls import Call
from services.units.address import Bytes32, bytes32
from services.units.ids import IntentId

_NAMESPACE = uuid5(NAMESPACE_URL, "museclock/circle/1")


@dataclass(frozen=True, slots=True)
class CircleOrder:
    """What Circle was asked to execute for an intent, and what is known of it.

    circle_id: None until Circle named it; it may have been taken all the same. status: Circle's word for its state,
    empty until then. is_accelerated: whether more was offered for it, which happens once. error: why it had no effect.
    """

    intent: IntentId
    call: Call
    at: datetime
    circle_id: str | None = None
    status: str = ""
    hash: Bytes32 | None = None
    is_accelerated: bool = False
    state: TransactionState = TransactionState.OPEN
    error: str = ""

    @property
    def ticket(self) -> Bytes32:
        """What to wait for while there is no hash."""
        return bytes32(hashlib.sha256(f"museclock/ticket/1\x1f{self.intent}".encode()).digest())

    @property
    def key(self) -> UUID:
        """The idempotency key: the same for ever, so that Circle executes it once however often it is asked."""
        return key_of(self.intent, "execute")


def key_of(intent: IntentId, action: str) -> UUID:
    """Derive an idempotency key from an intent, in the form of version 4, which is all that Circle promises to take."""
    return UUID(bytes=uuid5(_NAMESPACE, f"{action}/{intent}").bytes, version=4)


class CircleOrders(Protocol):
    """Durable and thread-safe. One intent has one order."""

    def find(self, name: str) -> CircleOrder | None:
        """Look an order up by its intent, its ticket, Circle's id or its hash."""

    def add(self, order: CircleOrder) -> tuple[CircleOrder, bool]:
        """Keep a new order, durably; gives the one that is there, and whether it is this one."""

    def save(self, order: CircleOrder) -> None:
        """Keep what was learned. An order that ended stays as it is, and a name once known stays known."""

    def forget(self, intent: IntentId) -> None:
        """Strike out an order that Circle refused to take; one that it named stays."""

    def list_open(self) -> list[CircleOrder]:
        """List what has no end yet, oldest first."""


def merged(kept: CircleOrder, learned: CircleOrder) -> CircleOrder:
    """Give what is known after an order was seen twice, perhaps by two threads and out of order."""
    if kept.state is not TransactionState.OPEN:
        return kept
    return replace(
        learned,
        circle_id=learned.circle_id or kept.circle_id,
        status=learned.status or kept.status,
        hash=learned.hash or kept.hash,
        is_accelerated=learned.is_accelerated or kept.is_accelerated,
    )


class MemoryCircleOrders:
    """Orders that last as long as their process: for tests."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._orders: dict[IntentId, CircleOrder] = {}

    def find(self, name: str) -> CircleOrder | None:
        with self._guard:
            orders = list(self._orders.values())
        return next((one for one in orders if name in (one.intent, one.ticket, one.circle_id, one.hash)), None)

    def add(self, order: CircleOrder) -> tuple[CircleOrder, bool]:
        with self._guard:
            is_new = order.intent not in self._orders
            return self._orders.setdefault(order.intent, order), is_new

    def save(self, order: CircleOrder) -> None:
        with self._guard:
            self._orders[order.intent] = merged(self._orders.get(order.intent, order), order)

    def forget(self, intent: IntentId) -> None:
        with self._guard:
            if intent in self._orders and self._orders[intent].circle_id is None:
                del self._orders[intent]

    def list_open(self) -> list[CircleOrder]:
        with self._guard:
            waiting = [one for one in self._orders.values() if one.state is TransactionState.OPEN]
        return sorted(waiting, key=lambda one: (one.at, one.intent))
