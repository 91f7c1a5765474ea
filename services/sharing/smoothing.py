"""Smoothed payout of a creator's own money: what a good month brings in excess is kept for a weaker one.

Nobody is advanced anything: what was paid and what is held always add up to what was earned.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.units.money import ZERO, Money

_STEP = 3
_CAP = (3, 2)


@dataclass(frozen=True, slots=True)
class Smoothing:
    """A creator's level of payout and the reserve, which is never negative and at most 1.5 levels after a payout."""

    level: Money
    reserve: Money = ZERO


@dataclass(frozen=True, slots=True)
class SmoothedMonth:
    """What a month pays, and how it leaves the creator."""

    paid: Money
    after: Smoothing


def begin(first_month: Money) -> Smoothing:
    """Opt in at a month's earnings: the level that payouts start from."""
    return Smoothing(level=first_month)


def smooth(before: Smoothing, earned: Money) -> SmoothedMonth:
    """Pay a month: the level moves a third of the way to what was earned, and excess reserve is paid as well."""
    level = Money(before.level.micros + (earned.micros - before.level.micros) // _STEP)
    there = before.reserve + earned
    paid = min(level, there)
    cap = Money(level.micros * _CAP[0] // _CAP[1])
    excess = max(ZERO, there - paid - cap)
    return SmoothedMonth(paid + excess, Smoothing(level, there - paid - excess))


def leave(before: Smoothing) -> Money:
    """Opt out: all of the reserve, at once."""
    return before.reserve
