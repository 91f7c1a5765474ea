"""How far a subscriber's fee is believed to come from a person: published rules, each with its reason.

A statistical finder of odd accounts may propose cases to a person; it never sets trust itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from services.sharing.model import TRUST_STEPS

_DAY_S = 86_400
_LONG_DAY_S = 20 * 3600
_MOSTLY = 0.9


@dataclass(frozen=True, slots=True)
class Conduct:
    """What a node observed of one subscriber in one month.

    longest_day_s: most seconds within one day. unproved_s: seconds without a receipt. funded_by_owner_share: the part
    of the watching that went to owners who share a source of money or a device with this account, 0 to 1.
    """

    longest_day_s: int
    watched_s: int
    unproved_s: int = 0
    funded_by_owner_share: float = 0.0


@dataclass(frozen=True, slots=True)
class Trust:
    """Quarters, 0 to 4, and the codes of the rules that lowered it; what is withheld waits 60 days for an appeal."""

    quarters: int
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A reason, when it holds, and the most trust that is left then."""

    reason: str
    holds: Callable[[Conduct], bool]
    quarters: int


RULES = (
    Rule("more_than_a_day", lambda seen: seen.longest_day_s > _DAY_S, 0),
    Rule("own_creator", lambda seen: seen.funded_by_owner_share >= _MOSTLY, 0),
    Rule("hardly_a_pause", lambda seen: _LONG_DAY_S < seen.longest_day_s <= _DAY_S, 1),
    Rule("receipts_missing", lambda seen: seen.unproved_s * 10 > seen.watched_s, 2),
    Rule("shared_funds", lambda seen: 0 < seen.funded_by_owner_share < _MOSTLY, 2),
)


def trust_of(seen: Conduct) -> Trust:
    """Apply every rule; the lowest counts."""
    broken = [rule for rule in RULES if rule.holds(seen)]
    quarters = min((rule.quarters for rule in broken), default=TRUST_STEPS)
    return Trust(quarters, tuple(rule.reason for rule in broken))
