"""Weights learned from who renewed, and the rule by which they are adopted or not.

A logistic of renewal on the two signals, with weights that are not negative, and the part of the days clamped: free
learning puts nearly all of it on days, and fails where days are baited. What is learned is adopted only when mean and
worst error over all worlds and the loss on held-out renewals do not worsen. numpy is enough for two weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from services.sharing.allocation import Month
from services.sharing.engagement import Whole, engagement, whole_root
from services.sharing.evaluation.methods import error, model_shares
from services.sharing.evaluation.worlds import World
from services.sharing.model import WEIGHT_BITS, SharingModel

Real = NDArray[np.float64]
CLAMP = (0.15, 0.6)
"""The part that days may have of the weight, both signals brought to the same mean."""
LEAST = 200
"""Fewer paid periods say nothing."""
_HELD_OUT = 5
_ROUNDS, _RIDGE = 200, 1e-3


@dataclass(frozen=True, slots=True)
class Weights:
    """A logistic of renewal: its level, and what each signal adds; no signal counts against a creator."""

    level: float
    time: float
    days: float

    @property
    def days_part(self) -> float:
        """The clamped part of the days; one half where neither signal says anything."""
        both = self.time + self.days
        part = self.days / both if both > 0 else 0.5
        return min(max(part, CLAMP[0]), CLAMP[1])


@dataclass(frozen=True, slots=True)
class Verdict:
    """Both models' errors and losses, and whether the new one is adopted."""

    mean: tuple[float, float]
    worst: tuple[float, float]
    loss: tuple[float, float]

    @property
    def is_adopted(self) -> bool:
        """Adopted only when nothing worsens and something improves."""
        pairs = (self.mean, self.worst, self.loss)
        return all(new <= old for old, new in pairs) and any(new < old for old, new in pairs)


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learned from so many renewals: the weights, the model made of them, and what came of comparing it."""

    renewals: int
    held_out: int
    weights: Weights
    model: SharingModel
    verdict: Verdict


def learn(current: SharingModel, month: Month, renewed: Whole, worlds: Sequence[World]) -> Learned:
    """Learn from paid periods (the month's subscribers) who renewed; every fifth is kept out of it, to be judged by.

    Raises ValueError for fewer than LEAST periods, or when all renewed, or none.
    """
    held = np.arange(renewed.size) % _HELD_OUT == 0
    if renewed.size < LEAST or min(renewed[~held].mean(), 1 - renewed[~held].mean()) == 0:
        raise ValueError(f"it takes {LEAST} paid periods, some of them renewed and some not; there are {renewed.size}")
    features = signals(month)
    weights = fit(features[~held], renewed[~held])
    model = candidate(current, month, weights)
    losses = (_held_out_loss(current, month, renewed, held), _held_out_loss(model, month, renewed, held))
    return Learned(int(renewed.size), int(held.sum()), weights, model, judge(current, model, worlds, losses))


def _held_out_loss(model: SharingModel, month: Month, renewed: Whole, held: NDArray[np.bool_]) -> float:
    """Say how well a model's own weighing foretells renewals that it was not fitted to."""
    edges = engagement(month.seconds, month.days, month.lengths[month.owner], model).astype(np.float64)
    score = np.bincount(month.subscriber, weights=edges, minlength=month.fees.size)
    rows = np.stack((score / max(float(score.mean()), 1e-12), np.zeros(score.size)), axis=1)
    return loss(fit(rows[~held], renewed[~held]), rows[held], renewed[held])


def signals(month: Month) -> Real:
    """Give each subscriber's two signals, summed over creators and brought to a mean of 1."""
    time = whole_root((month.seconds << 2 * WEIGHT_BITS) // month.lengths[month.owner]).astype(np.float64)
    both = [
        np.bincount(month.subscriber, weights=values, minlength=month.fees.size)
        for values in (time, month.days.astype(np.float64))
    ]
    return np.stack([values / max(float(values.mean()), 1e-12) for values in both], axis=1)


def fit(features: Real, renewed: Whole) -> Weights:
    """Fit by projected Newton steps: after each, what fell below zero is zero."""
    table = np.column_stack((np.ones(len(features)), features))
    found = np.zeros(3)
    for _ in range(_ROUNDS):
        chance = 1 / (1 + np.exp(-np.clip(table @ found, -30, 30)))
        slope = table.T @ (chance - renewed) / len(renewed) + _RIDGE * found
        bend = (table * (chance * (1 - chance))[:, None]).T @ table / len(renewed) + _RIDGE * np.eye(3)
        # What is at zero and would fall below stays there.
        free = np.array([True, found[1] > 0 or slope[1] < 0, found[2] > 0 or slope[2] < 0])
        step = np.zeros(3)
        step[free] = np.linalg.solve(bend[np.ix_(free, free)], slope[free])
        found = found - step
        found[1:] = np.maximum(found[1:], 0)
        if np.abs(step).max() < 1e-9:
            break
    return Weights(*map(float, found))


def loss(weights: Weights, features: Real, renewed: Whole) -> float:
    """Give the mean logistic loss."""
    line = weights.level + features @ np.array([weights.time, weights.days])
    return float(np.mean(np.logaddexp(0, line) - renewed * line))


def candidate(current: SharingModel, month: Month, weights: Weights) -> SharingModel:
    """Write a model with learned weights; the time's weight stays, so that only their relation changes."""
    time = whole_root((month.seconds << 2 * WEIGHT_BITS) // month.lengths[month.owner]).astype(np.float64)
    relation = float(time.mean()) / (float(month.days.mean()) * (1 << WEIGHT_BITS))
    part = weights.days_part
    days = round(current.time_weight * part / (1 - part) * relation)
    version = current.version + 1
    return replace(current, name=f"museshare-{version}", version=version, days_weight=days)


def judge(current: SharingModel, new: SharingModel, worlds: Sequence[World], losses: tuple[float, float]) -> Verdict:
    """Compare two models in all worlds; losses: on renewals that neither was fitted to, of the current one first."""
    errors = [[error(model_shares(world.month, model), world.truth) for world in worlds] for model in (current, new)]
    means = (sum(errors[0]) / len(worlds), sum(errors[1]) / len(worlds))
    return Verdict(means, (max(errors[0]), max(errors[1])), losses)
