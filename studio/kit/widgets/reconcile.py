"""Chain, node and desk side by side: three books, the same sums."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.kit.format import DASH, clock, money_exact
from studio.kit.table import Cell, Column, Table, TableModel
from studio.kit.widgets import text
from studio.kit.widgets.badge import Badge
from studio.kit.widgets.card import Card

if TYPE_CHECKING:
    from services.units.money import Money
    from services.wire.desk import Reconciliation, ReconciliationRow

_NAMES = {"paid": "Paid", "earned": "Earned", "withdrawn": "Withdrawn", "available": "Available"}


def _sum(amount: Money | None) -> Cell:
    return Cell(money_exact(amount), muted=amount is None, tip="" if amount is not None else "Could not be read.")


def _agreement(row: ReconciliationRow) -> Cell:
    if row.agrees:
        return Cell("agrees", "ok", badge=True)
    if row.chain is None or row.node is None:
        return Cell("not read", "neutral", badge=True)
    return Cell("differs", "bad", badge=True)


class ReconcileCard(Card):
    """Shows the sums as the three books have them, to the last digit."""

    def __init__(self) -> None:
        super().__init__("Three books", spacing=8)
        self._verdict = Badge("", "neutral")
        self.head.addWidget(self._verdict)
        self._when = text.caption("The chain, the node that sells, and this desk each keep their own book.", wrap=True)
        self.body.addWidget(self._when)
        columns: list[Column[ReconciliationRow]] = [
            Column("Sum", lambda row: Cell(_NAMES.get(row.name, row.name)), width=0),
            Column("Chain", lambda row: _sum(row.chain), width=150, right=True),
            Column("Node", lambda row: _sum(row.node), width=150, right=True),
            Column("This desk", lambda row: _sum(row.desk), width=150, right=True),
            Column("", _agreement, width=120, right=True),
        ]
        self._model: TableModel[ReconciliationRow] = TableModel(columns, self)
        self.table = Table(self._model, name="reconcile.table", says="Sums on the chain, the node and this desk")
        self.table.fit_rows()
        self.body.addWidget(self.table)

    def show_sums(self, sums: Reconciliation) -> None:
        """Show what the books say."""
        self._model.set_rows(sums.rows)
        self.table.fit_rows()
        block = DASH if sums.block is None else f"{sums.block:,}"
        self._when.setText(
            f"The chain, the node that sells, and this desk each keep their own book. "
            f"Read at {clock(sums.as_of)}, block {block}."
        )
        agree = all(row.agrees for row in sums.rows)
        unread = any(row.chain is None or row.node is None for row in sums.rows)
        if agree:
            self._verdict.set_state("All agree", "ok")
        else:
            self._verdict.set_state("Not all could be read" if unread else "They differ", "warn" if unread else "bad")
