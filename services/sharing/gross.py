"""From what owners earned to what the Escrow is told to share out, which includes the platform's tenth.

The Escrow takes its tenth itself, of each creator's running gross; so the tenth of what is shared goes along with the
shares. Shares and what is withheld add up to the fees, to the unit.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.sharing.allocation import Allocation, Month
from services.sharing.engagement import Whole
from services.sharing.model import TRUST_STEPS
from services.sharing.remainders import split_one


@dataclass(frozen=True, slots=True)
class Gross:
    """Micro-USDC: shares by owner, withheld by subscriber, and kept where nobody was watched at all."""

    shares: Whole
    withheld: Whole
    kept: int


def gross_of(month: Month, result: Allocation) -> Gross:
    """Give the gross amounts of a month; shares, withheld and kept add up to its fees."""
    trusted = month.fees * month.trust // TRUST_STEPS
    withheld: Whole = month.fees - trusted
    if not result.earned.any():
        return Gross(result.earned, withheld, int(trusted.sum()))
    tenth = int(trusted.sum()) - int(result.earned.sum())
    return Gross(result.earned + split_one(result.earned, tenth), withheld, 0)
