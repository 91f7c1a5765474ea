"""A small line that shows where a figure comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.kit import theme

if TYPE_CHECKING:
    from collections.abc import Sequence

_EDGE = 3


class Sparkline(QWidget):
    """Draws values from left to right with a light fill; hides nothing, for the tile says the number."""

    def __init__(self, *, height: int = 32) -> None:
        super().__init__()
        self._values: tuple[int, ...] = ()
        self.setFixedHeight(height)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_values(self, values: Sequence[int]) -> None:
        """Draw these values; fewer than two draw nothing."""
        if tuple(values) != self._values:
            self._values = tuple(values)
            self.update()

    def _line(self) -> QPainterPath:
        top = max(*self._values, 1)
        step = (self.width() - 2 * _EDGE) / (len(self._values) - 1)
        reach = self.height() - 2 * _EDGE
        path = QPainterPath()
        for at, value in enumerate(self._values):
            point = QPointF(_EDGE + at * step, self.height() - _EDGE - reach * max(value, 0) / top)
            path.lineTo(point) if at else path.moveTo(point)
        return path

    def paintEvent(self, _event: QPaintEvent) -> None:
        if len(self._values) < 2:
            return
        tokens = theme.active()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = self._line()
        ground = QPainterPath(line)
        ground.lineTo(self.width() - _EDGE, self.height())
        ground.lineTo(_EDGE, self.height())
        painter.fillPath(ground, theme.colour(tokens.accent, 0.10))
        painter.setPen(QPen(theme.colour(tokens.accent), 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPath(line)
        painter.end()
