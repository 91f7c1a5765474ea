"""``python -m tests.shots``: every page of a demo world in every look, through the real window and service.

Ends with 1 when the picture lint finds something that is cut off, or of a size or colour outside the tokens.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

from studio.app import Studio
from studio.ending import end_after
from studio.kit.chart import Chart
from studio.kit.service_state import Phase
from studio.kit.tokens import THEMES
from studio.kit.widgets.skeleton import Skeleton
from studio.routes import STUDIO_ROUTES, player_routes
from studio.tour.hand import Hand
from tests.fixtures.picture_faults import cut_off, strange_sizes
from tests.nets.looks import SIZES, Look

_OPEN_S = 1200.0
_REST_S = 1.0
"""What a page may take to fetch and to draw; pictures come last."""


def main() -> None:
    """Draw them all; ends the process."""
    parser = argparse.ArgumentParser(prog="tests.shots")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", default="small", help="of the demo world")
    parser.add_argument("--looks", type=int, default=0, help="only so many of them")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    application = QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory(prefix="mc-shots-") as profile:
        studio = Studio(application, profile=Path(profile), demo=True, size=given.size)
        faults: list[str] = ["nothing was drawn"]

        def draw() -> None:
            try:
                faults[:] = list(_draw_all(studio, given.out, given.looks))
            finally:
                QApplication.quit()

        studio.start()
        QTimer.singleShot(0, draw)

        def run() -> int:
            application.exec()
            for fault in faults:
                print(fault)
            return 1 if faults else 0

        end_after(application, studio, run)


def _looks(most: int) -> tuple[Look, ...]:
    every = tuple(Look(theme, size, percent) for percent in (100, 200) for theme in THEMES for size in SIZES)
    return every[:most] if most else every


def _draw_all(studio: Studio, out: Path, most: int) -> Iterator[str]:
    hand = Hand(studio.window, studio.bridge)
    hand.wait("the world", lambda: studio.process is not None and studio.process.state.phase is Phase.READY, _OPEN_S)
    for look in _looks(most):
        _wear(studio, look, hand)
        for desk, route in _pages():
            page = _open(studio, desk, route)
            hand.wait(f"{route} to be whole", partial(_is_whole, page), 60.0)
            hand.pause(_REST_S)
            name = f"{desk}-{route}-{look.name}"
            studio.window.grab().save(str(out / f"{name}.png"))
            yield from (f"{name}: {fault}" for fault in (*cut_off(studio.window), *strange_sizes(studio.window)))
        print(f"drawn: {look.name}", flush=True)


def _wear(studio: Studio, look: Look, hand: Hand) -> None:
    if studio.theme.percent != look.percent:
        studio.theme.use_size(look.percent)
        hand.pause(_REST_S)
    studio.theme.use(look.theme)
    studio.window.resize(*look.size)


def _pages() -> Iterator[tuple[str, str]]:
    for route, page in STUDIO_ROUTES.items():
        yield page.only_for or "creator", route
    for route, page in player_routes().items():
        if page.in_rail:
            yield "viewer", route


def _open(studio: Studio, desk: str, route: str) -> QWidget:
    world = studio.world
    assert world is not None
    if world.desk_id != desk:
        world.switch_desk(desk)
    world.navigate(route)
    page = studio.window.page
    assert page is not None
    return page


def _is_whole(page: QWidget) -> bool:
    if any(part.isVisible() for part in page.findChildren(Skeleton)):
        return False
    return all(chart.series is None or chart.drawn for chart in page.findChildren(Chart) if chart.isVisible())


if __name__ == "__main__":
    main()
