"""What a desk's process remembers so that a purchase asks the disk little. Losing all of it loses time only."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from services.desk.choices import Choices
from services.media.manifest import Manifest
from services.units.address import Address
from services.units.ids import ContentId
from services.units.money import Money
from services.wire.node import CardOut

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
_FILMS = 32
_PLACES = 4096
_KEYS = 256
_GOODS_BYTES = 64 * 1024 * 1024
_READ_AHEAD_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class OpenFilm:
    """A film with its checked manifest and its card."""

    manifest: Manifest
    card: CardOut


class Recent(Generic[K, V]):
    """Keeps what was put last, up to a size. Threads may share it."""

    def __init__(self, most: int, size_of: Callable[[V], int] = lambda _: 1) -> None:
        self._most, self._size_of = most, size_of
        self._kept: dict[K, V] = {}
        self._size = 0
        self._lock = threading.Lock()

    def put(self, key: K, value: V) -> None:
        """Keep a value; the oldest go when there is no room."""
        with self._lock:
            self._drop(key)
            self._kept[key] = value
            self._size += self._size_of(value)
            while self._size > self._most and len(self._kept) > 1:
                self._drop(next(iter(self._kept)))

    def get(self, key: K) -> V | None:
        """Give a value if it is still here."""
        return self._kept.get(key)

    def forget(self, key: K) -> None:
        """Let a value go."""
        with self._lock:
            self._drop(key)

    def _drop(self, key: K) -> None:
        value = self._kept.pop(key, None)
        if value is not None:
            self._size -= self._size_of(value)


@dataclass(slots=True)
class Memory:
    """One desk's. ``keys`` and ``goods`` are by content and chunk: keys that were checked, sealed files likewise."""

    films: Recent[ContentId, OpenFilm] = field(default_factory=lambda: Recent(_FILMS))
    keys: Recent[tuple[ContentId, int], bytes] = field(default_factory=lambda: Recent(_KEYS))
    goods: Recent[tuple[ContentId, int], bytes] = field(default_factory=lambda: Recent(_GOODS_BYTES, len))
    reading_ahead: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_READ_AHEAD_AT_ONCE))
    """Held while a part is read that nobody asked for yet."""
    offers: Recent[tuple[str, Address], dict[str, Any]] = field(default_factory=lambda: Recent(_FILMS))
    """The last checked offer of each node (its address) of a channel to each till, as the seller wrote it."""
    session_keys: Recent[tuple[str, Address], bytes] = field(default_factory=lambda: Recent(_FILMS), repr=False)
    """The keys that sign vouchers, by the node's address and the creator's."""
    places: Recent[ContentId, str] = field(default_factory=lambda: Recent(_PLACES))
    """The address of the node that a film comes from."""
    pictures: Recent[str, str] = field(default_factory=lambda: Recent(_PLACES))
    """The address of the node that named a picture (its CID)."""
    by_pass: dict[ContentId, set[int]] = field(default_factory=dict)
    """Films that a pass lent, with the parts that were played and not yet told to their node."""
    held_up: set[str] = field(default_factory=set)
    """The uploads whose publication a person stops at this moment."""
    choices: Choices | None = None
    available: Money | None = None
    """The wallet's free money when it was last looked up."""
    outside: tuple[Money, datetime] | None = None
    """A difference of the balance that no line explains yet, and since when it is seen."""
    node_offers: dict[str, bool] = field(default_factory=dict)
    """Whether a node's last offer had a channel, by its address."""
    heard_of_memberships: set[str] = field(default_factory=set)
    """The nodes that said in this run how this account's memberships stand."""
    heard_of_owned: set[str] = field(default_factory=set)
    """The nodes that said in this run what this account owns."""
    sellers: set[str] = field(default_factory=set)
    """The nodes that were seen in this run to be appointed to sell this creator's tiers, or to have none to sell."""
    compared_at: datetime | None = None
    """When the books were compared last in this run."""
    differed: tuple[str, ...] = ()
    """The sums that differed then, and ``differing`` those that did so twice in a row."""
    differing: tuple[str, ...] = ()
    are_channels_ours: bool = False
    """Whether the channels' contracts were seen to be the known ones."""
