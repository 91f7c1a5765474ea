"""A creator's morning over a service: the overview's time from click to picture, and the gaps of the GUI thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from studio.kit.chart import Chart
from studio.kit.context import PageContext
from studio.routes import STUDIO_ROUTES
from tests.bench.studio_parts.window_side import spin

RUNS, _TICK_MS = 15, 2
_READY: dict[str, Callable[[Any], bool]] = {
    "overview": lambda page: page.model.state.overview is not None and page.model.state.figures is not None,
    "content": lambda page: page.model.state.rows is not None and page._films.state.total is not None,
    "tiers": lambda page: page.model.state.tiers is not None,
    "members": lambda page: page.model.state.members is not None,
    "earnings": lambda page: page.model.state.sums is not None and page.model.state.figures is not None,
    "payouts": lambda page: page.model.state.payouts is not None,
}


def overview_ms(context: PageContext) -> list[float]:
    """Open the overview anew each time, as a click does; gives the times until it is drawn with all it shows."""
    times = []
    for _ in range(RUNS + 1):
        began = time.perf_counter()
        page = _open("overview", context)
        page.grab()
        times.append((time.perf_counter() - began) * 1_000)
        _close(page)
    return sorted(times[1:])


class _Gaps(QObject):
    """Hears a fast timer, and notes how long it did not."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._on_tick)
        self._timer.start(_TICK_MS)

    def _on_tick(self) -> None:
        now = time.perf_counter()
        self.found.append((now - self._last) * 1_000)
        self._last = now


def gaps_ms(context: PageContext) -> list[float]:
    """Go through all of a creator's pages twice, with other periods and groupings; gives the gaps, sorted."""
    gaps = _Gaps()
    for _ in range(2):
        for route in _READY:
            page = _open(route, context)
            _use(route, page)
            _close(page)
    gaps.deleteLater()
    return sorted(gaps.found)


def _use(route: str, page: Any) -> None:
    if route == "overview":
        for metric in ("watch", "viewers", "members"):
            page.model.show(metric)
        page.model.choose(365)
        spin(lambda: page.model.state.figures is not None and len(page.model.state.figures.metrics[0].days) == 365)
    if route == "earnings":
        for by in ("item", "source"):
            page.model.add_up(by)
            spin(lambda: page.model.state.sums is not None)
        page.model.open_sum(page.model.state.sums.rows[0])
        spin(lambda: page.model.state.lines is not None)


def _open(route: str, context: PageContext) -> Any:
    page: Any = STUDIO_ROUTES[route].factory(context)
    page.resize(1_064, 800)
    page.show()
    spin(lambda: _READY[route](page) and _is_drawn(page))
    return page


def _is_drawn(page: QWidget) -> bool:
    return all(chart.series is None or chart.drawn for chart in page.findChildren(Chart))


def _close(page: QWidget) -> None:
    page.close()
    page.deleteLater()
