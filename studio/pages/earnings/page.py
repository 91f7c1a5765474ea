"""The earnings page: a period, its chart, its sums, and the lines behind each."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QButtonGroup, QFileDialog, QMenu

from studio.kit.chart import Chart
from studio.kit.explorer import show_transaction
from studio.kit.format import clock
from studio.kit.metrics import metric_of, moved, series_of
from studio.kit.tokens import GUTTER
from studio.kit.widgets import text
from studio.kit.widgets.button import Button, secondary
from studio.kit.widgets.card import Card, row
from studio.kit.widgets.node_choice import NodeChoice
from studio.kit.widgets.page import PageFrame
from studio.kit.widgets.tile import Tile
from studio.kit.words import mark, tr
from studio.pages.earnings.lines import LinesCard
from studio.pages.earnings.statement import as_html, write_pdf
from studio.pages.earnings.sums import SumsCard
from studio.pages.earnings.tips import TipsCard
from studio.pages.earnings.view_model import PERIODS, EarningsViewModel
from studio.pages.earnings.words import GROUPINGS, span_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.wire.figures import BreakdownOut, IncomeLineOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Action, Problem

# What can be saved: the menu's words, the table, the name of the file.
_EXPORTS = (
    (mark("This table, as CSV"), "", "csv"),
    (mark("This table, as JSON"), "", "json"),
    (mark("All lines of the ledger, as CSV"), "lines", "csv"),
    (mark("All lines of the ledger, as JSON"), "lines", "json"),
)


class EarningsPage(PageFrame):
    """What came in."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(tr("Earnings"))
        self.model = EarningsViewModel(context)
        self._path = ""
        self._node = NodeChoice(name="earnings.node", says=tr("Sold from"))
        self._node.picked.connect(self.model.look_at)
        self.buttons.addWidget(self._node)
        self._group = QButtonGroup(self)
        for days in PERIODS:
            words = tr("Today") if days == 1 else tr("{days} days", days=days)
            button = Button(words, "segment", name=f"earnings.period.{days}")
            button.clicked.connect(self._on_period)
            self._group.addButton(button, days)
            self.buttons.addWidget(button)
        self._export = secondary(tr("Export"), name="earnings.export", icon="download")
        self._export.setMenu(self._menu())
        self.buttons.addWidget(self._export)
        self._net = Tile("earnings.net", tr("Your share"), plain=True)
        self._gross = Tile("earnings.gross", tr("Viewers paid"), plain=True)
        self._fee = Tile("earnings.fee", tr("Platform's share"), plain=True)
        self.body.addLayout(row(self._net, self._gross, self._fee, spacing=GUTTER, stretch=1))
        for tile in (self._net, self._gross, self._fee):
            tile.lead_on(tr("Open the lines behind this sum"))
            tile.opened.connect(self.model.open_all)
        self._chart_card = Card(tr("Earnings a day"))
        self._chart_card.head.addWidget(text.caption(tr("your share, in dollars; dashed: the days before")))
        self._chart = Chart(tr("Earnings a day"), name="earnings.chart", height=220)
        self._chart_card.body.addWidget(self._chart)
        self._sums, self._lines = SumsCard(), LinesCard()
        self._sums.grouping_picked.connect(self.model.add_up)
        self._sums.opened.connect(self.model.open_sum)
        self._lines.closed.connect(self.model.close_sum)
        self._lines.more_wanted.connect(self.model.more)
        self._lines.opened.connect(self._open_transaction)
        for part in (self._chart_card, self._sums, self._lines, TipsCard(context)):
            self.body.addWidget(part)
        self.body.addStretch(1)
        self.banner.acted.connect(self._on_action)
        self.model.changed.connect(self._render)
        self.model.exported.connect(self._on_exported)
        self.model.statement.connect(self._on_statement)
        self._render()
        self.model.refresh()

    def open(self, params: Mapping[str, str]) -> None:
        """Show the last ``days`` days, or the lines behind the sum ``key`` of those that ``by`` adds up."""
        if params.get("days", "").isdecimal():
            self.model.choose(int(params["days"]))
        by = next((key for key, _ in GROUPINGS if key == params.get("by")), None)
        if by is not None:
            self.model.look_for(by, params.get("key", ""))

    def save_to(self, path: str, table: str) -> None:
        """Save a table, or with "statement" the printed statement, to a path."""
        if table == "statement":
            self._path = path
            self.model.write_statement()
        else:
            self.model.export(path, table or self.model.state.by)

    def _menu(self) -> QMenu:
        menu = QMenu(self._export)
        menu.setObjectName("earnings.export.menu")
        for words, table, form in _EXPORTS:
            self._add_export(menu, tr(words), table, form)
        menu.addSeparator()
        self._add_export(menu, tr("Statement to print (PDF)"), "statement", "pdf")
        return menu

    def _add_export(self, menu: QMenu, words: str, table: str, form: str) -> None:
        action = QAction(words, menu)
        action.setData((table, form))
        action.triggered.connect(self._on_export)
        menu.addAction(action)

    def _on_export(self) -> None:
        action = self.sender()
        if not isinstance(action, QAction):
            return
        table, form = action.data()
        dialog = QFileDialog(self.window(), tr("Save"), f"{table or 'earnings'}.{form}")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(form)
        dialog.setProperty("table", table)
        dialog.fileSelected.connect(self._on_place)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_place(self, path: str) -> None:
        self.save_to(path, str(self.sender().property("table")))

    def _render(self) -> None:
        state = self.model.state
        self.banner.show_problem(state.problem)
        self._node.setVisible(bool(state.nodes))
        self._node.show_nodes(state.nodes, state.node)
        button = self._group.button(state.days)
        if button is not None:
            button.setChecked(True)
        self._export.setEnabled(state.sums is not None and not state.busy)
        sums = state.sums
        if sums is not None:
            self.subtitle.setText(tr("{span} (UTC), as of {as_of}", span=span_of(sums), as_of=clock(sums.as_of)))
            self._show_tiles(sums)
        # Lines that were asked for stand under the figures, where they are seen at once.
        self._chart_card.setVisible(state.days > 1 and state.opened is None)
        if state.figures is not None:
            metric = metric_of(state.figures, "earnings")
            days = [state.figures.first + timedelta(days=at) for at in range(len(metric.days))]
            self._chart.show_series(series_of("earnings", days, metric.days, metric.before))
        self._sums.setVisible(state.opened is None)
        self._sums.show_sums(state.by, sums)
        self._lines.setVisible(state.opened is not None)
        if state.opened is not None:
            self._lines.show_lines(
                state.by, state.opened, state.lines, has_more=state.cursor is not None, explorer=state.explorer
            )

    def _show_tiles(self, sums: BreakdownOut) -> None:
        than = tr("than the day before") if sums.first == sums.last else tr("than before")
        self._net.show_money(sums.net, moved(sums.net.micros, sums.net_before.micros, than=than))
        self._gross.show_money(sums.gross, tr("before the platform's share"))
        self._fee.show_money(sums.gross - sums.net, tr("a tenth, to the unit"))

    def _on_period(self) -> None:
        self.model.choose(self._group.checkedId())

    def _open_transaction(self, line: IncomeLineOut) -> None:
        if line.transaction:
            show_transaction(self.model.context, self.model.state.explorer, line.transaction)
        elif line.channel:
            QApplication.clipboard().setText(line.channel)
            self.model.context.notify(tr("Channel copied: its vouchers come to the chain together."))

    def _on_statement(self, sums: tuple[BreakdownOut, ...]) -> None:
        if write_pdf(as_html(sums), self._path):
            self._on_exported(self._path)
        else:
            self.model.refuse_file(self._path)

    def _on_exported(self, path: str) -> None:
        self.model.context.notify(tr("Saved as {path}", path=path))

    def _on_action(self, _action: Action, problem: Problem) -> None:
        self.model.context.handle(problem, self.model.refresh)
