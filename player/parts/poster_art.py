"""Pictures for cards: the poster, or a ground drawn from the film's id while there is none."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPainterPath, QPixmap

from studio.kit.icons import pixmap as icon_pixmap
from studio.kit.tokens import DARK, RADIUS


@lru_cache(maxsize=128)
def picture(content_id: str, poster: bytes | None, width: int, height: int, ratio: float) -> QPixmap:
    """Render a film's picture with round corners, in device-independent pixels."""
    made = QPixmap(QSize(round(width * ratio), round(height * ratio)))
    made.fill(Qt.GlobalColor.transparent)
    made.setDevicePixelRatio(ratio)
    painter = QPainter(made)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    shape = QPainterPath()
    shape.addRoundedRect(QRectF(0, 0, width, height), RADIUS, RADIUS)
    painter.setClipPath(shape)
    image = QImage.fromData(poster) if poster else QImage()
    if image.isNull():
        _draw_ground(painter, content_id, width, height)
    else:
        scaled = image.size().scaled(QSize(width, height), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
        place = QRectF(0, 0, scaled.width(), scaled.height())
        place.moveCenter(QPointF(width / 2, height / 2))
        painter.drawImage(place, image)
    painter.end()
    return made


def _draw_ground(painter: QPainter, content_id: str, width: int, height: int) -> None:
    """Two hues and three arcs, different for each film and the same each time."""
    seed = bytes.fromhex(content_id.removeprefix("0x")[:16].ljust(16, "0"))
    hue = seed[0] * 360 // 256
    ramp = QLinearGradient(0, 0, width, height)
    ramp.setColorAt(0, QColor.fromHsl(hue, 96, 74))
    ramp.setColorAt(1, QColor.fromHsl((hue + 40 + seed[1] % 80) % 360, 110, 34))
    painter.fillRect(QRectF(0, 0, width, height), ramp)
    painter.setPen(Qt.PenStyle.NoPen)
    for at in range(3):
        radius = height * (0.35 + seed[2 + at] / 400)
        centre = QPointF(width * seed[5 + at % 3] / 255, height * (0.2 + at * 0.35))
        painter.setBrush(QColor.fromHsl((hue + 20 * at) % 360, 120, 120, 34))
        painter.drawEllipse(centre, radius, radius)
    side = 28 if height < 200 else 40
    painter.setOpacity(0.7)
    painter.drawPixmap((width - side) // 2, (height - side) // 2, icon_pixmap("film", DARK.text, side))
    painter.setOpacity(1.0)
