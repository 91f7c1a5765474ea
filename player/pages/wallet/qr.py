"""An address as a square that a phone reads: always dark on light, with the border that readers need."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from studio.kit import theme
from studio.kit.tokens import LIGHT, RADIUS

_SIDE = 168
_BORDER = 4  # modules, as ISO/IEC 18004 wants


class QrCode(QWidget):
    """Shows one text; nothing while it is empty."""

    def __init__(self, *, name: str, says: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(says)
        side = theme.scaled(_SIDE)
        self.setFixedSize(side, side)
        self._text = ""
        self.modules: tuple[bytes, ...] = ()

    def show_text(self, text: str) -> None:
        """Draw a text."""
        if text == self._text:
            return
        self._text, self.modules = text, ()
        if text:
            import segno  # only a wallet that money is to be sent to needs it

            self.modules = tuple(bytes(row) for row in segno.make(text, error="m", micro=False).matrix)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self.modules:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour(LIGHT.line))
        painter.setBrush(theme.colour(LIGHT.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        step = self.width() / (len(self.modules) + 2 * _BORDER)
        ink = theme.colour(LIGHT.text)
        for down, row in enumerate(self.modules):
            for across, is_dark in enumerate(row):
                if is_dark:
                    left, top = round((across + _BORDER) * step), round((down + _BORDER) * step)
                    right, bottom = round((across + 1 + _BORDER) * step), round((down + 1 + _BORDER) * step)
                    painter.fillRect(left, top, right - left, bottom - top, ink)
        painter.end()
