"""What stands over the seek bar where the pointer is: the picture when it may be seen, the time, whose it is."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QWidget

from studio.kit import theme
from studio.kit.tokens import DARK, RADIUS, SMALL

_LINE, _PAD = 26, 10


class PeekBubble(QWidget):
    """Lies on the stage; the pointer passes it by."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("watch.peek")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._words, self._picture = "", QImage()
        self.hide()

    def show_at(self, x: int, bottom: int, words: str, picture: QImage) -> None:
        """Stand with the middle over x and the lower edge at bottom, inside the stage. A null picture: words only."""
        self._words, self._picture = words, picture
        self.setAccessibleName(words)
        width = QFontMetrics(self._font()).horizontalAdvance(words) + 2 * _PAD
        height = _LINE
        if not picture.isNull():
            width, height = max(width, picture.width()), height + picture.height()
        self.resize(width, height)
        owner = self.parentWidget()
        most = owner.width() - width - _PAD if owner is not None else x
        self.move(max(_PAD, min(x - width // 2, most)), bottom - height)
        self.show()
        self.raise_()
        self.update()

    def _font(self) -> QFont:
        return theme.font(SMALL, QFont.Weight.DemiBold, tabular=True)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(self.rect()), RADIUS, RADIUS)
        painter.setClipPath(shape)
        painter.fillRect(self.rect(), theme.colour(DARK.scrim, 0.88))
        if not self._picture.isNull():
            painter.drawImage((self.width() - self._picture.width()) // 2, 0, self._picture)
        painter.setPen(theme.colour(DARK.text))
        painter.setFont(self._font())
        line = QRectF(0, self.height() - _LINE, self.width(), _LINE)
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, self._words)
        painter.end()
