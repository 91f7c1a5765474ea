"""A creator's morning over a service: the overview's time from click to picture, and the gaps of the GUI thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from studio.kit.chart import Chart
from studio.kit.context import PageContext
from studio.routes import STUDIO_ROUTES
from tests.bench.studio_parts.window_side import spin

RUNS, _TICK_MS, _REST_S = 15, 2, 0.25
"""_REST_S: what somebody looks at a page before the next click; nobody is faster."""
_READY: dict[str, Callable[[Any], bool]] = {
    "overview": lambda page: page.model.state.overview is not None and page.model.state.figures is not None,
    "content": lambda page: page.model.state.rows is not None and page._films.state.total is not None,
    "tiers": lambda page: page.model.state.tiers is not None,
    "members": lambda page: page.model.state.members is not None,
    "earnings": lambda page: page.model.state.sums is not None and page.model.state.figures is not None,
    "payouts": lambda page: page.model.state.payouts is not None,
}


class Opened(NamedTuple):
    """Times from click to picture, sorted, in milliseconds: of a page that is made, and of one that comes back."""

    made: list[float]
    back: list[float]


def overview_ms(context: PageContext) -> Opened:
    """Open the overview as clicks do: made the first time, then brought back, asked anew and drawn with the answer."""
    made = []
    for number in range(RUNS + 1):
        began = time.perf_counter()
        page = _open("overview", context)
        page.grab()
        if number:
            made.append((time.perf_counter() - began) * 1_000)
        _close(page)
    page = _open("overview", context)
    answers = _count_answers(page.model)
    back = []
    for _ in range(RUNS):
        page.hide()
        answers.clear()
        began = time.perf_counter()
        page.model.refresh()  # as studio.desk does for a page that was made before
        page.show()
        spin(lambda: answers == {"_on_overview", "_on_figures"} and _is_drawn(page))
        page.grab()
        back.append((time.perf_counter() - began) * 1_000)
    _close(page)
    return Opened(sorted(made), sorted(back))


def _count_answers(model: Any) -> set[str]:
    """Give a set that each answer of the service to the overview adds its name to."""
    came: set[str] = set()

    def heard(name: str, take: Callable[[Any], None]) -> Callable[[Any], None]:
        def hear(answer: Any) -> None:
            take(answer)
            came.add(name)

        return hear

    for name in ("_on_overview", "_on_figures"):
        setattr(model, name, heard(name, getattr(model, name)))
    return came


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
    """Go through all of a creator's pages twice, with other periods and groupings; gives the gaps, sorted.

    Pages are made when they are opened first and kept, as studio.desk keeps them; each is looked at for a moment.
    """
    gaps = _Gaps()
    pages: dict[str, Any] = {}
    for _ in range(2):
        for route in _READY:
            if route in pages:
                pages[route].model.refresh()
                pages[route].show()
            else:
                pages[route] = _open(route, context)
            _use(route, pages[route])
            _rest()
            pages[route].hide()
    gaps.deleteLater()
    for page in pages.values():
        _close(page)
    return sorted(gaps.found)


def _rest() -> None:
    until = time.perf_counter() + _REST_S
    spin(lambda: time.perf_counter() > until)


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
