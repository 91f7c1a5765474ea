"""How fast a creator's pages are: the overview over a million payments, a list of a hundred thousand films."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication

from studio.kit.theme import Theme
from tests.bench.studio_parts import journey, table
from tests.bench.studio_parts.window_side import surroundings
from tests.bench.studio_parts.world import make_world
from tests.fixtures.service import start_service

PAYMENTS = int(os.environ.get("MUSECLOCK_BENCH_PAYMENTS", "1000000"))


def figures() -> dict[str, dict[str, Any]]:
    """Measure lists without a service, then pages over one."""
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    look = Theme(application, "dark")
    first = table.first_paint_ms()
    median, worst = table.worst_frame_ms(application)
    del look
    with tempfile.TemporaryDirectory(prefix="mc-bench-") as name:
        began = time.perf_counter()
        make_world(Path(name), PAYMENTS)
        made_s = time.perf_counter() - began
        service = start_service(Path(name))
        try:
            with surroundings(application, service.client()) as context:
                opened = journey.overview_ms(context)
                gaps = journey.gaps_ms(context)
        finally:
            service.close()
    half, made, p99 = _median(opened.back), _median(opened.made), gaps[len(gaps) * 99 // 100]
    over = f"over a service process on SQLite with {PAYMENTS:,} payments, a quarter of them this creator's"
    return {
        "overview_1m_ms": _figure(half, 100, f"median of {len(opened.back)} from click to the picture of the fresh "
                                  f"answer, {over}; slowest {opened.back[-1]:.0f} ms; {made:.0f} ms the first time, "
                                  f"when the page is made; the books were made in {made_s:.0f} s"),
        "table_100k_first_paint_ms": _figure(first, 100, f"median of {table.FIRST_RUNS}: made, shown and painted"),
        "table_100k_worst_frame_ms": _figure(worst, 10, f"p99 of {table.FRAMES} whole paints; median {median:.1f} ms"),
        "gui_gap_p99_ms": _figure(p99, 50, f"p99 of {len(gaps)} gaps of a 2 ms timer through six pages, twice, "
                                  f"each looked at for a quarter of a second; longest {gaps[-1]:.0f} ms"),
    }  # fmt: skip


def _median(times: list[float]) -> float:
    return sorted(times)[len(times) // 2]


def _figure(value: float, goal: int, note: str) -> dict[str, Any]:
    return {"value": round(value, 1), "unit": "ms", "goal": f"<= {goal}", "note": note}
