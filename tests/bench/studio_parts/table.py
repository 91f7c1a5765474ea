"""A list of a hundred thousand films: how soon it is painted, and what a scrolled frame takes."""

from __future__ import annotations

import time
from functools import partial

from PySide6.QtWidgets import QApplication

from services.wire.figures import ItemPageOut
from studio.kit.paged import PAGE
from studio.pages.content.films import FilmList
from tests.fixtures import samples_figures

ROWS = 100_000
FIRST_RUNS, FRAMES = 9, 400


def _page(offset: int) -> ItemPageOut:
    rows = tuple(samples_figures.item_row(offset + number) for number in range(PAGE))
    return ItemPageOut(rows=rows, offset=offset, total=ROWS)


def first_paint_ms() -> float:
    """Make the list with its first page here, show it, and paint it; the median."""
    page, times = _page(0), []
    for _ in range(FIRST_RUNS):
        began = time.perf_counter()
        made = FilmList()
        made.resize(1_000, 700)
        made.begin(page)
        made.show()
        made.grab()
        times.append((time.perf_counter() - began) * 1_000)
        made.close()
        made.deleteLater()
    return sorted(times)[len(times) // 2]


def worst_frame_ms(application: QApplication) -> tuple[float, float]:
    """Scroll by small steps and by leaps to pages that are not here; gives median and p99 of a whole paint."""
    made = FilmList()
    made.page_wanted.connect(partial(_answer, made))
    made.resize(1_000, 700)
    made.begin(_page(0))
    made.show()
    made.grab()
    bar, times = made.table.verticalScrollBar(), []
    for number in range(FRAMES):
        leap = number % 40 == 39
        began = time.perf_counter()
        bar.setValue(bar.maximum() * number // FRAMES if leap else bar.value() + 60)
        made.table.viewport().repaint()
        times.append((time.perf_counter() - began) * 1_000)
        application.processEvents()
        if leap:
            # The page that is looked at comes when the scrolling rests.
            time.sleep(0.04)
            application.processEvents()
    made.close()
    made.deleteLater()
    times.sort()
    return times[len(times) // 2], times[len(times) * 99 // 100]


def _answer(made: FilmList, offset: int) -> None:
    made.put(_page(offset))
