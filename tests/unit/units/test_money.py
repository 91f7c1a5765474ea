"""Money is whole micro-USDC; prices and shares add up whatever the steps."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.units.money import (
    MAX_MICROS,
    ZERO,
    Money,
    chunk_price,
    gas_to_money,
    platform_fee,
    total,
)

amounts = st.integers(0, 10**12).map(Money)


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("$2.99", 2_990_000),
        ("0.005", 5_000),
        (" 1 ", 1_000_000),
        ("$ 0.000001", 1),
        ("999999999999.999999", 10**18 - 1),
    ],
)
def test_what_a_person_types_is_read(text: str, micros: int) -> None:
    assert Money.parse(text) == Money(micros)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "$",
        "-1",
        "+1",
        "1.",
        ".5",
        "0.0000001",
        "1e3",
        "1,5",
        "1 000",
        "NaN",
        "inf",
        "٣",
        "１",
        "1\n2",
        "0x10",
        "9" * 13,
    ],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Money.parse(text)


@given(st.integers(0, 10**18 - 1))
def test_showing_and_reading_gives_the_same(micros: int) -> None:
    assert Money.parse(format(Money(micros).dollars, "f")) == Money(micros)


@pytest.mark.parametrize("value", [1.0, "1", True, None, Decimal(1)])
def test_nothing_but_a_whole_number_is_money(value: object) -> None:
    with pytest.raises(TypeError):
        Money(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("micros", [MAX_MICROS + 1, -MAX_MICROS - 1])
def test_what_a_column_cannot_hold_is_refused(micros: int) -> None:
    with pytest.raises(OverflowError):
        Money(micros)
    with pytest.raises(OverflowError):
        Money(MAX_MICROS) * 2


@given(amounts, amounts)
def test_arithmetic_is_that_of_whole_numbers(one: Money, other: Money) -> None:
    assert (one + other) - other == one
    assert one + (-one) == ZERO
    assert total([one, other, one]) == one * 2 + other
    assert (one < other) == (one.micros < other.micros)
    assert bool(one) == (one != ZERO)


@given(amounts, st.lists(st.integers(0, 60_000), max_size=40))
def test_chunk_prices_add_up_wherever_the_cuts_lie(rate: Money, lengths: list[int]) -> None:
    marks = [0]
    for length in lengths:
        marks.append(marks[-1] + length)
    prices = [chunk_price(rate, start_ms=a, end_ms=b) for a, b in pairwise(marks)]
    assert total(prices) == chunk_price(rate, start_ms=0, end_ms=marks[-1])
    assert all(price >= ZERO for price in prices)


def test_ten_seconds_cost_the_price() -> None:
    assert chunk_price(Money(10_000), start_ms=30_000, end_ms=40_000) == Money(10_000)
    assert chunk_price(Money(1), start_ms=0, end_ms=9_999) == ZERO


@pytest.mark.parametrize(("start", "end"), [(-1, 5), (5, 4)])
def test_a_part_that_is_none_has_no_price(start: int, end: int) -> None:
    with pytest.raises(ValueError):
        chunk_price(Money(1), start_ms=start, end_ms=end)


@given(st.lists(amounts, max_size=40))
def test_the_platform_s_tenth_never_drifts(payments: list[Money]) -> None:
    gross = fees = ZERO
    for payment in payments:
        fee = platform_fee(gross, payment)
        assert ZERO <= fee <= payment
        gross, fees = gross + payment, fees + fee
    assert fees.micros == gross.micros // 10


@given(st.integers(0, 10**24))
def test_gas_money_is_rounded_up_against_the_payer(wei: int) -> None:
    shown = gas_to_money(wei)
    assert 0 <= shown.micros * 10**12 - wei < 10**12
