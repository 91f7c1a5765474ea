"""Tables: a well-behaved model, pages that append, cells from one reading, a row that opens."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QTest
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from studio.kit import theme as looks
from studio.kit.table import CELL_ROLE, Cell, Column, Table, TableModel
from studio.kit.table_paint import Inks
from studio.kit.theme import Theme


@dataclass(frozen=True)
class Row:
    name: str
    amount: int


def _model() -> TableModel[Row]:
    return TableModel(
        [
            Column("Name", lambda row: Cell(row.name, tip="a name"), width=0),
            Column("Amount", lambda row: Cell(str(row.amount), "ok", badge=row.amount > 5), width=100, right=True),
        ]
    )


ROWS = tuple(Row(f"row {number}", number) for number in range(10))


def test_the_model_keeps_qts_rules(qtmodeltester: ModelTester) -> None:
    model = _model()
    model.set_rows(ROWS)
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]


def test_cells_titles_and_tips() -> None:
    model = _model()
    model.set_rows(ROWS)
    index = model.index(7, 1)
    assert model.data(index) == "7"
    assert model.data(index, CELL_ROLE) == Cell("7", "ok", badge=True)
    assert model.data(model.index(0, 0), Qt.ItemDataRole.ToolTipRole) == "a name"
    assert model.headerData(1, Qt.Orientation.Horizontal) == "Amount"
    assert model.data(QModelIndex()) is None


def test_rows_that_only_follow_are_appended(qtbot: QtBot) -> None:
    model = _model()
    model.set_rows(ROWS[:3], has_more=True)
    with qtbot.waitSignal(model.more_wanted):
        model.fetchMore(QModelIndex())
    assert not model.canFetchMore(QModelIndex())
    with qtbot.waitSignal(model.rowsInserted), qtbot.assertNotEmitted(model.modelReset):
        model.set_rows(ROWS)
    with qtbot.waitSignal(model.modelReset):
        model.set_rows(ROWS[5:])
    with qtbot.assertNotEmitted(model.modelReset):
        model.set_rows(ROWS[5:])
    assert model.rows == ROWS[5:]


@pytest.mark.parametrize("rows", [(), ROWS])
def test_a_table_paints_and_is_as_high_as_its_rows(qtbot: QtBot, theme: Theme, rows: tuple[Row, ...]) -> None:
    model = _model()
    table = Table(model, name="t", says="Rows")
    qtbot.addWidget(table)
    model.set_rows(rows)
    table.fit_rows()
    assert table.height() == 36 + len(rows) * 48 + 2
    assert not table.grab().isNull()


def test_enter_opens_the_selected_row(qtbot: QtBot, theme: Theme) -> None:
    model = _model()
    table = Table(model, name="t", says="Rows")
    qtbot.addWidget(table)
    model.set_rows(ROWS)
    with qtbot.waitExposed(table):
        table.show()
    table.selectRow(2)
    with qtbot.waitSignal(table.opened) as opened:
        QTest.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == [ROWS[2]]


def test_what_may_go_makes_room_for_a_title_and_comes_back(qtbot: QtBot, theme: Theme) -> None:
    columns: list[Column[Row]] = [
        Column("Name", lambda row: Cell(row.name), width=0),
        Column("Parts", lambda row: Cell(str(row.amount)), width=150, may_hide=True),
        Column("Price", lambda row: Cell(str(row.amount)), width=150),
        Column("Since", lambda row: Cell(str(row.amount)), width=150, may_hide=True),
    ]
    table = Table(TableModel(columns), name="t", says="Rows")
    qtbot.addWidget(table)
    with qtbot.waitExposed(table):
        table.show()
    for width, gone in ((900, []), (700, [3]), (500, [1, 3]), (900, [])):
        table.resize(width, 300)
        qtbot.waitUntil(lambda gone=gone: [at for at in range(4) if table.isColumnHidden(at)] == gone)  # type: ignore[misc]


@pytest.mark.parametrize("percent", [100, 125, 150, 200])
def test_a_sum_is_never_shortened_where_its_column_may_grow(percent: int, theme: Theme, qtbot: QtBot) -> None:
    sums = tuple(Row(f"film {number}", 43_224_036 + 111_111 * number) for number in range(12))
    theme.use_size(percent)
    model: TableModel[Row] = TableModel(
        [
            Column("Film", lambda row: Cell(row.name)),
            Column("Share", lambda row: Cell(f"${row.amount / 1e6:.6f}", tip="exactly"), width=104, right=True),
            Column("State", lambda row: Cell(f"confirmed {row.amount}", badge=True), width=140),
            Column("Rest", lambda row: Cell(row.name), width=0),
        ]
    )
    table = Table(model, name="sums", says="Sums")
    qtbot.addWidget(table)
    table.resize(1600, 600)
    model.set_rows(sums)
    inks, shown = Inks(looks.active()), table.columnWidth(1) - 24
    cut = [
        cell
        for row in range(12)
        if inks.laid_out(cell := model.cells(row)[1].text, "tabular", shown).text.text() != cell
    ]
    assert not cut
    badge = table.columnWidth(2) - 44
    assert all(inks.laid_out(model.cells(row)[2].text, "badge", badge).text.text()[-1] != "…" for row in range(12))
    theme.use_size(100)
