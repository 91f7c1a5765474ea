"""A sum that differs between the books waits for the creator; one that a book does not know yet does not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.desk.needs import differing
from services.units.money import Money
from services.wire.desk import Reconciliation, ReconciliationRow

ONE, TWO = Money(1), Money(2)


@pytest.mark.parametrize(
    ("row", "differs"),
    [
        (ReconciliationRow(name="earned", chain=TWO, node=TWO, desk=TWO), False),
        (ReconciliationRow(name="earned", chain=ONE, node=TWO, desk=TWO), True),
        (ReconciliationRow(name="earned", chain=ONE, node=TWO, desk=TWO, waiting=ONE), False),
        (ReconciliationRow(name="earned", chain=TWO, node=ONE, desk=TWO), True),
        (ReconciliationRow(name="earned", chain=None, node=ONE, desk=TWO), False),
        (ReconciliationRow(name="earned", chain=TWO, node=None, desk=TWO), False),
        (ReconciliationRow(name="deposited", chain=ONE, node=None, desk=TWO), True),
    ],
)
def test_only_known_sums_are_compared(row: ReconciliationRow, *, differs: bool) -> None:
    found = differing(Reconciliation(rows=(row,), block=1, as_of=datetime(2026, 11, 21, tzinfo=UTC)))
    assert found == ((row.name,) if differs else ())
