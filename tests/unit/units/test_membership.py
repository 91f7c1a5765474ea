"""What a membership's payment is worth, to the unit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.units.address import bytes32
from services.units.membership import (
    PERIOD_S,
    TIER_PRICES,
    capped_fare,
    tier_of_word,
    tier_word,
    time_bought,
    time_price,
    upgrade_price,
)
from services.units.money import ZERO, Money

TIER = "0123456789abcdef" * 2


def test_a_tier_is_the_same_on_the_chain() -> None:
    assert tier_of_word(tier_word(TIER)) == TIER
    assert tier_of_word(bytes32("0x" + "ab" * 32)) is None
    for wrong in ("", TIER[1:], TIER.upper(), TIER + "0"):
        with pytest.raises(ValueError, match="not a tier"):
            tier_word(wrong)


@pytest.mark.parametrize(
    ("left_s", "micros"), [(PERIOD_S, 3_000_000), (PERIOD_S // 3, 1_000_000), (1, 1), (PERIOD_S * 2, 6_000_000)]
)
def test_an_upgrade_costs_the_difference_for_what_is_left(left_s: int, micros: int) -> None:
    assert upgrade_price(TIER_PRICES[0], TIER_PRICES[1], left_s=left_s) == Money(micros)


def test_there_is_no_upgrade_to_the_same_or_to_no_time() -> None:
    for before, after, left_s in ((0, 0, 5), (1, 0, 5), (0, 1, 0)):
        with pytest.raises(ValueError, match="no upgrade"):
            upgrade_price(TIER_PRICES[before], TIER_PRICES[after], left_s=left_s)


@given(seconds=st.integers(min_value=1, max_value=13 * PERIOD_S), tier=st.sampled_from(TIER_PRICES))
def test_time_costs_its_part_of_a_period_and_is_bought_again_by_that(seconds: int, tier: Money) -> None:
    price = time_price(tier, seconds)
    assert price.micros * PERIOD_S >= tier.micros * seconds > (price.micros - 1) * PERIOD_S
    # A part of a micro-USDC is worth a second at most.
    assert price in TIER_PRICES or 0 <= time_bought(price, tier) - seconds <= 1
    for then in TIER_PRICES:
        assert time_bought(then, tier) == PERIOD_S, "a tier's price may have changed since"


def test_no_time_has_no_price() -> None:
    with pytest.raises(ValueError, match="no time"):
        time_price(TIER_PRICES[0], 0)


@given(fares=st.integers(min_value=-(10**9), max_value=10**9), tier=st.sampled_from(TIER_PRICES))
def test_the_fare_cap_leaves_something_to_pay(fares: int, tier: Money) -> None:
    counted = capped_fare(tier, Money(fares))
    assert ZERO <= counted < tier
    assert counted <= max(Money(fares), ZERO)
    assert counted == Money(fares) or fares <= 0 or fares >= tier.micros
