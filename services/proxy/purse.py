"""What pays: the key, its limits, and the books; one for each profile."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from services.chain.gateway import ChainGateway
from services.db.engine import Database
from services.db.keybox import KeyBox
from services.units.address import Address
from services.units.ids import IntentId, named_intent
from services.units.money import Money
from services.units.time import Clock


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be paid: in all, counted over the profile's whole life, and for one request.

    by_channel: deposits are allowed; else every payment is a transfer of its own.
    """

    budget: Money
    per_request: Money
    by_channel: bool


@dataclass(slots=True)
class PurseMemory:
    """What is known in this run only."""

    are_channels_ours: bool | None = None
    sessions: dict[str, str] = field(default_factory=dict)
    """Bearer tokens by node."""
    turns: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    """Locks live as long as somebody holds or awaits them."""


@dataclass(frozen=True, slots=True)
class Purse:
    """The payer's side of every payment. It owns none of its parts."""

    key: bytes = field(repr=False)
    account: Address
    limits: Limits
    database: Database
    chain: ChainGateway
    clock: Clock
    memory: PurseMemory = field(default_factory=PurseMemory)

    def turn(self, name: str) -> asyncio.Lock:
        """Give the lock of what only one request at a time may change: a channel, or a request's own payment."""
        return self.memory.turns.setdefault(name, asyncio.Lock())

    @property
    def secrets(self) -> KeyBox:
        """Give what further keys are derived from."""
        return KeyBox(self.key)


@dataclass(frozen=True, slots=True)
class Wish:
    """A client's request to a node, whole, so that it can be repeated. target: path and query, as they came."""

    node: str
    method: str
    target: str
    content_type: str
    body: bytes

    def name(self, payer: Address) -> IntentId:
        """Derive the name that every repetition has."""
        parts = (payer, self.node, self.method, self.target, self.content_type, self.body.hex())
        return named_intent("pay-proxy/request/1\x1f" + "\x1f".join(parts))


def intent_of(request: str, ordinal: int) -> IntentId:
    """Derive the id of one payment for a request."""
    return named_intent(f"pay-proxy/payment/1\x1f{request}\x1f{ordinal}")
