"""The outlined icons and the mark, tinted by the theme and rendered once for each size and colour."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize
from PySide6.QtGui import QColor, QIcon, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from studio.kit import theme

if TYPE_CHECKING:
    from studio.kit.tokens import Tone

ICONS = Path(__file__).resolve().parents[2] / "resources" / "icons"
_SIZE = 20


@lru_cache(maxsize=256)
def pixmap(name: str, colour: str, size: int = _SIZE, ratio: float = 1.0) -> QPixmap:
    """Render an icon by its file name without ending; size in device-independent pixels."""
    # Loaded here: the SVG library is not needed before the first icon is painted.
    from PySide6.QtSvg import QSvgRenderer

    source = (ICONS / f"{name}.svg").read_bytes().replace(b"#000000", colour.encode())
    picture = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    picture.fill(QColor(0, 0, 0, 0))
    painter = QPainter(picture)
    QSvgRenderer(source).render(painter, QRectF(picture.rect()))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


def icon(name: str, colour: str, *, active: str | None = None, disabled: str | None = None) -> QIcon:
    """Make an icon for a button: its colour, that of the checked state, that of the disabled state."""
    made = QIcon()
    made.addPixmap(pixmap(name, colour, ratio=2.0))
    if active is not None:
        made.addPixmap(pixmap(name, active, ratio=2.0), QIcon.Mode.Normal, QIcon.State.On)
    if disabled is not None:
        made.addPixmap(pixmap(name, disabled, ratio=2.0), QIcon.Mode.Disabled)
    return made


class Icon(QWidget):
    """Shows one icon in the ink of a tone and follows the theme."""

    def __init__(self, name: str, tone: Tone = "neutral", size: int = _SIZE) -> None:
        super().__init__()
        self._name, self._tone, self._size = name, tone, size
        self.setFixedSize(size, size)

    def show_icon(self, name: str, tone: Tone) -> None:
        """Change what is shown."""
        if (name, tone) != (self._name, self._tone):
            self._name, self._tone = name, tone
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        ink = QColor(theme.active().tone(self._tone)).name()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, pixmap(self._name, ink, self._size, self.devicePixelRatioF()))
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
        super().changeEvent(event)
