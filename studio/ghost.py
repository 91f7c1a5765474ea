"""What stands in the place of a page until the page is there: its outline in grey."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from studio.kit import theme
from studio.kit.tokens import CARD_RADIUS, CONTENT_WIDTH, CONTROL_HEIGHT, GUTTER, PAGE_PADDING
from studio.kit.words import tr

_HEAD_WIDTH, _HEAD_HEIGHT, _HEAD_RADIUS = 140, 28, 6
_TILES, _TILE_HEIGHT = 4, 158
_CARD_HEIGHT = 366


class PageGhost(QWidget):
    """A head line, a row of tiles, a wide card beside a narrow one.

    Painted as one drawing in SVG: this is the first paint, and a QPainter's own pens and brushes build Qt's namespace
    (see ``studio.kit.qt_values``).
    """

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("ghost")
        self.setAccessibleName(tr("Loading"))

    def paintEvent(self, _event: QPaintEvent) -> None:
        from PySide6.QtSvg import QSvgRenderer  # as the icons do

        painter = QPainter(self)
        QSvgRenderer(_drawing(self.width(), self.height()).encode()).render(painter)
        painter.end()


def _drawing(width: int, height: int) -> str:
    """Give the outline of a page of that size in pixels."""
    tokens = theme.active()
    inner = min(width - 2 * PAGE_PADDING, theme.scaled(CONTENT_WIDTH))
    left, top = (width - inner) / 2, GUTTER + CONTROL_HEIGHT + GUTTER
    tile = (inner - (_TILES - 1) * GUTTER) / _TILES
    cards = [(left + number * (tile + GUTTER), top, tile, _TILE_HEIGHT) for number in range(_TILES)]
    wide, below = (inner - GUTTER) * 2 / 3, top + _TILE_HEIGHT + GUTTER
    cards.append((left, below, wide, _CARD_HEIGHT))
    cards.append((left + wide + GUTTER, below, wide / 2, _CARD_HEIGHT))
    shapes = "".join(
        # Half a pixel in, so that the border covers whole pixels.
        f'<rect x="{x + 0.5}" y="{y + 0.5}" width="{w - 1}" height="{h - 1}" rx="{CARD_RADIUS}"/>'
        for x, y, w, h in cards
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" fill="{tokens.surface}">'
        f'<rect x="{left}" y="{GUTTER + (CONTROL_HEIGHT - _HEAD_HEIGHT) / 2}" width="{_HEAD_WIDTH}"'
        f' height="{_HEAD_HEIGHT}" rx="{_HEAD_RADIUS}" fill="{tokens.raised}"/>'
        f'<g stroke="{tokens.line}">{shapes}</g></svg>'
    )
