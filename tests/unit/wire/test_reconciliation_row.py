"""When a row of the three books agrees."""

from __future__ import annotations

import pytest

from services.units.money import Money
from services.wire.desk import ReconciliationRow


def money(micros: int | None) -> Money | None:
    return None if micros is None else Money(micros)


@pytest.mark.parametrize(
    ("name", "chain", "node", "desk", "waiting", "agrees"),
    [
        ("paid", 5, 5, 5, 0, True),
        ("paid", 2, 5, 5, 3, True),
        ("paid", 2, 5, 5, 2, False),
        ("paid", 5, 4, 5, 0, False),
        ("paid", 6, 5, 5, -1, False),
        ("paid", None, 5, 5, 0, False),
        ("paid", 5, None, 5, 0, False),
        ("deposited", 5, None, 5, 0, True),
        ("deposited", 4, None, 5, 0, False),
        ("deposited", None, None, 5, 0, False),
        ("earned", 5, None, 5, 0, False),
    ],
)
def test_agreement(name: str, chain: int | None, node: int | None, desk: int, waiting: int, agrees: bool) -> None:
    row = ReconciliationRow(
        name=name,
        chain=money(chain),
        node=money(node),
        desk=Money(desk),
        waiting=Money(waiting),
    )
    assert row.agrees is agrees
