"""Past withdrawals as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.kit.format import DASH, moment, money, money_exact, short
from studio.kit.table import Cell, Column, Table, TableModel
from studio.kit.widgets import text
from studio.kit.widgets.card import Card
from studio.pages.payouts.states import STATES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.wire.earnings import WithdrawalOut


def _state(row: WithdrawalOut) -> Cell:
    word, tone = STATES[row.state]
    return Cell(word, tone, badge=True)


def _fee(row: WithdrawalOut) -> Cell:
    return Cell(money(row.fee), muted=True, tip=money_exact(row.fee))


def _transaction(row: WithdrawalOut) -> Cell:
    return Cell(short(row.transaction), muted=True, tip=row.transaction) if row.transaction else Cell(DASH, muted=True)


class HistoryCard(Card):
    """One line a withdrawal, newest first."""

    def __init__(self) -> None:
        super().__init__("History", spacing=8)
        columns: list[Column[WithdrawalOut]] = [
            Column("When", lambda row: Cell(moment(row.at)), width=150),
            Column("State", _state, width=170),
            Column("Transaction", _transaction, width=0),
            Column("Fee", _fee, width=100, right=True),
            Column("Amount", lambda row: Cell(money_exact(row.amount)), width=140, right=True),
        ]
        self._model: TableModel[WithdrawalOut] = TableModel(columns, self)
        self.table = Table(self._model, name="payouts.history", says="Past withdrawals")
        self._none = text.muted("No withdrawals yet.")
        self.body.addWidget(self._none)
        self.body.addWidget(self.table)
        self.show_history(())

    def show_history(self, history: Sequence[WithdrawalOut]) -> None:
        """Show these withdrawals."""
        self._model.set_rows(history)
        self._none.setVisible(not history)
        self.table.setVisible(bool(history))
        self.table.fit_rows()
