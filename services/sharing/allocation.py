"""Sharing out a month of a pooled pass: each subscriber's fee goes to whom that subscriber watched.

Whole micro-USDC all the way; the units that a division leaves over go by largest remainder, ties to the lower owner.
Rows may come in any order and be worked on by several threads: the result is the same to the bit.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np

from services.sharing.engagement import Whole, engagement
from services.sharing.model import TRUST_STEPS, SharingModel
from services.sharing.remainders import split_by_subscriber, split_one

_SLICE = 1 << 16
# Owners' sums are added up as floating numbers, which are exact below this.
_EXACT = 1 << 53


@dataclass(frozen=True, slots=True)
class Month:
    """What a month's allocation is computed from; owners are numbered in the order of their ids.

    fees: gross micro-USDC of each subscriber. trust: quarters, 0 to 4. lengths: each owner's median item in seconds.
    subscriber, owner, seconds, days: one row for each pair that watched. earlier: shares of the months before, used
    for who watched nothing.
    """

    fees: Whole
    trust: Whole
    lengths: Whole
    subscriber: Whole
    owner: Whole
    seconds: Whole
    days: Whole
    earlier: Earlier | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """What subscribers' fees went to in the months before, in micro-USDC."""

    subscriber: Whole
    owner: Whole
    amount: Whole


@dataclass(frozen=True, slots=True)
class Allocation:
    """Earned by owner and withheld by subscriber, micro-USDC; all of it with platform and held is the sum of the fees.

    watchers: how many subscribers' fees an owner got a part of. held: nobody was watched, kept for the next month.
    """

    earned: Whole
    watchers: Whole
    withheld: Whole
    platform: int
    common: int
    held: int
    digest: str


def allocate(month: Month, model: SharingModel, *, workers: int = 1) -> Allocation:
    """Share out a month; raises ValueError when a row is twice there or out of its bounds."""
    net = month.fees * 9 // 10
    spendable = net * month.trust // TRUST_STEPS
    subscriber, owner, weight = _edges(month, model)
    _check(month, subscriber, owner)
    starts = np.searchsorted(subscriber, np.arange(0, month.fees.size + _SLICE, _SLICE))
    earned, watchers = np.zeros_like(month.lengths), np.zeros_like(month.lengths)
    shared = 0

    def share(part: int) -> tuple[Whole, Whole, int]:
        rows = slice(starts[part], starts[part + 1])
        amounts = spendable[part * _SLICE : (part + 1) * _SLICE]
        shares = split_by_subscriber(subscriber[rows] - part * _SLICE, weight[rows], amounts)
        paid = np.bincount(owner[rows], weights=shares, minlength=earned.size).astype(np.int64)
        return paid, np.bincount(owner[rows], weights=shares > 0, minlength=earned.size).astype(np.int64), shares.sum()

    parts = range(len(starts) - 1)
    # One slice is one thread's work.
    with ThreadPoolExecutor(workers) if len(parts) > 1 else nullcontext() as pool:
        for paid, seen, total in map(share, parts) if pool is None else pool.map(share, parts):
            earned += paid
            watchers += seen
            shared += int(total)
    common = int(spendable.sum()) - shared
    held = common
    if earned.any():
        earned += split_one(earned, common)
        held = 0
    withheld = net - spendable
    platform = int(month.fees.sum()) - int(net.sum())
    digest = _digest(model, earned, withheld, platform, held)
    return Allocation(earned, watchers, withheld, platform, common, held, digest)


def _edges(month: Month, model: SharingModel) -> tuple[Whole, Whole, Whole]:
    """Give subscriber, owner and weight of each row, in the order of both."""
    weight = engagement(month.seconds, month.days, month.lengths[month.owner], model)
    subscriber, owner = month.subscriber, month.owner
    if month.earlier is not None:
        watched = np.bincount(subscriber, weights=weight, minlength=month.fees.size) > 0
        idle = ~watched[month.earlier.subscriber]
        active = watched[subscriber]
        subscriber = np.concatenate((subscriber[active], month.earlier.subscriber[idle]))
        owner = np.concatenate((owner[active], month.earlier.owner[idle]))
        weight = np.concatenate((weight[active], month.earlier.amount[idle]))
    key = subscriber * month.lengths.size + owner
    if (np.diff(key) > 0).all():
        return subscriber, owner, weight
    order = np.argsort(key)
    return subscriber[order], owner[order], weight[order]


def _check(month: Month, subscriber: Whole, owner: Whole) -> None:
    if int(month.fees.sum()) >= _EXACT or (month.fees.size and month.fees.min() < 0):
        raise ValueError("the fees of a month must be positive, and less than 9 billion dollars")
    if month.trust.size and (month.trust.min() < 0 or month.trust.max() > TRUST_STEPS):
        raise ValueError("trust must lie between 0 and 4 quarters")
    same = (np.diff(subscriber) == 0) & (np.diff(owner) == 0)
    if same.any():
        raise ValueError("a subscriber and an owner have two rows")


def _digest(model: SharingModel, earned: Whole, withheld: Whole, platform: int, held: int) -> str:
    result = hashlib.sha256(model.digest.encode())
    for part in (earned, withheld, np.array((platform, held), dtype=np.int64)):
        result.update(part.astype("<i8").tobytes())
    return result.hexdigest()
