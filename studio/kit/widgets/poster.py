"""A film's picture."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QWidget

from studio.kit import theme
from studio.kit.icons import pixmap
from studio.kit.tokens import RADIUS


class Poster(QWidget):
    """A picture of the film with round corners; a film mark while there is none."""

    def __init__(self, width: int = 160, height: int = 90) -> None:
        super().__init__()
        self._image: QImage | None = None
        self._data: bytes | None = None
        self.setFixedSize(width, height)

    def show_picture(self, data: bytes | None) -> None:
        """Show an encoded picture, or the mark for None."""
        if data != self._data:
            self._data = data
            self._image = QImage.fromData(data) if data else None
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = theme.active()
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(self.rect()), RADIUS, RADIUS)
        painter.setClipPath(shape)
        painter.fillRect(self.rect(), theme.colour(tokens.raised))
        if self._image is None or self._image.isNull():
            mark = pixmap("film", tokens.faint, 28, self.devicePixelRatioF())
            painter.drawPixmap((self.width() - 28) // 2, (self.height() - 28) // 2, mark)
        else:
            scaled = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
            place = QRectF(0, 0, scaled.width(), scaled.height())
            place.moveCenter(QRectF(self.rect()).center())
            painter.drawImage(place, self._image)
        painter.end()
