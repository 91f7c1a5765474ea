"""What every tier keeps to, as the seed system fixed it."""

from __future__ import annotations

import re

from services.units.address import Bytes32, bytes32
from services.units.money import ZERO, Money

TIER_PRICES = (Money(2_990_000), Money(5_990_000), Money(9_990_000))
"""What a month costs: $2.99, $5.99 or $9.99."""

TIERS_PER_CREATOR = 3

MAX_EARLY_DAYS = 90
"""How many days before others members may have a film at most."""

MAX_MESSAGE = 1000
"""Signs of a member's message, and of its answer."""

PERIOD_S = 30 * 86_400
"""What a payment adds: thirty days, in seconds. Not a calendar month: every period is worth the same, so that what is
left of one can be priced by its seconds, and nobody pays as much for February as for March."""

_ROW_ID = re.compile(r"[0-9a-f]{32}")
_PADDING = "0" * 32


def tier_word(tier_id: str) -> Bytes32:
    """Write a tier's id (32 hexadecimal digits) as the Escrow knows it. Raises ValueError."""
    if not _ROW_ID.fullmatch(tier_id):
        raise ValueError(f"not a tier's id: {tier_id!r}")
    return bytes32(f"0x{tier_id}{_PADDING}")


def tier_of_word(word: Bytes32) -> str | None:
    """Read a tier's id back; None for a word that no node of ours wrote."""
    digits = word.removeprefix("0x").lower()
    return digits[:32] if digits.endswith(_PADDING) else None


def upgrade_price(before: Money, after: Money, *, left_s: int) -> Money:
    """Price the change to a dearer tier for the seconds that are left of the cheaper one.

    The difference of the two prices, in proportion; the viewer keeps what the floor drops, but the Escrow takes no
    payment of nothing: it is at least one micro-USDC.
    """
    if after <= before or left_s <= 0:
        raise ValueError("no upgrade")
    return Money(max(1, (after - before).micros * left_s // PERIOD_S))


def time_price(price: Money, seconds: int) -> Money:
    """Price a length of time at a tier's price for a period; the viewer pays the part of a micro-USDC."""
    if seconds <= 0:
        raise ValueError("no time")
    return Money(-(-price.micros * seconds // PERIOD_S))


def time_bought(paid: Money, price: Money) -> int:
    """Give the seconds that a payment bought. price: the tier's now, which may have been another of the three then."""
    if paid == price or paid in TIER_PRICES:
        return PERIOD_S
    return paid.micros * PERIOD_S // price.micros


def capped_fare(price: Money, fares: Money) -> Money:
    """Give how much of what was paid by the chunk counts toward a price; one micro-USDC is left to pay."""
    return min(fares, price - Money(1)) if fares > ZERO else ZERO
