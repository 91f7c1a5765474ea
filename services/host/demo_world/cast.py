"""Who lives in the world and what they show: read from the resources, with keys that follow from the seed."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from services.chain.channels import ChannelConfig
from services.chain.hashing import address_of
from services.host.demo_world.sizes import Size
from services.units.address import Address
from services.units.ids import ContentId
from services.units.money import ZERO, Money
from services.wire.uploads import Category

Sold = Literal["chunks", "members", "free"]
_WIDE, _TALL = (640, 360), (360, 640)


@dataclass(frozen=True, slots=True)
class Part:
    """A film as the resources tell it. ``since``: the tier from which on members have it, counted from 1."""

    title: str
    text: str
    price: Money
    loops: int
    size: tuple[int, int]
    sold: Sold
    since: int


@dataclass(frozen=True, slots=True)
class Channel:
    """A creator as the resources tell it."""

    id: str
    name: str
    about: str
    scene: str
    palette: str
    category: Category
    tags: tuple[str, ...]
    """Besides the category."""
    tiers: tuple[tuple[str, Money], ...]
    films: tuple[Part, ...]


@dataclass(slots=True)
class Creator:
    """A channel and its wallet; the tiers' ids are known once they are made."""

    channel: Channel
    key: bytes
    address: Address
    tiers: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Line:
    """A viewer's payment channel to one creator: what was promised, and what lies in it."""

    config: ChannelConfig
    total: Money = ZERO
    balance: Money = ZERO
    deposits: int = 0


@dataclass(slots=True)
class Viewer:
    """A viewer's keys and memory."""

    key: bytes
    session_key: bytes
    address: Address
    lines: dict[Address, Line] = field(default_factory=dict)
    seen: dict[ContentId, int] = field(default_factory=dict)
    """How many parts of each film, from the first on."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody, and who owns which key."""

    seed: str
    creators: tuple[Creator, ...]
    viewers: tuple[Viewer, ...]


def make_cast(seed: str, size: Size) -> Cast:
    """Give the people of a world of this size."""
    creators = []
    for channel in channels()[: size.channels]:
        key = key_of(seed, channel.id)
        creators.append(Creator(channel, key, address_of(key)))
    viewers = []
    for number in range(size.viewers):
        key = key_of(seed, f"viewer {number}")
        viewers.append(Viewer(key, key_of(seed, f"session {number}"), address_of(key)))
    return Cast(seed, tuple(creators), tuple(viewers))


def key_of(seed: str, name: str) -> bytes:
    """Derive a key that anybody can derive: it owns money of no value."""
    return hashlib.sha256(f"museclock demo world, worth nothing\x1f{seed}\x1f{name}".encode()).digest()


@cache
def channels() -> tuple[Channel, ...]:
    """Read all channels."""
    text = files("resources").joinpath("demo/world.toml").read_text(encoding="utf-8")
    return tuple(_channel(row) for row in tomllib.loads(text)["channels"])


def _channel(row: dict[str, Any]) -> Channel:
    return Channel(
        id=row["id"],
        name=row["name"],
        about=row["about"],
        scene=row["scene"],
        palette=row["palette"],
        category=row["category"],
        tags=tuple(row["tags"]),
        tiers=tuple((name, Money.parse(price)) for name, price in row["tiers"]),
        films=tuple(_part(film) for film in row["films"]),
    )


def _part(row: dict[str, Any]) -> Part:
    return Part(
        title=row["title"],
        text=row["text"],
        price=Money.parse(row["price"]),
        loops=row["loops"],
        size=_TALL if row.get("form") == "tall" else _WIDE,
        sold=row.get("sold", "chunks"),
        since=row.get("from", 1),
    )
