"""Grey shapes where content is going to be: they say "soon" without spinning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QWidget

from studio.kit import theme
from studio.kit.words import tr

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

_ROUND = 6.0


class Skeleton(QWidget):
    """Bars below each other, each a share of the width in hundredths. One widget, for a page has a score of bars."""

    def __init__(self, height: int = 14, *, parts: tuple[int, ...] = (100,), spacing: int = 12) -> None:
        super().__init__()
        self._high, self._parts, self._spacing = height, parts, spacing
        self.setFixedHeight(len(parts) * (height + spacing) - spacing)
        self.setAccessibleName(tr("Loading"))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, bars = QPainter(self), QPainterPath()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for at, part in enumerate(self._parts):
            box = QRectF(0, at * (self._high + self._spacing), self.width() * part / 100, self._high)
            bars.addRoundedRect(box, _ROUND, _ROUND)
        painter.fillPath(bars, theme.colour(theme.active().raised))
        painter.end()


def skeleton_lines(*parts: int, spacing: int = 12, height: int = 14) -> Skeleton:
    """Bars of the given widths below each other."""
    return Skeleton(height, parts=parts, spacing=spacing)
