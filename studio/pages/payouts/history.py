"""Past withdrawals as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from studio.kit.explorer import explained
from studio.kit.format import DASH, moment, money, money_exact, short
from studio.kit.table import Cell, Column, Table, TableModel
from studio.kit.widgets import text
from studio.kit.widgets.card import Card
from studio.kit.widgets.skeleton import skeleton_lines
from studio.kit.words import tr
from studio.pages.payouts.states import STATES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.wire.earnings import WithdrawalOut


def _state(row: WithdrawalOut) -> Cell:
    word, tone = STATES[row.state]
    return Cell(tr(word), tone, badge=True)


def _fee(row: WithdrawalOut) -> Cell:
    return Cell(money(row.fee), muted=True, tip=money_exact(row.fee))


def _transaction(row: WithdrawalOut) -> Cell:
    return Cell(short(row.transaction), muted=True, tip=row.transaction) if row.transaction else Cell(DASH, muted=True)


class HistoryCard(Card):
    """One line a withdrawal, newest first. Signal: ``opened(transaction)``."""

    opened = Signal(str)

    def __init__(self) -> None:
        super().__init__(tr("History"), spacing=8)
        columns: list[Column[WithdrawalOut]] = [
            Column(tr("When"), lambda row: Cell(moment(row.at)), width=124),
            Column(tr("State"), _state, width=0),
            Column(tr("Transaction"), _transaction, width=140, at_need=True),
            Column(tr("Fee"), _fee, width=124, right=True, at_need=True),
            Column(tr("Amount"), lambda row: Cell(money_exact(row.amount)), width=104, right=True),
        ]
        self._model: TableModel[WithdrawalOut] = TableModel(columns, self)
        self.table = Table(self._model, name="payouts.history", says=tr("Past withdrawals"))
        self.table.opened.connect(self._on_opened)
        self._none = text.muted(tr("No withdrawals yet. The first one you make becomes a line here."))
        self._hint = text.caption(wrap=True)
        self._ghost = skeleton_lines(100, 100, spacing=24, height=20)
        for part in (self._ghost, self._none, self.table, self._hint):
            self.body.addWidget(part)
        for part in (self._none, self.table, self._hint):
            part.hide()

    def show_history(self, history: Sequence[WithdrawalOut], explorer: str) -> None:
        """Show these withdrawals; explorer: where their transactions can be looked at, if anywhere."""
        self._ghost.hide()
        self._model.set_rows(history)
        self._none.setVisible(not history)
        self.table.setVisible(bool(history))
        self._hint.setText(explained(explorer))
        self._hint.setVisible(bool(history))
        self.table.fit_rows()

    def _on_opened(self, row: WithdrawalOut) -> None:
        if row.transaction:
            self.opened.emit(row.transaction)
