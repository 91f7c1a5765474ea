"""The ledger's lines behind one sum."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from studio.kit.explorer import explained
from studio.kit.format import money_exact
from studio.kit.table import Table, TableModel
from studio.kit.widgets import text
from studio.kit.widgets.button import ghost, secondary
from studio.kit.widgets.card import Card, row
from studio.kit.widgets.skeleton import skeleton_lines
from studio.kit.words import tr, tr_count
from studio.pages.earnings.words import line_columns, name_of

if TYPE_CHECKING:
    from services.wire.figures import Grouping, IncomeLineOut, SumOut


class LinesCard(Card):
    """Signals: ``closed``, ``more_wanted``, ``opened(line)``."""

    closed = Signal()
    more_wanted = Signal()
    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__(padding=12, spacing=8)
        self.setObjectName("earnings.lines")
        back = ghost(tr("All sums"), name="earnings.back", icon="swap")
        back.clicked.connect(self.closed)
        self._title = text.lead()
        self._whole = text.muted(wrap=False)
        head = row(back, self._title, self._whole, spacing=12)
        head.addStretch(1)
        self.body.addLayout(head)
        self._ghost = skeleton_lines(100, 100, 100, spacing=24, height=18)
        self.body.addWidget(self._ghost)
        self._model: TableModel[IncomeLineOut] = TableModel(line_columns(), self)
        self.table = Table(self._model, name="earnings.lines.table", says=tr("Lines of the ledger"))
        self.table.opened.connect(self.opened)
        self.body.addWidget(self.table)
        self._hint = text.caption(wrap=True)
        self._hint.setContentsMargins(12, 0, 12, 0)
        self.body.addWidget(self._hint)
        self._none = text.muted(tr("No line of the ledger is behind this."))
        self._none.setContentsMargins(12, 8, 12, 16)
        self.body.addWidget(self._none)
        self._more = secondary(tr("More lines"), name="earnings.more", icon="arrow-down")
        self._more.clicked.connect(self.more_wanted)
        self.body.addLayout(row(self._more))

    def show_lines(
        self, by: Grouping, opened: SumOut, lines: tuple[IncomeLineOut, ...] | None, *, has_more: bool, explorer: str
    ) -> None:
        """Show the lines of a sum; None while they are on their way."""
        self._title.setText(name_of(opened, by))
        self._whole.setText(
            tr(
                "{net} from {payments}",
                net=money_exact(opened.net),
                payments=tr_count(opened.payments, "{count} payment", "{count} payments"),
            )
        )
        self._ghost.setVisible(lines is None)
        self._none.setVisible(lines == ())
        self.table.setVisible(bool(lines))
        self._model.set_rows(lines or ())
        self.table.fit_rows(2000)
        self._hint.setText(explained(explorer))
        self._hint.setVisible(bool(lines))
        self._more.setVisible(has_more)
