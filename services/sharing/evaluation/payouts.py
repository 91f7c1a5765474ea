"""Creators' months with seasons and hits, as earned and as smoothed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from services.sharing.smoothing import begin, leave, smooth
from services.units.money import Money, total

_MONTHS = 30
_HIT = 0.04


@dataclass(frozen=True, slots=True)
class Smoothed:
    """Medians over creators.

    cv: coefficient of variation of the months. reserve_months: what is held, in months of mean earnings.
    """

    cv_earned: float
    cv_paid: float
    reserve_months: float

    @property
    def cv_change(self) -> float:
        """The relative change of the coefficient of variation; below zero is steadier."""
        return self.cv_paid / self.cv_earned - 1


def simulate(creators: int = 2_000, seed: int = 1) -> Smoothed:
    """Run every creator through thirty months; whoever leaves at the end is paid the reserve."""
    random = np.random.default_rng(seed)
    season = 1 + 0.15 * np.sin(2 * np.pi * np.arange(_MONTHS) / 12)
    drift = np.exp(np.cumsum(random.normal(0, 0.08, (creators, _MONTHS)), axis=1))
    hits = 1 + (random.random((creators, _MONTHS)) < _HIT) * random.pareto(1.8, (creators, _MONTHS)).clip(0, 12)
    noise = np.exp(random.normal(0, 0.3, (creators, _MONTHS)))
    level = np.exp(random.normal(np.log(200e6), 1.2, (creators, 1)))
    earned = (level * season * drift * hits * noise).astype(np.int64)
    rows = [_creator([Money(int(micros)) for micros in months]) for months in earned]
    cv_earned, cv_paid, held = np.median(np.array(rows), axis=0)
    return Smoothed(float(cv_earned), float(cv_paid), float(held))


def _creator(earned: list[Money]) -> tuple[float, float, float]:
    state, paid, held = begin(earned[0]), [], []
    for month in earned:
        result = smooth(state, month)
        state = result.after
        paid.append(result.paid)
        held.append(state.reserve.micros)
    if total(paid) + leave(state) != total(earned):
        raise AssertionError("smoothing lost or made money")
    months_held = np.mean(held) * len(earned) / total(earned).micros
    return _variation(earned), _variation(paid), float(months_held)


def _variation(months: list[Money]) -> float:
    values = np.array([month.micros for month in months], dtype=np.float64)
    return float(values.std() / values.mean())
