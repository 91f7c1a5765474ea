"""The sums of a period as a table, with tabs for the ways to add up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup

from studio.kit.format import money
from studio.kit.table import Table, TableModel
from studio.kit.widgets import text
from studio.kit.widgets.button import Button
from studio.kit.widgets.card import Card
from studio.kit.widgets.skeleton import skeleton_lines
from studio.kit.words import mark, tr
from studio.pages.earnings.words import GROUPINGS, sum_columns

if TYPE_CHECKING:
    from services.wire.figures import BreakdownOut, Grouping, SumOut

_NONE: dict[Grouping, str] = {
    "day": mark("Nothing came in."),
    "item": mark("No film earned by the part in this time. What people buy becomes a line here."),
    "tier": mark("No membership was paid in this time. A tier lets people join you for a month."),
    "source": mark("Nothing came in in this time."),
}


class SumsCard(Card):
    """Signals: ``grouping_picked(grouping)``, ``opened(sum)``."""

    grouping_picked = Signal(str)
    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__(tr("Group by"), padding=12, spacing=8)
        self.head.setContentsMargins(12, 8, 0, 0)
        self._group = QButtonGroup(self)
        self._by: dict[str, Button] = {}
        for at, (key, words) in enumerate(GROUPINGS):
            button = Button(
                tr(words), "segment", name=f"earnings.by.{key}", says=tr("Add up by {what}", what=tr(words).lower())
            )
            button.clicked.connect(self._on_by)
            self._group.addButton(button, at)
            self.head.insertWidget(1 + at, button)
            self._by[key] = button
        self._hint = text.caption(tr("Enter opens the lines behind a sum"))
        self.head.addWidget(self._hint)
        self._ghost = skeleton_lines(100, 100, 100, spacing=24, height=18)
        self._none = text.muted()
        self._none.setContentsMargins(12, 8, 12, 16)
        self._models: dict[str, TableModel[SumOut]] = {}
        self._tables: dict[str, Table] = {}
        self.body.addWidget(self._ghost)
        self.body.addWidget(self._none)
        for key, words in GROUPINGS:
            model: TableModel[SumOut] = TableModel(sum_columns(key), self)
            table = Table(model, name=f"earnings.sums.{key}", says=tr("Earnings by {what}", what=tr(words).lower()))
            table.opened.connect(self.opened)
            self._models[key], self._tables[key] = model, table
            self.body.addWidget(table)
        self._rest = text.muted()
        self._rest.setContentsMargins(12, 4, 12, 8)
        self.body.addWidget(self._rest)

    def show_sums(self, by: Grouping, sums: BreakdownOut | None) -> None:
        """Show a period's sums; None while they are on their way."""
        self._by[by].setChecked(True)
        rows = () if sums is None else sums.rows
        if by == "day":
            # The newest first, and no line for a day without any.
            rows = tuple(row for row in reversed(rows) if row.payments or row.net_before)
        self._ghost.setVisible(sums is None)
        self._none.setVisible(sums is not None and not rows)
        self._none.setText(tr(_NONE[by]))
        for key, table in self._tables.items():
            table.setVisible(key == by and bool(rows))
        self._models[by].set_rows(rows)
        self._tables[by].fit_rows(400)
        self._rest.setVisible(sums is not None and bool(sums.rest))
        if sums is not None and sums.rest:
            self._rest.setText(tr("And {rest} from more; the export has them all.", rest=money(sums.rest)))

    def _on_by(self) -> None:
        self.grouping_picked.emit(GROUPINGS[self._group.checkedId()][0])
