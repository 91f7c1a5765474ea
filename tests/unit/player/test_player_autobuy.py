"""Buying ahead: when the next chunk is due, and the end of the budget."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from player.core.autobuy import LEAD_MS, Budget, Buy, OverBudget, Wait, at_border, due_ms, next_purchase
from player.core.timeline import Access, Chunk, Timeline
from services.units.money import ZERO, Money

F, P, B, L = Access.FREE, Access.OWNED, Access.BUYING, Access.LOCKED
PRICE = Money(5_000)
AMPLE = Budget(Money(500_000), ZERO)


def film(*accesses: Access) -> Timeline:
    return Timeline(
        tuple(Chunk(i, i * 10_000, (i + 1) * 10_000, ZERO if a is F else PRICE, a) for i, a in enumerate(accesses))
    )


@pytest.mark.parametrize(
    ("start_ms", "end_ms", "due"),
    [(0, 10_000, 5_000), (10_000, 17_000, 13_500), (0, 4_000, 1_000), (20_000, 22_000, 20_000)],
)
def test_due_at_half_or_earlier_in_short_chunks(start_ms: int, end_ms: int, due: int) -> None:
    assert due_ms(Chunk(0, start_ms, end_ms, PRICE, P)) == due


def test_buys_the_next_chunk_from_half_of_the_running_one() -> None:
    timeline = film(F, L, L)
    assert next_purchase(timeline, 4_999, AMPLE) == Wait()
    assert next_purchase(timeline, 5_000, AMPLE) == Buy(1)
    assert next_purchase(timeline, 9_999, AMPLE) == Buy(1)


@pytest.mark.parametrize("following", [F, P, B])
def test_waits_when_the_next_chunk_needs_nothing(following: Access) -> None:
    assert next_purchase(film(F, following, L), 9_000, AMPLE) == Wait()


def test_waits_at_the_end_of_the_film() -> None:
    assert next_purchase(film(F, P), 19_999, AMPLE) == Wait()


def test_stops_at_the_budget() -> None:
    timeline = film(F, L)
    assert next_purchase(timeline, 6_000, Budget(Money(12_000), Money(7_001))) == OverBudget(1, PRICE)
    assert next_purchase(timeline, 6_000, Budget(Money(12_000), Money(7_000))) == Buy(1)


def test_a_budget_lowered_below_what_is_spent_has_nothing_left() -> None:
    budget = Budget(Money(1_000), Money(9_000))
    assert budget.left == ZERO
    assert not budget.covers(Money(1))
    assert budget.covers(ZERO)


def test_at_the_border() -> None:
    assert at_border(film(F, L).chunks[1], AMPLE) == Buy(1)


@given(st.integers(0, 60_000), st.integers(0, 40_000))
def test_never_spends_more_than_the_budget(limit: int, step_ms: int) -> None:
    timeline, spent = film(F, *[L] * 9), ZERO
    for position_ms in range(0, timeline.duration_ms, step_ms + 100):
        decision = next_purchase(timeline, position_ms, Budget(Money(limit), spent))
        if isinstance(decision, Buy):
            spent = spent + timeline.chunks[decision.index].price
            timeline = timeline.with_access(frozenset({decision.index}), P)
            assert decision.index == timeline.chunk_at(position_ms).index + 1
    assert spent <= Money(limit)


@given(st.integers(1, 60_000))
def test_the_due_point_lies_in_the_chunk_and_leaves_time_to_buy(length_ms: int) -> None:
    due = due_ms(Chunk(0, 0, length_ms, PRICE, P))
    assert 0 <= due <= length_ms // 2
    assert length_ms - due >= min(length_ms, LEAD_MS)
