"""Membership tiers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.units.membership import MAX_EARLY_DAYS
from services.wire.base import AddressField, Answer, Moment, MoneyField, Request

TierName = Annotated[str, Field(min_length=1, max_length=60)]
Perks = Annotated[tuple[Annotated[str, Field(max_length=120)], ...], Field(max_length=12)]


class TierIn(Request):
    """A tier as its creator writes it; the price is one of services.units.membership.TIER_PRICES."""

    name: str
    price: MoneyField
    perks: tuple[str, ...] = ()
    early_access_days: Annotated[int, Field(ge=0, le=MAX_EARLY_DAYS)] | None = None
    downloads: bool | None = None
    requests: bool | None = None
    """What it does; of a tier that is changed, what is None stays."""


class TierOut(Answer):
    """A tier as everybody sees it."""

    id: str
    creator: AddressField
    name: str
    price: MoneyField
    perks: tuple[str, ...]
    """In words; those that follow are what the node and the desks do."""
    early_access_days: int = 0
    """How many days before others its members have the films that it opens."""
    downloads: bool = False
    """Whether its members may keep those films for watching offline, while they are members."""
    requests: bool = False
    """Whether its members may write to the creator, who answers."""
    created_at: Moment
    is_archived: bool = False
    node: str = ""
    """The address of the node where it is sold; empty for the own one."""
