"""A month with accounts that exist to be paid: what they bring in for what they cost."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from services.sharing.allocation import Month, allocate
from services.sharing.engagement import MAX_SECONDS
from services.sharing.evaluation.worlds import FEE, Size, make_world
from services.sharing.model import SharingModel

_BOTS = 0.02
_CREATORS_EACH = 100
# A bot plays twenty hours a day: one minute more and the first rule of trust would withhold its fee.
_SECONDS = 20 * 3600 * 30


@dataclass(frozen=True, slots=True)
class FraudMonth:
    """A month in which the last creators belong to whoever runs the last subscribers."""

    month: Month
    bots: int
    owners: int


def with_bots(size: Size, seed: int = 1) -> FraudMonth:
    """Add bots, two in a hundred subscribers, each playing one creator of its runner without a pause."""
    month = make_world("plain", size, seed).month
    bots = int(size.subscribers * _BOTS)
    owners = max(1, bots // _CREATORS_EACH)
    numbers = np.arange(bots)
    seconds = np.full(bots, min(_SECONDS, MAX_SECONDS))
    grown = replace(
        month,
        fees=np.concatenate((month.fees, np.full(bots, FEE))),
        trust=np.concatenate((month.trust, np.full(bots, 4))),
        lengths=np.concatenate((month.lengths, np.full(owners, 30))),
        subscriber=np.concatenate((month.subscriber, size.subscribers + numbers)),
        owner=np.concatenate((month.owner, size.creators + numbers % owners)),
        seconds=np.concatenate((month.seconds, seconds)),
        days=np.concatenate((month.days, np.full(bots, 30))),
    )
    return FraudMonth(grown, bots, owners)


def fraud_take(fraud: FraudMonth, model: SharingModel) -> float:
    """What the bots' creators earn, divided by the fees that the bots paid: above 1 it would be a business."""
    earned = allocate(fraud.month, model).earned
    return float(earned[-fraud.owners :].sum()) / (fraud.bots * FEE)


def pro_rata_take(fraud: FraudMonth) -> float:
    """The same in one pot shared by seconds."""
    month = fraud.month
    seconds = np.bincount(month.owner, weights=month.seconds, minlength=month.lengths.size)
    pool = int(month.fees.sum()) * 0.9
    return float(seconds[-fraud.owners :].sum() / seconds.sum() * pool) / (fraud.bots * FEE)
