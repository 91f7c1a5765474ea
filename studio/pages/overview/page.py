"""The overview: four figures, one chart, what needs doing, what came in."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QButtonGroup, QSizePolicy

from studio.kit.chart import Chart, Series
from studio.kit.format import change, clock, day, money
from studio.kit.metrics import EXPLAINED, METRICS, metric_of, moved, series_of, told
from studio.kit.widgets import text
from studio.kit.widgets.button import Button
from studio.kit.widgets.card import Card
from studio.kit.widgets.flow import Columns
from studio.kit.widgets.metric_tabs import MetricTabs
from studio.kit.widgets.node_choice import NodeChoice
from studio.kit.widgets.page import PageFrame
from studio.kit.widgets.tile import Tile
from studio.kit.words import mark, tr
from studio.pages.overview.cards import LatestCard, NeedsCard, SalesCard, money_of, tile_note
from studio.pages.overview.view_model import PERIODS, OverviewViewModel

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QShowEvent

    from services.wire.earnings import OverviewOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Action, Problem

# What is behind a tile: a page, and what assistive technology reads.
_BEHIND = {
    "today": ("earnings", mark("Open today's earnings")),
    "period": ("earnings", mark("Open the earnings of this period")),
    "in_flight": ("earnings", mark("Open what is on its way")),
    "available": ("payouts", mark("Open payouts")),
}
_LATELY = 28
"""Days; what is on its way is claimed within hours."""
# An axis of four cents, while there is less.
_LEAST_SCALE = 40_000


class OverviewPage(PageFrame):
    """The creator's first page."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(tr("Overview"))
        self.model = OverviewViewModel(context)
        self.model.refresh()  # first: the service answers while the page is being made
        self._periods: dict[int, Button] = {}
        self._group = QButtonGroup(self)
        self._node = NodeChoice(name="overview.node", says=tr("Sold from"))
        self._node.picked.connect(self.model.look_at)
        self.buttons.addWidget(self._node)
        self._add_periods()
        self._tiles = {
            "today": Tile("today", tr("Today")),
            "period": Tile("period", tr("28 days")),
            "in_flight": Tile("in_flight", tr("In flight")),
            "available": Tile("available", tr("Available")),
        }
        for name, (route, says) in _BEHIND.items():
            self._tiles[name].lead_on(tr(says))
            self._tiles[name].opened.connect(partial(self._open_tile, name, route))
        self.body.addWidget(Columns(*self._tiles.values(), least=200))
        self._tabs = MetricTabs([(key, tr(words)) for key, words in METRICS], name="overview.metric")
        self._tabs.picked.connect(self.model.show)
        self._chart = Chart(tr("Earnings a day"), name="overview.chart", height=260)
        self._words = text.caption()
        self._words.setContentsMargins(12, 0, 12, 0)
        self._needs, self._latest, self._sales = NeedsCard(), LatestCard(), SalesCard()
        self._needs.wanted.connect(context.navigate)
        for card in (self._latest, self._sales):
            card.opened.connect(self._open_film)
        self._build()
        self.banner.acted.connect(self._on_action)
        self.model.changed.connect(self._render)
        self._render()

    def _add_periods(self) -> None:
        for days in PERIODS:
            button = Button(tr("{days} days", days=days), "segment", name=f"overview.period.{days}")
            button.clicked.connect(self._on_period)
            self._group.addButton(button, days)
            button.setChecked(days == self.model.state.days)  # in the group, which then moves the tab stop
            self.buttons.addWidget(button)
            self._periods[days] = button

    def _build(self) -> None:
        chart = Card(padding=16, spacing=12)
        chart.body.addWidget(self._tabs)
        chart.body.addWidget(self._words)
        chart.body.addWidget(self._chart)
        self._tabs.choose("earnings")
        for left, right in ((chart, self._needs), (self._sales, self._latest)):
            for card in (left, right):
                # The columns stand under each other, whatever is in them.
                card.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            self.body.addWidget(Columns(left, right, shares=(8, 4), least=68))
        self.body.addStretch(1)

    def _render(self) -> None:
        state = self.model.state
        self.banner.show_problem(state.problem)
        self._node.setVisible(bool(state.nodes))
        self._node.show_nodes(state.nodes, state.node)
        overview = state.overview
        if overview is None:
            return
        self.subtitle.setText(
            tr("Last {period_days} days, as of {as_of}", period_days=overview.period_days, as_of=clock(overview.as_of))
        )
        self._show_tiles(overview)
        self._show_chart(overview)
        self._needs.show_needs(overview.needs)
        self._latest.show_latest(overview.latest, state.poster)
        self._sales.show_sales(overview.sales)

    def _show_chart(self, overview: OverviewOut) -> None:
        state, figures = self.model.state, self.model.state.figures
        for name, _ in METRICS:
            tab = self._tabs.tabs[name]
            tab.setVisible(figures is not None or name == "earnings")
            if figures is not None:
                metric = metric_of(figures, name)
                tab.show_sum(told(name, metric.total), moved(metric.total, metric.total_before, than=""))
        self._tabs.choose(state.metric)
        self._words.setText(
            tr(
                "{explained}; dashed: the {period_days} days before",
                explained=tr(EXPLAINED[state.metric]),
                period_days=overview.period_days,
            )
        )
        if figures is None:
            tile = next(tile for tile in overview.tiles if tile.name == "period")
            self._tabs.tabs["earnings"].show_sum(money(tile.value), change(tile.value, tile.previous))
            self._chart.show_series(_series(overview))
            return
        metric = metric_of(figures, state.metric)
        days = [figures.first + timedelta(days=at) for at in range(len(metric.days))]
        self._chart.show_series(series_of(state.metric, days, metric.days, metric.before))

    def _open_film(self, content_id: str) -> None:
        self.model.context.navigate("item", {"content_id": content_id})

    def _open_tile(self, name: str, route: str) -> None:
        days = {"today": "1", "period": str(self.model.state.days), "in_flight": str(_LATELY)}.get(name)
        # Of what is sold by the part each line says whether it is on its way, or which transaction brought it.
        lines = {"by": "source", "key": "chunks"} if name == "in_flight" else {}
        self.model.context.navigate(route, {"days": days} | lines if days else {})

    def _show_tiles(self, overview: OverviewOut) -> None:
        is_current = self.model.state.problem is None
        at = tr("as of {time}", time=clock(overview.as_of))
        if not is_current:
            at = tr("last known at {time}", time=clock(overview.as_of))
        for tile in overview.tiles:
            note = tile_note(tile, overview.period_days)
            label = tr("{period_days} days", period_days=overview.period_days) if tile.name == "period" else None
            series = [amount.micros for amount in tile.series]
            self._tiles[tile.name].show_money(tile.value, note, series, label=label)
            self._tiles[tile.name].show_state(at, is_current=is_current)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.model.watch(seen=True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.model.watch(seen=False)

    def _on_period(self) -> None:
        self.model.choose(self._group.checkedId())

    def _on_action(self, _action: Action, problem: Problem) -> None:
        self.model.context.handle(problem, self.model.refresh)


def _series(overview: OverviewOut) -> Series:
    return Series(
        labels=tuple(day(each.day) for each in overview.days),
        values=tuple(each.amount.micros for each in overview.days),
        before=tuple(each.amount.micros for each in overview.previous_days),
        unit=money_of,
        least=_LEAST_SCALE,
    )
