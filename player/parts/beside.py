"""Two parts of a line that stand below each other where letters are too large for both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QGridLayout, QWidget

from studio.kit.theme import scaled

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

_LEAST_WORDS = 200
"""Pixels at 100 % that the first part gets at least beside the second."""


class Beside(QWidget):
    """Two parts, the first as wide as it can be; below each other where letters are too large for both."""

    def __init__(self, first: QWidget, second: QWidget, *, spacing: int) -> None:
        super().__init__()
        self._first, self._second = first, second
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(spacing)
        self._grid.setColumnStretch(0, 1)
        self._grid.addWidget(first, 0, 0)
        self._grid.addWidget(second, 0, 1)
        self._is_wide = True

    def minimumSizeHint(self) -> QSize:
        """The narrowest is one below the other."""
        widest = max(part.minimumSizeHint().width() for part in (self._first, self._second))
        return QSize(widest, self._grid.minimumSize().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        needed = scaled(_LEAST_WORDS) + self._grid.spacing() + self._second.sizeHint().width()
        is_wide = event.size().width() >= needed
        if is_wide != self._is_wide:
            self._is_wide = is_wide
            self._grid.addWidget(self._second, 0 if is_wide else 1, 1 if is_wide else 0)
            self.updateGeometry()
