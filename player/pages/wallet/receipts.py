"""Purchases as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from player.parts.receipt_states import STATES, paid_by
from studio.kit.format import chunks, moment, money_exact
from studio.kit.table import Cell, Column, Table, TableModel
from studio.kit.widgets import text
from studio.kit.widgets.card import Card
from studio.kit.widgets.skeleton import skeleton_lines
from studio.kit.words import tr

if TYPE_CHECKING:
    from services.wire.desk import ReceiptOut


def _state(row: ReceiptOut) -> Cell:
    word, tone = STATES[row.state]
    return Cell(tr(word), tone, badge=True)


def _way(row: ReceiptOut) -> Cell:
    words, tip = paid_by(row)
    return Cell(words, muted=True, tip=tip)


def _parts(row: ReceiptOut) -> Cell:
    return Cell(chunks(row.first_chunk, row.chunk_count))


class ReceiptsCard(Card):
    """One line a purchase, newest first."""

    def __init__(self) -> None:
        super().__init__(tr("Receipts"), spacing=8)
        columns: list[Column[ReceiptOut]] = [
            Column(tr("When"), lambda row: Cell(moment(row.at)), width=140, may_hide=True),
            Column(tr("Film"), lambda row: Cell(row.title, tip=row.title), width=0),
            Column(tr("Part"), _parts, width=130, may_hide=True),
            Column(tr("State"), _state, width=140),
            Column(tr("Paid by"), _way, width=150, may_hide=True),
            Column(tr("Amount"), lambda row: Cell(money_exact(row.amount)), width=96, right=True),
        ]
        self._model: TableModel[ReceiptOut] = TableModel(columns, self)
        self.table = Table(self._model, name="wallet.receipts", says=tr("Purchases"))
        self._none = text.muted(tr("Nothing bought yet. Each part that you pay for gets a line here."))
        self._waiting = skeleton_lines(100, 100, 100, height=18, spacing=20)
        for part in (self._waiting, self._none, self.table):
            self.body.addWidget(part)
        self.show_receipts(None)

    def show_receipts(self, receipts: tuple[ReceiptOut, ...] | None) -> None:
        """Show these purchases; None while they are being read."""
        self._waiting.setVisible(receipts is None)
        self._none.setVisible(receipts is not None and not receipts)
        self.table.setVisible(bool(receipts))
        self._model.set_rows(receipts or ())
        self.table.fit_rows()
