"""Captions over the lower part of the picture: white on a dark ground, as large as the picture allows."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from studio.kit import theme
from studio.kit.tokens import DARK, RADIUS

_SHARE, _LEAST, _MOST = 26, 15, 40
_PAD_X, _PAD_Y = 12, 6
_WIDEST = 0.86


class CaptionText(QWidget):
    """Shows what is said now; takes no place while nothing is. The pointer passes it by."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("watch.captions")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._words = ""
        self._bounds = QRect()
        self.hide()

    def show_words(self, words: str, bounds: QRect) -> None:
        """Show words at the lower edge of the bounds."""
        if (words, bounds) == (self._words, self._bounds):
            return
        self._words, self._bounds = words, bounds
        self.setAccessibleName(words)
        self.setVisible(bool(words))
        if not words:
            return
        box = QFontMetrics(self._font()).boundingRect(
            QRect(0, 0, round(bounds.width() * _WIDEST) - 2 * _PAD_X, bounds.height()), self._flags(), words
        )
        self.resize(box.width() + 2 * _PAD_X, box.height() + 2 * _PAD_Y)
        self.move(bounds.center().x() - self.width() // 2, bounds.bottom() - self.height())
        self.update()

    def _font(self) -> QFont:
        return theme.font(max(_LEAST, min(_MOST, self._bounds.height() // _SHARE)), QFont.Weight.Medium)

    def _flags(self) -> int:
        return int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(DARK.scrim, 0.78))
        painter.drawRoundedRect(QRectF(self.rect()), RADIUS, RADIUS)
        painter.setPen(theme.colour(DARK.text))
        painter.setFont(self._font())
        painter.drawText(self.rect().adjusted(_PAD_X, _PAD_Y, -_PAD_X, -_PAD_Y), self._flags(), self._words)
        painter.end()
