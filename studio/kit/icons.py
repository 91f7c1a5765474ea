"""The outlined icons and the mark, tinted by the theme and rendered once for each size and colour."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

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
    shape = _shape(name, round(size * ratio))
    ink = QPixmap(shape.size())
    ink.fill(QColor(colour))
    picture = QPixmap(shape)
    painter = QPainter(picture)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.drawPixmap(0, 0, ink)
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


@lru_cache(maxsize=256)
def _shape(name: str, pixels: int) -> QPixmap:
    """Render an icon in black. Every icon has one colour, and reading a drawing costs more than tinting it again."""
    # Loaded here: the SVG library is not needed before the first icon is painted.
    from PySide6.QtSvg import QSvgRenderer

    picture = QPixmap(pixels, pixels)
    picture.fill(QColor(0, 0, 0, 0))
    painter = QPainter(picture)
    QSvgRenderer((ICONS / f"{name}.svg").read_bytes()).render(painter)
    painter.end()
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
        self._name, self._tone, self._size = name, tone, theme.scaled(size)
        self.setFixedSize(self._size, self._size)

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
