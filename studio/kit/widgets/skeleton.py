"""Grey shapes where content is going to be: they say "soon" without spinning."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from studio.kit import theme


class Skeleton(QWidget):
    """One bar; ``part`` is its share of the width in hundredths."""

    def __init__(self, height: int = 14, *, part: int = 100, radius: int = 6) -> None:
        super().__init__()
        self._part, self._radius = part, radius
        self.setFixedHeight(height)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Loading")

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(0, 0, 0, 0))
        painter.setBrush(theme.colour(theme.active().raised))
        painter.drawRoundedRect(
            QRectF(0, 0, self.width() * self._part / 100, self.height()), self._radius, self._radius
        )
        painter.end()


def skeleton_lines(*parts: int, spacing: int = 12, height: int = 14) -> QWidget:
    """Bars of the given widths below each other."""
    widget = QWidget()
    layout = QVBoxLayout(widget)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for part in parts:
        layout.addWidget(Skeleton(height, part=part))
    return widget
