"""One INSERT for both engines."""

from __future__ import annotations

import pytest
from sqlalchemy.dialects import postgresql, sqlite

from services.db.books import LedgerBalance
from services.db.dialects import insert_into

INTO = insert_into(LedgerBalance)
ADDING = INTO.on_conflict_do_update(
    index_elements=["account"], set_={"amount": LedgerBalance.amount + INTO.excluded.amount}
)


@pytest.mark.parametrize("engine", [sqlite, postgresql])
def test_the_same_statement_is_written_for_both_engines(engine: object) -> None:
    dialect = engine.dialect()  # type: ignore[attr-defined]
    adding, keeping = (str(one.compile(dialect=dialect)) for one in (ADDING, INTO.on_conflict_do_nothing()))
    assert adding.startswith("INSERT INTO ledger_balance (account, amount) VALUES (")
    assert adding.endswith("ON CONFLICT (account) DO UPDATE SET amount = (ledger_balance.amount + excluded.amount)")
    assert keeping.endswith("ON CONFLICT DO NOTHING")
