"""What an empty page shows: mark, one sentence, one button, over a ghost of what will be there."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.kit import theme
from studio.kit.icons import Icon
from studio.kit.tokens import CARD_RADIUS, GUTTER, ROW_HEIGHT
from studio.kit.widgets import text
from studio.kit.widgets.button import primary

Ghost = Literal["none", "cards", "rows"]


class EmptyState(QWidget):
    """Teaches the next step. Signal: ``acted`` when the button is pressed."""

    acted = Signal()

    def __init__(
        self, sentence: str, action: str = "", *, icon: str = "mark", name: str = "", ghost: Ghost = "none"
    ) -> None:
        super().__init__()
        self._ghost = ghost
        layout = QVBoxLayout(self)
        layout.setSpacing(16)
        layout.addStretch(1)
        layout.addWidget(Icon(icon, "accent" if icon == "mark" else "neutral", 48), 0, Qt.AlignmentFlag.AlignHCenter)
        self.sentence = text.body(sentence)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.sentence.setMinimumWidth(theme.scaled(320))
        self.sentence.setMaximumWidth(theme.scaled(420))
        # Between stretches, not aligned: only so it gets the height that its width makes.
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(self.sentence, 1000)
        line.addStretch(1)
        layout.addLayout(line)
        self.button = primary(action, name=name)
        if not action:
            self.button.hide()
        self.button.clicked.connect(self.acted)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._ghost == "none":
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour(theme.active().line, 0.7), 1.0))
        # No line runs through the words.
        around = self.sentence.geometry().united(self.button.geometry()).adjusted(-GUTTER, -GUTTER, GUTTER, GUTTER)
        painter.setClipRegion(QRegion(self.rect()) - QRegion(around))
        for shape in self._cards() if self._ghost == "cards" else self._rows():
            painter.drawRoundedRect(shape, CARD_RADIUS, CARD_RADIUS)
        painter.end()

    def _cards(self) -> list[QRectF]:
        width = (self.width() - 2 * GUTTER) / 3
        return [QRectF(at * (width + GUTTER) + 0.5, 0.5, width - 1, self.height() - 1) for at in range(3)]

    def _rows(self) -> list[QRectF]:
        step = ROW_HEIGHT + GUTTER / 2
        return [QRectF(0.5, at * step + 0.5, self.width() - 1, ROW_HEIGHT) for at in range(int(self.height() // step))]
