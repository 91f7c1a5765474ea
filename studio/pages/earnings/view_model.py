"""The earnings of a period, added up in one way, and the lines behind the sum that was opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from services.units.period import Period
from studio.kit.problems import Problem
from studio.kit.view_model import ViewModel

if TYPE_CHECKING:
    from services.wire.desk import Health
    from services.wire.figures import BreakdownOut, FiguresOut, Grouping, IncomeLineOut, IncomeLinesOut, SumOut
    from services.wire.nodes import NodeOut
    from studio.kit.context import PageContext

PERIODS = (1, 7, 28, 90, 365)


ALL = "all"
"""Stands for the sum of the whole period."""


@dataclass(frozen=True, slots=True)
class EarningsState:
    """None: not loaded yet. opened: the sum whose lines are shown, None for none."""

    days: int = 28
    by: Grouping = "day"
    nodes: tuple[NodeOut, ...] = ()
    node: str = ""
    figures: FiguresOut | None = None
    sums: BreakdownOut | None = None
    opened: SumOut | None = None
    wanted: str = ""
    """The key of the sum that is opened as soon as the sums are there."""
    lines: tuple[IncomeLineOut, ...] | None = None
    cursor: str | None = None
    """Where the lines go on."""
    explorer: str = ""
    """Where the chain's transactions can be looked at, if anywhere."""
    busy: bool = False
    problem: Problem | None = None


class EarningsViewModel(ViewModel[EarningsState]):
    """Signals: ``exported(path)`` when a file is written; ``statement(sums by kind, by film, by day)``."""

    exported = Signal(str)
    statement = Signal(object)
    watches = frozenset({"earnings", "purchase", "catalogue"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, EarningsState())

    @property
    def _period(self) -> Period:
        return Period(days=self.state.days)

    def refresh(self) -> None:
        """Load the sums, the chart, and the lines that are open."""
        period, node, by = self._period, self.state.node, self.state.by
        self._fetch(lambda desk: desk.figures.breakdown(period, by, node=node), self._on_sums)
        self._act(lambda desk: desk.figures.series(period, node=node), self._on_figures, self._no_list)
        self._act(lambda desk: desk.nodes.list(), self._on_nodes, self._no_list)
        self.context.bridge.run(self, lambda client: client.health(), self._on_health, self._no_list)
        if self.state.opened is not None:
            self._load_lines()

    def choose(self, days: int) -> None:
        """Look at another period."""
        if days != self.state.days:
            self._set(days=days, sums=None, figures=None, opened=None, lines=None, problem=None)
            self.refresh()

    def look_for(self, by: Grouping, key: str) -> None:
        """Add up in a way, and show the lines behind the sum of that key."""
        self._set(by=by, wanted=key, sums=None, opened=None, lines=None, problem=None)
        self.refresh()

    def add_up(self, by: Grouping) -> None:
        """Add up in another way."""
        if by != self.state.by:
            self._set(by=by, sums=None, opened=None, lines=None, problem=None)
            self.refresh()

    def look_at(self, node: str) -> None:
        """Look at the books of another node."""
        if node != self.state.node:
            self._set(node=node, sums=None, figures=None, opened=None, lines=None, problem=None)
            self.refresh()

    def open_sum(self, opened: SumOut) -> None:
        """Show the ledger's lines behind a sum."""
        self._set(opened=opened, lines=None, cursor=None)
        self._load_lines()

    def open_all(self) -> None:
        """Show all lines behind the period's sum."""
        sums = self.state.sums
        if sums is not None:
            from services.wire.figures import SumOut  # the window reads answers, and makes this one

            payments = sum(row.payments for row in sums.rows)
            self.open_sum(
                SumOut(
                    key=ALL, name=ALL, gross=sums.gross, net=sums.net, paid_ms=0, payments=payments,
                    net_before=sums.net_before,
                )
            )  # fmt: skip

    def close_sum(self) -> None:
        """Go back to the sums."""
        self._set(opened=None, lines=None, cursor=None)

    def more(self) -> None:
        """Load the next lines."""
        if self.state.cursor:
            self._load_lines(self.state.cursor)

    def export(self, path: str, table: str) -> None:
        """Write a table of this period to a file; its ending says the form."""
        period, node, form = self._period, self.state.node, "json" if path.lower().endswith(".json") else "csv"
        self._set(busy=True, problem=None)
        self._act(
            lambda desk: desk.figures.save(path, table, form, period, node=node), self._on_exported, self._not_exported
        )

    def write_statement(self) -> None:
        """Fetch what a printed statement says; it comes as ``statement``."""
        period, node = self._period, self.state.node
        self._set(busy=True, problem=None)
        self._act(lambda desk: desk.figures.statement(period, node=node), self._on_statement, self._not_exported)

    def refuse_file(self, path: str) -> None:
        """Say that a file could not be written."""
        self._set(problem=Problem("file.not_written", {"path": path}))

    def _load_lines(self, cursor: str = "") -> None:
        opened, sums = self.state.opened, self.state.sums
        if opened is None or sums is None:
            return
        period, wish = Period(first=sums.first, last=sums.last), dict[str, str]()
        if opened.key != ALL and sums.by == "day":
            day = date.fromisoformat(opened.key)
            period = Period(first=day, last=day)
        elif opened.key != ALL:
            wish["source" if sums.by == "source" else "item"] = opened.key
        node = self.state.node

        def shown(lines: IncomeLinesOut) -> None:
            if self.state.opened == opened:
                before = self.state.lines or () if cursor else ()
                self._set(lines=(*before, *lines.rows), cursor=lines.cursor)

        self._act(lambda desk: desk.figures.lines(period, node=node, cursor=cursor, **wish), shown)

    def _on_sums(self, sums: BreakdownOut) -> None:
        if (sums.by, (sums.last - sums.first).days + 1) != (self.state.by, self.state.days):
            return  # asked for before something else was
        self._set(sums=sums, problem=None)
        sought = next((row for row in sums.rows if row.key == self.state.wanted), None)
        if self.state.wanted:
            self._set(wanted="")
        if sought is not None:
            self.open_sum(sought)

    def _on_figures(self, figures: FiguresOut) -> None:
        if (figures.last - figures.first).days + 1 == self.state.days:
            self._set(figures=figures)

    def _on_health(self, health: Health) -> None:
        self._set(explorer=health.explorer)

    def _on_nodes(self, nodes: tuple[NodeOut, ...]) -> None:
        self._set(nodes=tuple(node for node in nodes if node.films or node.address == self.state.node))

    def _no_list(self, _problem: Problem) -> None:
        """The sums' own problem says it already."""

    def _on_exported(self, path: str) -> None:
        self._set(busy=False)
        self.exported.emit(path)

    def _on_statement(self, sums: tuple[BreakdownOut, ...]) -> None:
        self._set(busy=False)
        self.statement.emit(sums)

    def _not_exported(self, problem: Problem) -> None:
        self._set(busy=False, problem=problem)
