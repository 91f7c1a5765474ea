"""When a payout waits for a person: published rules, each with its reason. They hold money, they never take it."""

from __future__ import annotations

from collections.abc import Sequence

from services.units.money import Money

LARGE_FIRST = Money(1_000_000_000)
"""A first month above $1,000 is looked at."""
SMALL = Money(100_000_000)
"""Up to $100 nobody is held up for growing."""
GROWTH = 5
MONTHS_BEFORE = 3
ROUNDS_A_DAY = 3
"""So often a day one owner may ask to be paid now."""


def hold_reasons(amount: Money, before: Sequence[Money]) -> tuple[str, ...]:
    """Say why an owner's month should be looked at; before: what the months before paid, the latest last."""
    if not before:
        return ("large_first",) if amount > LARGE_FIRST else ()
    most = max(before[-MONTHS_BEFORE:])
    return ("sudden_growth",) if amount > SMALL and amount > most * GROWTH else ()
