"""The seek bar: where the film is, what is owned, what is paid ahead, what is free, what is locked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from player.core.chapters import chapter_at
from player.core.timeline import Look
from studio.kit import theme
from studio.kit.format import duration
from studio.kit.tokens import DARK
from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from player.core.chapters import Chapter
    from player.core.timeline import Band

_HEIGHT, _THIN, _THICK = 24, 6, 10
_WORDS = {
    Look.OWNED: mark("yours"),
    Look.AHEAD: mark("paid ahead"),
    Look.FREE: mark("free"),
    Look.LOCKED: mark("not bought"),
}
_GAP = 2
_MARK = 4


class SeekBar(QWidget):
    """Shows bands; a click or a drag asks for a position.

    Signals: ``seek_wanted(position_ms)``; ``pointed(position_ms, words)`` while the pointer is on it, then ``left``.
    """

    seek_wanted = Signal(int)
    pointed = Signal(int, str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("watch.seek")
        self.setFixedHeight(_HEIGHT)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._bands: tuple[Band, ...] = ()
        self._duration_ms, self._position_ms = 1, 0
        self._dragged_ms: int | None = None
        self._chapters: tuple[Chapter, ...] = ()

    @property
    def bands(self) -> tuple[Band, ...]:
        """What is drawn."""
        return self._bands

    def show_bands(self, bands: tuple[Band, ...], position_ms: int) -> None:
        """Draw a film's bands and where it is."""
        if (bands, position_ms) == (self._bands, self._position_ms):
            return
        self._bands, self._position_ms = bands, position_ms
        self._duration_ms = bands[-1].end_ms if bands else 1
        self.setAccessibleName(
            tr(
                "Position {position_ms} of {duration_ms}",
                position_ms=duration(position_ms),
                duration_ms=duration(self._duration_ms),
            )
        )
        self.update()

    def show_chapters(self, chapters: tuple[Chapter, ...]) -> None:
        """Mark where chapters begin, and name them under the pointer."""
        if chapters != self._chapters:
            self._chapters = chapters
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lit = self.underMouse() or self.hasFocus() or self._dragged_ms is not None
        height = _THICK if lit else _THIN
        top = (_HEIGHT - height) / 2
        at = self._x(self._position_ms if self._dragged_ms is None else self._dragged_ms)
        for band in self._bands:
            left, right = self._x(band.start_ms), self._x(band.end_ms)
            rect = QRectF(left, top, max(right - left - _GAP, 2), height)
            _draw_band(painter, rect, band.look)
            _draw_played(painter, rect, at, band.look)
        for chapter in self._chapters:
            if chapter.start_ms:
                place = QRectF(self._x(chapter.start_ms) - _MARK / 2, top - 2, _MARK, height + 4)
                painter.fillRect(place, theme.colour(DARK.scrim))
                painter.fillRect(place.adjusted(1, 0, -1, 0), theme.colour(DARK.text))
        painter.setBrush(theme.colour(DARK.accent))
        painter.setPen(QPen(theme.colour(DARK.scrim), 2))
        painter.drawEllipse(QPointF(min(max(at, 7), self.width() - 7), _HEIGHT / 2), 8 if lit else 6, 8 if lit else 6)
        painter.end()

    def x_of(self, position_ms: int) -> int:
        """Give where a position stands, in this widget's pixels."""
        return round(self._x(position_ms))

    def _x(self, position_ms: int) -> float:
        return self.width() * position_ms / self._duration_ms

    def _ms(self, x: float) -> int:
        return round(max(0.0, min(x, self.width())) * self._duration_ms / max(1, self.width()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._bands:
            self._dragged_ms = self._ms(event.position().x())
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at_ms = self._ms(event.position().x())
        if self._dragged_ms is not None:
            self._dragged_ms = at_ms
            self.update()
        band = next((band for band in self._bands if band.start_ms <= at_ms < band.end_ms), None)
        if band is not None:
            chapter = chapter_at(self._chapters, at_ms)
            parts = (duration(at_ms), "" if chapter is None else chapter.title, tr(_WORDS[band.look]))
            self.pointed.emit(at_ms, " · ".join(part for part in parts if part))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._dragged_ms is not None:
            self._dragged_ms = None
            self.seek_wanted.emit(self._ms(event.position().x()))
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()  # arrows belong to the page, wherever the focus is

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.left.emit()
        self.update()
        super().leaveEvent(event)


def _draw_played(painter: QPainter, rect: QRectF, at: float, look: Look) -> None:
    """Fill what lies before the position; a free stretch keeps its outline."""
    if at <= rect.left() or look is Look.LOCKED:
        return
    shape = QPainterPath()
    shape.addRoundedRect(rect, rect.height() / 2, rect.height() / 2)
    painter.save()
    painter.setClipRect(QRectF(rect.left(), rect.top(), at - rect.left(), rect.height()))
    painter.fillPath(shape, theme.colour(DARK.accent, 0.6 if look is Look.FREE else 1.0))
    painter.restore()


def _draw_band(painter: QPainter, rect: QRectF, look: Look) -> None:
    """Owned solid, ahead striped, free outlined, locked hatched."""
    shape = QPainterPath()
    shape.addRoundedRect(rect, rect.height() / 2, rect.height() / 2)
    painter.save()
    if look is Look.OWNED:
        painter.fillPath(shape, theme.colour(DARK.text, 0.78))
    elif look is Look.FREE:
        painter.fillPath(shape, theme.colour(DARK.scrim, 0.5))
        painter.setPen(QPen(theme.colour(DARK.text, 0.8), 1))
        painter.drawPath(shape)
    else:
        ahead = look is Look.AHEAD
        painter.fillPath(shape, theme.colour(DARK.accent if ahead else DARK.text, 0.30 if ahead else 0.20))
        painter.setClipPath(shape)
        painter.setPen(
            QPen(theme.colour(DARK.accent if ahead else DARK.text, 0.95 if ahead else 0.55), 3 if ahead else 1)
        )
        step = 9 if ahead else 5
        x = rect.left() - rect.height()
        while x < rect.right():
            painter.drawLine(QPointF(x, rect.bottom()), QPointF(x + rect.height(), rect.top()))
            x += step
    painter.restore()
