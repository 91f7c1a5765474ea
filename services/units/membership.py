"""What every tier keeps to, as the seed system fixed it."""

from __future__ import annotations

from services.units.money import Money

TIER_PRICES = (Money(2_990_000), Money(5_990_000), Money(9_990_000))
"""What a month costs: $2.99, $5.99 or $9.99."""

TIERS_PER_CREATOR = 3
