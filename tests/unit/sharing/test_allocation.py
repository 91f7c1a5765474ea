"""A pooled month: exact, blind to order, and fair in the ways that its documents promise."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.sharing.allocation import Allocation, Earlier, Month, allocate
from services.sharing.engagement import Whole, engagement, whole_root
from services.sharing.evaluation.fraud import fraud_take, with_bots
from services.sharing.evaluation.worlds import Size
from services.sharing.model import SharingModel, load_model
from services.sharing.receipts import gather

MODEL = load_model()


def numbers(*values: int) -> Whole:
    return np.array(values, dtype=np.int64)


def random_month(seed: int, subscribers: int = 40, owners: int = 9) -> Month:
    random = np.random.default_rng(seed)
    pairs = np.unique(random.integers(0, subscribers * owners, random.integers(0, 4 * subscribers)))
    return Month(
        fees=random.integers(0, 20_000_000, subscribers),
        trust=random.integers(0, 5, subscribers),
        lengths=random.integers(1, 10_000, owners),
        subscriber=pairs // owners,
        owner=pairs % owners,
        seconds=random.integers(0, 100_000, pairs.size),
        days=random.integers(0, 32, pairs.size),
    )


def is_whole(month: Month, result: Allocation) -> bool:
    parts = int(result.earned.sum()) + int(result.withheld.sum()) + result.platform + result.held
    return parts == int(month.fees.sum())


def by_hand(month: Month, model: SharingModel) -> list[Fraction]:
    """The rule as its documents say it, in fractions, before units are rounded."""
    weights = engagement(month.seconds, month.days, month.lengths[month.owner], model).tolist()
    owed = [Fraction(0)] * month.lengths.size
    totals = [0] * month.fees.size
    for subscriber, weight in zip(month.subscriber.tolist(), weights, strict=True):
        totals[subscriber] += weight
    for subscriber, owner, weight in zip(month.subscriber.tolist(), month.owner.tolist(), weights, strict=True):
        net = int(month.fees[subscriber]) * 9 // 10 * int(month.trust[subscriber]) // 4
        if totals[subscriber]:
            owed[owner] += Fraction(net * weight, totals[subscriber])
    return owed


def test_nothing_is_lost_or_made_in_ten_thousand_random_months() -> None:
    for seed in range(10_000):
        month = random_month(seed, 1 + seed % 6, 1 + seed % 5)
        result = allocate(month, MODEL)
        assert is_whole(month, result), seed
        assert result.earned.min() >= 0, seed


@given(st.integers(0, 2**32))
@settings(max_examples=50, deadline=None)
def test_nobody_is_a_unit_a_subscriber_off(seed: int) -> None:
    month = random_month(seed)
    result = allocate(month, MODEL)
    assert is_whole(month, result)
    if result.common == 0:
        for earned, owed in zip(result.earned.tolist(), by_hand(month, MODEL), strict=True):
            assert abs(earned - owed) < month.fees.size


def test_each_of_ten_thousand_fees_is_split_whole() -> None:
    month = replace(random_month(1, 10_000, 300), trust=np.full(10_000, 4))
    result = allocate(month, MODEL)
    assert is_whole(month, result)
    weights = engagement(month.seconds, month.days, month.lengths[month.owner], MODEL)
    watched = np.bincount(month.subscriber, weights=weights, minlength=10_000) > 0
    assert result.common == int((month.fees * 9 // 10)[~watched].sum())


def test_the_units_left_over_go_to_the_largest_remainders_then_to_the_lower_owner() -> None:
    month = Month(numbers(112), numbers(4), numbers(60, 60, 60), numbers(0, 0, 0), numbers(0, 1, 2),
                  numbers(60, 60, 60), numbers(1, 1, 1))  # fmt: skip
    assert allocate(month, MODEL).earned.tolist() == [34, 33, 33]
    assert allocate(replace(month, fees=numbers(113)), MODEL).earned.tolist() == [34, 34, 33]


def test_order_and_threads_do_not_matter() -> None:
    month = random_month(5, 70_000, 50)
    order = np.random.default_rng(3).permutation(month.owner.size)
    shuffled = replace(
        month,
        subscriber=month.subscriber[order],
        owner=month.owner[order],
        seconds=month.seconds[order],
        days=month.days[order],
    )
    digests = {allocate(found, MODEL, workers=workers).digest for found in (month, shuffled) for workers in (1, 2)}
    assert len(digests) == 1
    changed = replace(month, seconds=month.seconds + (np.arange(month.seconds.size) == 5))
    assert allocate(changed, MODEL).digest not in digests


def test_watching_more_never_lowers_a_creators_part() -> None:
    month = random_month(8)
    month = replace(month, trust=np.full(40, 4))
    before = allocate(month, MODEL).earned
    for row in range(month.owner.size):
        more = replace(month, seconds=month.seconds + 5_000 * (np.arange(month.seconds.size) == row))
        owner = int(month.owner[row])
        assert allocate(more, MODEL).earned[owner] >= before[owner] - 1


def test_a_channel_split_in_two_gains_its_owner_nothing() -> None:
    random = np.random.default_rng(4)
    subscriber, day, seconds = (random.integers(0, top, 600) for top in (30, 31, 3_000))
    channel = random.integers(0, 6, 600)
    owner_of = numbers(0, 1, 2, 3, 4, 4)
    merged = np.minimum(channel, 4)
    for split, whole in zip(gather(subscriber, owner_of[channel], day, seconds),
                            gather(subscriber, merged, day, seconds), strict=True):  # fmt: skip
        assert (split == whole).all()


def test_a_day_has_no_more_than_its_hours() -> None:
    found = gather(numbers(0, 0, 0), numbers(2, 2, 2), numbers(5, 5, 6), numbers(80_000, 80_000, 10))
    assert [part.tolist() for part in found] == [[0], [2], [86_410], [2]]


def test_who_watched_nothing_pays_whom_they_paid_before() -> None:
    earlier = Earlier(numbers(0, 0, 1), numbers(0, 1, 1), numbers(3_000, 1_000, 500))
    month = Month(numbers(1_000, 1_000, 1_000), numbers(4, 4, 4), numbers(60, 60), numbers(1), numbers(0),
                  numbers(600), numbers(2), earlier)  # fmt: skip
    result = allocate(month, MODEL)
    # 0: as before, 675 and 225; 1 watched, all to 0; 2 is new and idle: by what the others gave.
    assert result.common == 900
    assert result.earned.tolist() == [675 + 900 + 788, 225 + 112]
    assert result.held == 0


def test_a_month_in_which_nobody_watched_is_kept() -> None:
    none = numbers()
    result = allocate(Month(numbers(1_000), numbers(4), numbers(60), none, none, none, none), MODEL)
    assert (result.held, result.earned.tolist()) == (900, [0])


@pytest.mark.parametrize(
    "change",
    [
        {"seconds": numbers(-1)},
        {"seconds": numbers(31 * 86_400 + 1)},
        {"days": numbers(32)},
        {"lengths": numbers(0)},
        {"trust": numbers(5)},
        {"fees": numbers(-1)},
        {"fees": numbers(2**53)},
        {"subscriber": numbers(0, 0), "owner": numbers(0, 0), "seconds": numbers(1, 1), "days": numbers(1, 1)},
    ],
)
def test_what_cannot_be_is_refused(change: dict[str, Any]) -> None:
    month = Month(numbers(1_000), numbers(4), numbers(60), numbers(0), numbers(0), numbers(60), numbers(1))
    with pytest.raises(ValueError):
        allocate(replace(month, **change), MODEL)


@given(st.lists(st.integers(0, 2**62 - 1), max_size=50))
def test_the_root_is_exact(values: list[int]) -> None:
    for value, root in zip(values, whole_root(np.array(values, dtype=np.int64)).tolist(), strict=True):
        assert root * root <= value < (root + 1) * (root + 1)


def test_bots_do_not_pay() -> None:
    assert fraud_take(with_bots(Size(5_000, 500)), MODEL) <= 1
