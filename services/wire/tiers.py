"""Membership tiers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.wire.base import AddressField, Answer, Moment, MoneyField, Request

TierName = Annotated[str, Field(min_length=1, max_length=60)]
Perks = Annotated[tuple[Annotated[str, Field(max_length=120)], ...], Field(max_length=12)]


class TierIn(Request):
    """A tier as its creator writes it; the price is one of services.units.membership.TIER_PRICES."""

    name: str
    price: MoneyField
    perks: tuple[str, ...] = ()


class TierOut(Answer):
    """A tier as everybody sees it."""

    id: str
    creator: AddressField
    name: str
    price: MoneyField
    perks: tuple[str, ...]
    created_at: Moment
    is_archived: bool = False
    node: str = ""
    """The address of the node where it is sold; empty for the own one."""
