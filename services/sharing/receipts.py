"""From receipts to a month's rows: seconds and distinct days of each subscriber with each verified owner."""

from __future__ import annotations

import numpy as np

from services.sharing.engagement import MAX_DAYS, Whole

_DAY_S = 86_400


def gather(subscriber: Whole, owner: Whole, day: Whole, seconds: Whole) -> tuple[Whole, Whole, Whole, Whole]:
    """Give subscriber, owner, seconds and days, one row a pair; receipts may come in any order.

    All channels of an owner count as one, whatever they are called. A day has no more than 24 hours: what lies above
    with one owner is left out. day: 0 to 30. Raises ValueError for another day.
    """
    if day.size and (day.min() < 0 or day.max() >= MAX_DAYS):
        raise ValueError("a month has days 0 to 30")
    owners = int(owner.max(initial=0)) + 1
    days, place = np.unique((subscriber * owners + owner) * MAX_DAYS + day, return_inverse=True)
    by_day = np.minimum(np.bincount(place, weights=seconds, minlength=days.size).astype(np.int64), _DAY_S)
    pairs, place = np.unique(days // MAX_DAYS, return_inverse=True)
    total = np.bincount(place, weights=by_day, minlength=pairs.size).astype(np.int64)
    return pairs // owners, pairs % owners, total, np.bincount(place, minlength=pairs.size)
