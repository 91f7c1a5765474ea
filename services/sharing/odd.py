"""Finds accounts that are unlike the others, for a person to look at: an isolation forest, after Liu, Ting and Zhou.

It proposes and never decides. In simulated months it finds between a twentieth and all of the accounts that exist to
be paid, and now and then an honest one: alone it would be neither proof nor protection.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]
LEAST = 64
"""Among fewer nobody is unlike the others."""
THRESHOLD = 0.7
"""Scores lie between 0 and 1; about a half is usual."""
_TREES, _SAMPLE = 100, 256
_EULER = 0.5772156649


@dataclass(frozen=True, slots=True)
class _Split:
    column: int
    at: float
    low: _Split | int
    high: _Split | int


def oddness(features: Real, *, seed: int = 1) -> Real:
    """Score rows from 0 to 1 by how soon random cuts set them apart; the same seed gives the same scores."""
    random = np.random.default_rng(seed)
    size = min(_SAMPLE, len(features))
    depth = np.zeros(len(features))
    limit = math.ceil(math.log2(max(size, 2)))
    for _ in range(_TREES):
        tree = _grow(features[random.choice(len(features), size, replace=False)], limit, random)
        depth += _depths(tree, features)
    scores: Real = 2.0 ** (-depth / _TREES / _usual(size))
    return scores


def proposals(features: Real, *, most: int = 20, seed: int = 1) -> list[int]:
    """Give the rows that a person should look at, the oddest first."""
    if len(features) < LEAST:
        return []
    scores = oddness(features, seed=seed)
    return [int(row) for row in np.argsort(-scores)[:most] if scores[row] > THRESHOLD]


def _grow(rows: Real, left: int, random: np.random.Generator) -> _Split | int:
    spread = np.ptp(rows, axis=0) if len(rows) else np.zeros(rows.shape[1])
    columns = np.flatnonzero(spread)
    if left == 0 or len(rows) < 2 or not columns.size:
        return len(rows)
    column = int(random.choice(columns))
    values = rows[:, column]
    at = float(random.uniform(values.min(), values.max()))
    is_low = values < at
    return _Split(column, at, _grow(rows[is_low], left - 1, random), _grow(rows[~is_low], left - 1, random))


def _depths(tree: _Split | int, rows: Real) -> Real:
    if isinstance(tree, int):
        # What was not cut any further would have been, on average, so much deeper.
        return np.full(len(rows), _usual(tree))
    found = np.empty(len(rows))
    is_low = rows[:, tree.column] < tree.at
    found[is_low] = 1 + _depths(tree.low, rows[is_low])
    found[~is_low] = 1 + _depths(tree.high, rows[~is_low])
    return found


def _usual(size: int) -> float:
    """Give the mean depth at which a row of so many is alone."""
    if size < 2:
        return 0.0
    return 2 * (math.log(size - 1) + _EULER) - 2 * (size - 1) / size if size > 2 else 1.0
