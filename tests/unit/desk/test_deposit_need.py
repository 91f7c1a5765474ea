"""How much a purchase asks for: at least what is missing, usually the rest of the film, never more than a dollar."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from services.desk.channels.deposits import Need, need_for
from services.units.money import ZERO, Money

CENT = Money(10_000)


@dataclass(frozen=True)
class Chunk:
    price: Money


@dataclass(frozen=True)
class Film:
    chunks: tuple[Chunk, ...]


def film(count: int, price: Money = CENT) -> Film:
    return Film((Chunk(ZERO), *(Chunk(price) for _ in range(count - 1))))


@pytest.mark.parametrize(
    ("count", "mine", "first", "price", "free", "expected"),
    [
        (6, (), 1, CENT, ZERO, Need(CENT, CENT * 5)),
        (6, (), 3, CENT, ZERO, Need(CENT, CENT * 3)),
        (6, (4, 5), 3, CENT, ZERO, Need(CENT, CENT)),
        (6, (), 1, CENT, CENT, Need(ZERO, ZERO)),
        (6, (), 1, CENT, CENT * 9, Need(ZERO, ZERO)),
        (6, (), 1, CENT * 2, CENT, Need(CENT, CENT * 4)),
        (500, (), 1, CENT, ZERO, Need(CENT, Money(1_000_000))),
        (500, (), 1, CENT * 150, ZERO, Need(CENT * 150, CENT * 150)),
    ],
)
def test_need(count: int, mine: tuple[int, ...], first: int, price: Money, free: Money, expected: Need) -> None:
    need = need_for(film(count), frozenset(mine), first_chunk=first, price=price, free=free)  # type: ignore[arg-type]
    assert need == expected
