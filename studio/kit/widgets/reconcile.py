"""Chain, node and desk side by side: three books, the same sums."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.kit.format import DASH, clock, money_exact, number
from studio.kit.table import Cell, Column, Table, TableModel
from studio.kit.widgets import text
from studio.kit.widgets.badge import Badge
from studio.kit.widgets.card import Card
from studio.kit.widgets.skeleton import skeleton_lines
from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from services.units.money import Money
    from services.wire.desk import Reconciliation, ReconciliationRow

_NAMES = {
    "paid": mark("Paid"),
    "deposited": mark("In channels"),
    "earned": mark("Earned"),
    "withdrawn": mark("Withdrawn"),
    "available": mark("Available"),
}
# The node keeps no book of what viewers deposited: that is the chain's affair.
_NOT_THE_NODES = "deposited"


def _is_read(row: ReconciliationRow) -> bool:
    return row.chain is not None and (row.node is not None or row.name == _NOT_THE_NODES)


def _at_node(row: ReconciliationRow) -> Cell:
    if row.name == _NOT_THE_NODES:
        return Cell(DASH, muted=True, tip=tr("The node keeps no book of deposits."))
    return _sum(row.node)


def _waiting(row: ReconciliationRow) -> str:
    """Say what the chain does not have yet, though all agree that it was bought."""
    if row.waiting.micros <= 0:
        return ""
    return tr(
        "{name}: {waiting} of it not yet brought to the chain",
        name=tr(_NAMES.get(row.name, row.name)),
        waiting=money_exact(row.waiting),
    )


def _in_words(row: ReconciliationRow) -> str:
    """Say whether a sum agrees, and what is waiting: also where there is no room for all columns."""
    node = f"{tr('Node')}: {_at_node(row).text}"
    return "\n".join(part for part in (node, _agreement(row).text, _waiting(row)) if part)


def _sum(amount: Money | None) -> Cell:
    return Cell(money_exact(amount), muted=amount is None, tip="" if amount is not None else tr("Could not be read."))


def _agreement(row: ReconciliationRow) -> Cell:
    if row.agrees:
        return Cell(tr("agrees"), "ok", badge=True)
    if not _is_read(row):
        return Cell(tr("not read"), "neutral", badge=True)
    return Cell(tr("differs"), "bad", badge=True)


class ReconcileCard(Card):
    """Shows the sums as the three books have them, to the last digit."""

    def __init__(self) -> None:
        super().__init__(tr("Three books"), spacing=8)
        self._verdict = Badge("", "neutral")
        self.head.addWidget(self._verdict)
        self._when = text.caption(
            tr("The chain, the node that sells, and this desk each keep their own book."), wrap=True
        )
        self.body.addWidget(self._when)
        columns: list[Column[ReconciliationRow]] = [
            Column(tr("Sum"), lambda row: Cell(tr(_NAMES.get(row.name, row.name)), tip=_in_words(row)), width=0),
            Column(tr("Chain"), lambda row: _sum(row.chain), width=118, right=True),
            Column(tr("Node"), _at_node, width=118, right=True, may_hide=True),
            Column(tr("This desk"), lambda row: _sum(row.desk), width=118, right=True),
            Column("", _agreement, width=110, right=True, may_hide=True),
        ]
        self._model: TableModel[ReconciliationRow] = TableModel(columns, self)
        self.table = Table(self._model, name="reconcile.table", says=tr("Sums on the chain, the node and this desk"))
        self.table.hide()
        self._ghost = skeleton_lines(100, 100, 100, height=18, spacing=20)
        self.body.addWidget(self._ghost)
        self.body.addWidget(self.table)
        self._waiting = text.muted()
        self._waiting.setObjectName("reconcile.waiting")
        self._waiting.hide()
        self.body.addWidget(self._waiting)

    def show_sums(self, sums: Reconciliation) -> None:
        """Show what the books say."""
        self._model.set_rows(sums.rows)
        self._ghost.hide()
        self.table.show()
        self.table.fit_rows()
        block = DASH if sums.block is None else number(sums.block)
        self._when.setText(
            tr(
                "The chain, the node that sells, and this desk each keep their own book. Read at {as_of}, block "
                "{block}.",
                as_of=clock(sums.as_of),
                block=block,
            )
        )
        waiting = [words for row in sums.rows if (words := _waiting(row))]
        self._waiting.setText("; ".join(waiting) + "." if waiting else "")
        self._waiting.setVisible(bool(waiting))
        agree = all(row.agrees for row in sums.rows)
        unread = not all(_is_read(row) for row in sums.rows)
        if agree:
            self._verdict.set_state(tr("All agree"), "ok")
        else:
            self._verdict.set_state(
                tr("Not all could be read") if unread else tr("They differ"), "warn" if unread else "bad"
            )
