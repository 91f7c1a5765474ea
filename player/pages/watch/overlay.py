"""Parts that lie on the picture. They look the same in both themes, because the picture does."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QEnterEvent, QFont, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from studio.kit import theme
from studio.kit.icons import pixmap
from studio.kit.tokens import BODY, CONTROL_HEIGHT, DARK, RADIUS
from studio.kit.words import tr

_DOT = " · "


class OverlayButton(QAbstractButton):
    """An icon on the picture. says: tooltip and accessible name."""

    def __init__(self, icon: str, says: str, *, name: str, size: int = CONTROL_HEIGHT) -> None:
        super().__init__()
        self._icon = icon
        self.setObjectName(name)
        self.setFixedSize(theme.eased(size), theme.eased(size))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.show_icon(icon, says)

    def show_icon(self, icon: str, says: str) -> None:
        """Change the icon and what it says."""
        self._icon = icon
        self.setAccessibleName(says)
        self.setToolTip(says)
        self.update()

    def sizeHint(self) -> QSize:
        return self.size()

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.update()
        super().leaveEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.hasFocus():
            painter.setPen(theme.colour(DARK.accent) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour(DARK.text, 0.16))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        self._paint_face(painter)
        painter.end()

    def _paint_face(self, painter: QPainter) -> None:
        side = self.width() * 5 // 9
        ink = DARK.text if self.isEnabled() else DARK.faint
        painter.drawPixmap(
            (self.width() - side) // 2,
            (self.height() - side) // 2,
            pixmap(self._icon, ink, side, self.devicePixelRatioF()),
        )


class OverlayWord(OverlayButton):
    """A word on the picture that can be pressed."""

    def __init__(self, word: str, says: str, *, name: str) -> None:
        super().__init__("", says, name=name)
        self._word = word
        self.setFixedSize(theme.eased(CONTROL_HEIGHT + 12), theme.eased(CONTROL_HEIGHT))

    def show_word(self, word: str) -> None:
        """Change the word."""
        if word != self._word:
            self._word = word
            self.update()

    def _paint_face(self, painter: QPainter) -> None:
        painter.setPen(theme.colour(DARK.text if self.isEnabled() else DARK.faint))
        painter.setFont(theme.font(BODY, QFont.Weight.DemiBold, tabular=True))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._word)


class BigPlay(OverlayButton):
    """The round button over a film that was not started."""

    def __init__(self) -> None:
        super().__init__(tr("play"), tr("Play"), name="watch.start", size=88)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        lit = self.underMouse() or self.hasFocus()
        painter.setBrush(theme.colour(DARK.accent_hover if lit else DARK.accent))
        painter.drawEllipse(QRectF(self.rect()).adjusted(4, 4, -4, -4))
        left, top, side = theme.eased(28), theme.eased(26), theme.eased(36)
        painter.drawPixmap(left, top, pixmap("play", DARK.on_accent, side, self.devicePixelRatioF()))
        painter.end()


class OverlayText(QLabel):
    """Plain words on the picture."""

    def __init__(
        self, size: int = BODY, *, name: str = "", weight: QFont.Weight = QFont.Weight.Medium, muted: bool = False
    ) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font(size, weight, tabular=True))
        self.setStyleSheet(f"color: {DARK.muted if muted else DARK.text}; background: transparent;")


class ShortenedText(OverlayText):
    """Words on the picture that lose their end where there is no room; the tip has all of them."""

    def setText(self, words: str) -> None:
        super().setText(words)
        self.setProperty("shortens", True)
        self.setToolTip(words)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().windowText().color())
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.contentsRect(), Qt.AlignmentFlag.AlignVCenter, words)
        painter.end()


class Shade(QWidget):
    """A ground that fades from the edge of the picture inwards."""

    def __init__(self, *, at_top: bool) -> None:
        super().__init__()
        self._at_top = at_top
        self.setMouseTracking(True)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        ramp = QLinearGradient(0, 0, 0, self.height())
        near, far = theme.colour(DARK.scrim, 0.86), theme.colour(DARK.scrim, 0.0)
        held = theme.colour(DARK.scrim, 0.62)  # below words of second rank, whatever the picture is
        ramp.setColorAt(0, near if self._at_top else far)
        ramp.setColorAt(0.6 if self._at_top else 0.4, held)
        ramp.setColorAt(1, far if self._at_top else near)
        painter.fillRect(self.rect(), ramp)
        painter.end()


class MeterText(OverlayText):
    """Money on the picture, readable on any frame."""

    def __init__(self, name: str = "watch.meter", size: int = BODY) -> None:
        super().__init__(size, name=name, weight=QFont.Weight.DemiBold)
        self.setContentsMargins(10, 4, 10, 4)
        self.setStyleSheet(f"color: {DARK.text}; background: rgba(7, 9, 12, 170); border-radius: 6px;")


class RatesText(MeterText):
    """Parts with dots between them; what has no room goes to the next line."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._whole = ""

    def show_rates(self, words: str, room: int) -> None:
        """Show the parts in a width of so many pixels."""
        self._whole = words
        self.fit(room)

    def fit(self, room: int) -> None:
        """Break what is shown anew, for another width."""
        margins = self.contentsMargins()
        room -= margins.left() + margins.right()
        lines: list[str] = []
        for part in self._whole.split(_DOT):
            longer = _DOT.join((*lines[-1:], part))
            if lines and self.fontMetrics().horizontalAdvance(longer) <= room:
                lines[-1] = longer
            else:
                lines.append(part)
        self.setText("\n".join(lines))
