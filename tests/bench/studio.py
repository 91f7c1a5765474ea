"""How fast a creator's pages are: the overview over a million payments, a list of a hundred thousand films."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication

from studio.kit.collector import Collector
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
    look, collector = Theme(application, "dark"), Collector()  # garbage is collected between frames, as in the window
    first = table.first_paint_ms()
    median, worst = table.worst_frame_ms(application)
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
            collector.stop()
    del look
    back, made, p99 = _median(opened.back), _median(opened.made), gaps[len(gaps) * 99 // 100]
    over = f"over a service process on SQLite with {PAYMENTS:,} payments, a quarter of them this creator's"
    return {
        "overview_1m_ms": _figure(max(made, back), 100, f"the slower of two medians, from click to the picture of the "
                                  f"fresh answer, {over}: {made:.0f} ms where the page is made "
                                  f"({len(opened.made)} times, slowest {opened.made[-1]:.0f}), {back:.0f} ms where it "
                                  f"comes back ({len(opened.back)} times, slowest {opened.back[-1]:.0f}); "
                                  f"the books were made in {made_s:.0f} s"),
        "table_100k_first_paint_ms": _figure(first, 100, f"median of {table.FIRST_RUNS}: made, shown and painted"),
        "table_100k_worst_frame_ms": _figure(worst, 10, f"p99 of {table.FRAMES} whole paints; median {median:.1f} ms"),
        "gui_gap_p99_ms": _figure(p99, 50, f"p99 of {len(gaps)} gaps of a 2 ms timer through six pages, twice, "
                                  f"each looked at for a quarter of a second; longest {gaps[-1]:.0f} ms"),
    }  # fmt: skip


def _median(times: list[float]) -> float:
    return sorted(times)[len(times) // 2]


def _figure(value: float, goal: int, note: str) -> dict[str, Any]:
    return {"value": round(value, 1), "unit": "ms", "goal": f"<= {goal}", "note": note}
