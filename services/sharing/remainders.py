"""Splitting whole amounts by weights: floors first, then one unit each to the largest remainders."""

from __future__ import annotations

import numpy as np

from services.sharing.engagement import Whole

_LIMIT = 1 << 62


def split_by_subscriber(subscriber: Whole, weight: Whole, amounts: Whole) -> Whole:
    """Split each subscriber's amount over that subscriber's rows; rows are in the order of subscriber, then owner.

    A subscriber whose weights are all 0 gives nothing. Raises ValueError when a product would not fit.
    """
    totals = _sums(subscriber, weight, amounts.size)
    if weight.size and int(weight.max()) * int(amounts.max()) >= _LIMIT:
        raise ValueError("an amount is too large to be split")
    divisor = np.maximum(totals, 1)[subscriber]
    products = weight * amounts[subscriber]
    shares = products // divisor
    left = np.where(totals > 0, amounts, 0) - _sums(subscriber, shares, amounts.size)
    remainders = products - shares * divisor
    rank = _rank(subscriber, remainders, amounts.size)
    shares += rank < left[subscriber]
    return shares


def split_one(weights: Whole, amount: int) -> Whole:
    """Split one amount by weights of any size; the weights must not all be 0."""
    total = int(weights.sum())
    products = [int(weight) * amount for weight in weights]
    shares = np.array([product // total for product in products], dtype=np.int64)
    left = amount - int(shares.sum())
    order = sorted(range(len(products)), key=lambda index: (-(products[index] % total), index))
    shares[order[:left]] += 1
    return shares


def _sums(subscriber: Whole, values: Whole, count: int) -> Whole:
    """Add up values of rows that are in the order of subscriber; exact, unlike a weighted count."""
    running = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(values)))
    bounds = np.searchsorted(subscriber, np.arange(count + 1))
    sums: Whole = running[bounds[1:]] - running[bounds[:-1]]
    return sums


def _rank(subscriber: Whole, remainders: Whole, count: int) -> Whole:
    """Number each subscriber's rows from the largest remainder on; equal ones keep their order."""
    starts = np.searchsorted(subscriber, np.arange(count))
    place = np.arange(subscriber.size) - starts[subscriber]
    largest, widest = int(remainders.max(initial=0)) + 1, int(place.max(initial=0)) + 1
    if count * largest * widest < _LIMIT:
        # One number says it all: sorting it is several times faster than by three keys.
        order = np.argsort((subscriber * largest + (largest - 1 - remainders)) * widest + place)
    else:
        order = np.lexsort((place, -remainders, subscriber))
    rank = np.empty_like(place)
    rank[order] = place
    return rank
