"""A thin bar of how far something is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.kit import theme

if TYPE_CHECKING:
    from studio.kit.tokens import Tone

_HEIGHT = 6


class ProgressBar(QWidget):
    """Shows a share of a whole in the ink of a tone."""

    def __init__(self) -> None:
        super().__init__()
        self._done, self._total = 0, 1
        self._tone: Tone = "accent"
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def percent(self) -> int:
        """How far it is, in whole hundredths."""
        return min(100, self._done * 100 // self._total)

    def show_progress(self, done: int, total: int, tone: Tone = "accent") -> None:
        """Show done of total; a total of 0 reads as nothing done."""
        fresh = (done if total else 0, max(total, 1), tone)
        if fresh != (self._done, self._total, self._tone):
            self._done, self._total, self._tone = fresh
            self.setAccessibleDescription(f"{self.percent} %")
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = theme.active()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(tokens.raised))
        painter.drawRoundedRect(QRectF(self.rect()), 3, 3)
        width = self.width() * min(self._done, self._total) / self._total
        if width > 0:
            painter.setBrush(theme.colour(tokens.tone(self._tone)))
            painter.drawRoundedRect(QRectF(0, 0, max(width, _HEIGHT), _HEIGHT), 3, 3)
        painter.end()
