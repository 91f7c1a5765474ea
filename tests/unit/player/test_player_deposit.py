"""Deposits: never above what is announced or in the wallet, never below what is wanted, and as the viewer says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from player.core.deposit import Deposit, announced, asked_again
from services.units.money import ZERO, Money

CENT = Money(10_000)
USUAL = Money(360_000)
sums = st.integers(0, 5_000_000).map(Money)


def test_enough_in_the_channel_needs_nothing() -> None:
    assert announced(ZERO, price=CENT, available=Money(1)) == Deposit()
    assert not Deposit().is_needed
    assert Deposit().with_choice(CENT) == Deposit()


def test_the_usual_deposit_is_proposed_and_the_next_part_is_the_least() -> None:
    deposit = announced(USUAL, price=CENT, available=Money(24_970_000))
    assert deposit == Deposit(USUAL, CENT, USUAL)
    assert deposit.with_choice(None) == deposit


def test_what_is_missing_may_be_less_than_the_price() -> None:
    assert announced(Money(4_000), price=CENT, available=None) == Deposit(Money(4_000), Money(4_000), Money(4_000))


@pytest.mark.parametrize(("available", "amount"), [(50_000, 50_000), (10_000, 10_000), (3_000, 10_000)])
def test_a_small_wallet_is_not_asked_for_more_than_it_has(available: int, amount: int) -> None:
    deposit = announced(USUAL, price=CENT, available=Money(available))
    assert (deposit.amount, deposit.most, deposit.least) == (Money(amount), Money(amount), CENT)


@given(usual=sums, price=sums, available=sums | st.none(), chosen=sums | st.none())
def test_a_choice_stays_inside(usual: Money, price: Money, available: Money | None, chosen: Money | None) -> None:
    deposit = announced(usual, price=price, available=available).with_choice(chosen)
    assert deposit.least <= deposit.amount <= deposit.most <= usual
    if chosen is not None and deposit.is_needed and deposit.takes(chosen):
        assert deposit.amount == chosen


def test_asked_again_it_is_the_usual_sum_or_the_least_for_who_chose_less() -> None:
    params = {"amount": "360000", "least": "20000"}
    assert asked_again(params, None) == Deposit(USUAL, Money(20_000), USUAL)
    assert asked_again(params, CENT) == Deposit(Money(20_000), Money(20_000), USUAL)


@pytest.mark.parametrize("params", [{}, {"amount": "1"}, {"amount": "a dollar", "least": "1"}])
def test_a_problem_without_its_sums_is_not_asked_again(params: dict[str, str]) -> None:
    assert asked_again(params, None) is None
