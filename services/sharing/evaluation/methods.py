"""Other ways to share a month, to compare with: each gives the creators' shares of the pool."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from services.sharing.allocation import Month, allocate
from services.sharing.evaluation.worlds import Real
from services.sharing.model import SharingModel, load_model

# A payer's fee is used up by this many seconds of an average subscriber's watching (Ghosh and others, 2025).
_SCALE = 0.5


def _by_subscriber(month: Month, weight: Real) -> Real:
    totals = np.bincount(month.subscriber, weights=weight, minlength=month.fees.size)
    part = weight / np.maximum(totals, 1e-12)[month.subscriber] * month.fees[month.subscriber]
    return _shares(month, part)


def _shares(month: Month, part: Real) -> Real:
    sums = np.bincount(month.owner, weights=part, minlength=month.lengths.size)
    shares: Real = sums / sums.sum()
    return shares


def pro_rata(month: Month) -> Real:
    """One pot, shared by seconds."""
    return _shares(month, month.seconds.astype(np.float64))


def subscriber_seconds(month: Month) -> Real:
    """Each fee by its subscriber's own seconds."""
    return _by_subscriber(month, month.seconds.astype(np.float64))


def subscriber_days(month: Month) -> Real:
    """Each fee by its subscriber's distinct days."""
    return _by_subscriber(month, month.days.astype(np.float64))


def shapley(month: Month) -> Real:
    """The Shapley index: each fee in equal parts to all that were watched (Bergantiños and Moreno-Ternero, 2025)."""
    return _by_subscriber(month, np.ones(month.owner.size))


def scaled_subscriber(month: Month) -> Real:
    """ScaledUserProp: a light user's fee is used only in part, the rest is shared like the others' money."""
    seconds = month.seconds.astype(np.float64)
    totals = np.bincount(month.subscriber, weights=seconds, minlength=month.fees.size)
    used = np.minimum(totals / (_SCALE * totals.mean()), 1.0)
    return _shares(month, seconds / np.maximum(totals, 1e-12)[month.subscriber] * used[month.subscriber])


def model_shares(month: Month, model: SharingModel) -> Real:
    """What our own model pays."""
    earned = allocate(month, model).earned
    shares: Real = earned / earned.sum()
    return shares


def _current(month: Month) -> Real:
    return model_shares(month, load_model())


METHODS: dict[str, Callable[[Month], Real]] = {
    "pro rata, seconds": pro_rata,
    "by subscriber, seconds": subscriber_seconds,
    "Shapley index": shapley,
    "by subscriber, days": subscriber_days,
    "ScaledUserProp": scaled_subscriber,
    "museshare-1": _current,
}


def error(paid: Real, truth: Real) -> float:
    """Half the sum of absolute differences of shares: the part of the pool that went to the wrong creators."""
    return float(np.abs(paid - truth).sum() / 2)
