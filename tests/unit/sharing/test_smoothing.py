"""Smoothed payouts, trust and scores."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sharing.evaluation.payouts import simulate
from services.sharing.score import Performance, score_of
from services.sharing.smoothing import begin, leave, smooth
from services.sharing.trust import Conduct, trust_of
from services.units.money import ZERO, Money, total

EARNED = st.lists(st.integers(0, 10**12).map(Money), min_size=1, max_size=40)


@given(EARNED)
def test_all_that_came_in_went_out_or_is_held(earned: list[Money]) -> None:
    state, paid = begin(earned[0]), []
    for number, month in enumerate(earned, 1):
        result = smooth(state, month)
        state = result.after
        paid.append(result.paid)
        assert state.reserve >= ZERO
        assert state.reserve.micros * 2 <= state.level.micros * 3
        assert total(paid) + state.reserve == total(earned[:number])
    assert total(paid) + leave(state) == total(earned)


def test_a_good_month_helps_the_next_ones() -> None:
    state = begin(Money(100))
    paid = []
    for month in (100, 400, 0, 0):
        result = smooth(state, Money(month))
        state = result.after
        paid.append(result.paid.micros)
    # Level 100, 200, 133, 88; after the good month 300 may be held at most, so that nothing is paid early.
    assert paid == [100, 200, 133, 67]
    assert state.reserve == ZERO


def test_months_get_steadier_and_little_is_held() -> None:
    found = simulate(300)
    assert found.cv_change <= -0.3
    assert found.reserve_months <= 0.75


@pytest.mark.parametrize(
    ("seen", "quarters", "reasons"),
    [
        (Conduct(3_600, 50_000), 4, ()),
        (Conduct(20 * 3600, 50_000), 4, ()),
        (Conduct(20 * 3600 + 1, 80_000), 1, ("hardly_a_pause",)),
        (Conduct(86_401, 90_000), 0, ("more_than_a_day",)),
        (Conduct(3_600, 50_000, unproved_s=6_000), 2, ("receipts_missing",)),
        (Conduct(3_600, 50_000, funded_by_owner_share=0.95), 0, ("own_creator",)),
        (Conduct(75_000, 80_000, funded_by_owner_share=0.2), 1, ("hardly_a_pause", "shared_funds")),
    ],
)
def test_trust_is_lowered_by_rules_with_reasons(seen: Conduct, quarters: int, reasons: tuple[str, ...]) -> None:
    found = trust_of(seen)
    assert (found.quarters, found.reasons) == (quarters, reasons)


def test_a_score_shows_how_it_came_about() -> None:
    best = score_of(Performance(10**9, 1, 0, 1, 1))
    middling = score_of(Performance(36_000, 0.5, 0.1, 0.6, 0.2))
    assert best.points == pytest.approx(100, abs=0.01)
    assert sum(part.weight for part in best.parts) == 100
    assert middling.points == pytest.approx(sum(part.value * part.weight for part in middling.parts))


@given(st.integers(0, 10**7), st.floats(0, 1))
def test_a_score_has_no_cliff(seconds: int, share: float) -> None:
    here = score_of(Performance(seconds, share, share, share, share)).points
    near = score_of(Performance(seconds + 10, share, share, share, share)).points
    assert 0 <= near - here < 0.01


def test_an_impossible_share_is_refused() -> None:
    with pytest.raises(ValueError):
        score_of(Performance(10, 1.2, 0, 0, 0))
