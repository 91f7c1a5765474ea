"""How much a subscriber watched a creator, as one whole number.

Two signals: the root of the time watched in lengths of the creator's usual item, and the number of distinct days. The
root keeps long formats and players left running from taking all; days reward coming back. Both are summed per
verified owner before they get here: a root of parts is more than the root of their sum, so a channel split in two
would gain.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from services.sharing.model import WEIGHT_BITS, SharingModel

Whole: TypeAlias = NDArray[np.int64]
MAX_SECONDS = 31 * 86_400
MAX_DAYS = 31


def engagement(seconds: Whole, days: Whole, length: Whole, model: SharingModel) -> Whole:
    """Weigh the two signals; ``length`` is the owner's median item in seconds, all arrays have one entry an edge.

    Raises ValueError for more than a month's seconds or days, or a length below one second.
    """
    _check(seconds, 0, MAX_SECONDS, "seconds")
    _check(days, 0, MAX_DAYS, "days")
    _check(length, 1, MAX_SECONDS, "length")
    time = whole_root((seconds << 2 * WEIGHT_BITS) // length)
    weighed: Whole = (model.time_weight * time + model.days_weight * (days << WEIGHT_BITS)) >> WEIGHT_BITS
    return weighed


def whole_root(values: Whole) -> Whole:
    """Give ⌊√x⌋ exactly for 0 ≤ x < 2**62: the floating root is at most one off, and put right."""
    root: Whole = np.sqrt(values.astype(np.float64)).astype(np.int64)
    root -= root * root > values
    root += (root + 1) * (root + 1) <= values
    return root


def _check(values: Whole, least: int, most: int, name: str) -> None:
    if values.size and (values.min() < least or values.max() > most):
        raise ValueError(f"{name} must lie between {least} and {most}")
