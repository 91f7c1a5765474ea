"""The creator's figures for a period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer

from services.units.period import Period
from studio.kit.view_model import ViewModel

if TYPE_CHECKING:
    from services.wire.earnings import OverviewOut
    from services.wire.figures import FiguresOut, Metric
    from services.wire.nodes import NodeOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem

PERIODS = (7, 28, 90, 365)
_PULSE_MS = 5_000


@dataclass(frozen=True, slots=True)
class OverviewState:
    """overview is None until it is loaded; it stays on screen while a newer one is fetched."""

    days: int = 28
    nodes: tuple[NodeOut, ...] = ()
    """The nodes where films of this account are."""
    node: str = ""
    """Whose books are shown: a node's address, empty for this computer's."""
    overview: OverviewOut | None = None
    metric: Metric = "earnings"
    figures: FiguresOut | None = None
    """All metrics of the period; a node of an earlier version knows none."""
    poster: bytes | None = None
    busy: bool = False
    problem: Problem | None = None


class OverviewViewModel(ViewModel[OverviewState]):
    """Follows earnings as they come in."""

    watches = frozenset({"earnings", "payout", "purchase", "upload", "catalogue"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, OverviewState())
        self._pulse = QTimer(self)
        self._pulse.setInterval(_PULSE_MS)
        self._pulse.timeout.connect(self.refresh)

    def watch(self, *, seen: bool) -> None:
        """Look for sales now and then while the page is seen: a node elsewhere sends this desk no events."""
        if seen:
            self._pulse.start()
        else:
            self._pulse.stop()

    def refresh(self) -> None:
        """Load the figures of the chosen period."""
        wanted: dict[str, Any] = {"days": self.state.days}
        if self.state.node:
            wanted["node"] = self.state.node
        self._set(busy=True)
        self._fetch(lambda desk: desk.earnings.overview(**wanted), self._on_overview)
        period, node = Period(days=self.state.days), self.state.node
        self._act(lambda desk: desk.figures.series(period, node=node), self._on_figures, self._no_figures)
        self._act(lambda desk: desk.nodes.list(), self._on_nodes, self._no_nodes)

    def look_at(self, node: str) -> None:
        """Look at the books of another node."""
        if node != self.state.node:
            self._set(node=node, figures=None, problem=None)
            self.refresh()

    def choose(self, days: int) -> None:
        """Look at another period."""
        if days != self.state.days:
            self._set(days=days)
            self.refresh()

    def show(self, metric: Metric) -> None:
        """Look at another metric."""
        self._set(metric=metric)

    def _on_figures(self, figures: FiguresOut) -> None:
        # One that was asked for before another period was chosen comes too late.
        if (figures.last - figures.first).days + 1 == self.state.days:
            self._set(figures=figures)

    def _no_figures(self, _problem: Problem) -> None:
        """The earnings are shown as the overview has them."""
        self._set(figures=None, metric="earnings")

    def _on_nodes(self, nodes: tuple[NodeOut, ...]) -> None:
        self._set(nodes=tuple(node for node in nodes if node.films or node.address == self.state.node))

    def _no_nodes(self, _problem: Problem) -> None:
        """The books of this computer are shown without a list."""

    def _on_overview(self, overview: OverviewOut) -> None:
        before = self.state.overview
        self._set(overview=overview, busy=False, problem=None)
        latest = overview.latest
        known = before is not None and before.latest is not None and latest is not None
        if latest is not None and latest.poster and not (known and self.state.poster is not None):
            cid = latest.poster
            self._act(lambda desk: desk.catalogue.blob(cid), self._on_poster, self._no_poster)

    def _on_poster(self, picture: bytes) -> None:
        self._set(poster=picture)

    def _no_poster(self, _problem: Problem) -> None:
        """The card shows a mark instead."""
