"""``python -m tests.shots``: every page of a demo world in every look, through the real window and service.

Ends with 1 when the picture lint finds something that is cut off, or of a size or colour outside the tokens.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from player.pages.watch.page import WatchPage
from studio.app import Studio
from studio.ending import end_after
from studio.kit.chart import Chart
from studio.kit.service_state import Phase
from studio.kit.tokens import THEMES, ThemeName
from studio.kit.widgets.skeleton import Skeleton
from studio.tour.hand import Hand, StepError
from tests.fixtures.picture_faults import cut_off, strange_sizes
from tests.nets.looks import SIZES
from tests.nets.qt import FAST
from tests.shots.places import Place, overlays, places

_OPEN_S, _WHOLE_S = 1200.0, 60.0
_REST_S, _LAYOUT_S, _MOST_LOOKS = 0.5, 0.1, 8
"""What a page's pictures take to come; how long a page has to look the same to be laid out, and what ends that."""

Size = tuple[int, int]


def main() -> None:
    """Draw them all; ends the process."""
    parser = argparse.ArgumentParser(prog="tests.shots")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", default="small", help="of the demo world")
    parser.add_argument("--looks", type=int, default=0, help="only so many of them, at 100 per cent")
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


def _draw_all(studio: Studio, out: Path, most: int) -> Iterator[str]:
    hand = Hand(studio.window, studio.bridge)
    hand.wait("the world", lambda: studio.process is not None and studio.process.state.phase is Phase.READY, _OPEN_S)
    looks = tuple(product(THEMES, SIZES))[: most or None]
    for percent in (100,) if most else (100, 200):
        studio.theme.use_size(percent)
        for place in places(hand):
            page = _open(studio, place)
            yield from _waited(place.name, page, hand)
            yield from _draw(studio, hand, out, f"{place.name}-{{}}-{percent}", looks)
        for name, show in overlays(studio):
            shown = show()
            if shown is not None:
                yield from _draw_over(studio, hand, out, f"over-{name}-{percent}", shown)
        print(f"drawn: {percent} %", flush=True)


def _draw(studio: Studio, hand: Hand, out: Path, name: str, looks: Iterable[tuple[ThemeName, Size]]) -> Iterator[str]:
    """Take one page in every theme and size; it is not fetched again for that."""
    for theme, size in looks:
        studio.theme.use(theme)
        studio.window.resize(*size)
        named = name.format(f"{theme}-{size[0]}x{size[1]}")
        _still(studio.window, hand).save(str(out / f"{named}.png"), quality=FAST)
        yield from (f"{named}: {fault}" for fault in (*cut_off(studio.window), *strange_sizes(studio.window)))


def _draw_over(studio: Studio, hand: Hand, out: Path, name: str, shown: QWidget) -> Iterator[str]:
    for theme in THEMES:
        studio.theme.use(theme)
        _still(shown, hand).save(str(out / f"{name}-{theme}.png"), quality=FAST)
        yield from (f"{name}-{theme}: {fault}" for fault in (*cut_off(shown), *strange_sizes(shown)))
    shown.close()


def _still(shown: QWidget, hand: Hand) -> QImage:
    """Give a picture of what is laid out: on a busy machine one part follows the other."""
    last = QImage()
    for _ in range(_MOST_LOOKS):
        hand.pause(_LAYOUT_S)
        picture = shown.grab().toImage()
        if picture == last:
            break
        last = picture
    return last


def _open(studio: Studio, place: Place) -> QWidget:
    world = studio.world
    assert world is not None
    if world.desk_id != place.desk:
        world.switch_desk(place.desk)
    world.navigate(place.route, place.params)
    page = studio.window.page
    assert page is not None
    return page


def _waited(name: str, page: QWidget, hand: Hand) -> Iterator[str]:
    """Wait until a page is whole; a page that never is, is drawn as it is, and named."""
    try:
        hand.wait(f"{name} to be whole", lambda: not list(_lacking(page)), _WHOLE_S)
    except StepError:
        yield f"{name} is not whole: {', '.join(_lacking(page))}"
    hand.pause(_REST_S)


def _lacking(page: QWidget) -> Iterator[str]:
    for ghost in page.findChildren(Skeleton):
        if ghost.isVisible() and (holder := ghost.parentWidget()) is not None:
            yield f"a ghost in {holder.objectName() or type(holder).__name__}"
    for chart in page.findChildren(Chart):
        if chart.isVisible() and chart.series is not None and not chart.drawn:
            yield f"chart {chart.objectName()}"
    if isinstance(page, WatchPage) and (page.model.state.poster is None or page.model.state.timeline is None):
        yield "the film"


if __name__ == "__main__":
    main()
