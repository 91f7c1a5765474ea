"""A box to choose one of a few things by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox

from studio.kit import theme

if TYPE_CHECKING:
    from collections.abc import Sequence


class Choice(QComboBox):
    """Signal: ``picked(key)`` when a person chooses."""

    picked = Signal(str)

    def __init__(self, options: Sequence[tuple[str, str]], *, name: str, says: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(says)
        self.view().setAccessibleName(says)
        self._options: tuple[tuple[str, str], ...] = ()
        self.offer(options)
        self.activated.connect(self._on_activated)

    @property
    def key(self) -> str:
        """What is chosen."""
        return str(self.currentData() or "")

    def offer(self, options: Sequence[tuple[str, str]]) -> None:
        """Offer keys with their names; what is offered again stays chosen."""
        if tuple(options) == self._options:
            return
        chosen, self._options = self.key, tuple(options)
        self.clear()
        for key, words in options:
            self.addItem(words, key)
        self.choose(chosen)

    def choose(self, key: str) -> None:
        """Choose; the first one for a key that is not offered."""
        self.setCurrentIndex(max(0, self.findData(key)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the box, and the arrow that says that it opens."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour(theme.active().muted), 1.5))
        x, y = self.width() - 20, self.height() // 2 - 2
        painter.drawPolyline([QPoint(x, y), QPoint(x + 4, y + 4), QPoint(x + 8, y)])
        painter.end()

    @Slot(int)
    def _on_activated(self, at: int) -> None:
        self.picked.emit(str(self.itemData(at) or ""))
