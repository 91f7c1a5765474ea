"""Draws a series over its days or places: bars, or a line where there are many, and what is under the pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QFontMetrics, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QWidget

from studio.kit import theme
from studio.kit.chart_scale import label_places, round_ticks, thinned
from studio.kit.tokens import SMALL
from studio.kit.words import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QMouseEvent, QPaintEvent

    from studio.kit.chart import Series

BARS_UP_TO: Final = 31
_BAR_WIDTH: Final = 0.64
_WIDEST_BAR: Final = 96
"""Pixels at 100 %."""
_MOST_LABELS: Final = 7
_LEFT, _BOTTOM, _TOP, _RIGHT = 64, 28, 12, 20
"""Around the drawing, in pixels; the labels' two at 100 %."""
_GAP, _PAD = 10, 4
"""From the drawing to its labels, and around the words under the pointer, in pixels."""
_APART: Final = 1.3
"""From label to label on the upright axis, in heights of a line."""
_HEADROOM: Final = 1.04
_UNDER_LABEL: Final = 0.015
"""Beside the first and the last place, as a share of all: room for the label under it."""


class DayPlot(QWidget):
    """One metric over its places; not to be dragged or zoomed. What is drawn follows from ``draw`` and the pointer."""

    def __init__(self) -> None:
        super().__init__()
        self._series: Series | None = None
        self._place: int | None = None
        self.setMouseTracking(True)

    def draw(self, series: Series) -> None:
        """Show a series."""
        self._series, self._place = series, None
        self.update()

    def told(self) -> str:
        """What is said of the place under the pointer; empty for none."""
        return "" if self._series is None or self._place is None else _words(self._series, self._place)

    def x_of(self, place: float) -> float:
        """Give where a place is drawn, in pixels from the left."""
        area, (first, wide) = self._area(), self._reach()
        return area.left() + (place - first) / wide * area.width()

    def bar_at(self, place: int) -> tuple[float, float]:
        """Give where a bar begins and ends; a few of them stand slim in much room."""
        middle = self.x_of(place)
        half = min(self.x_of(place + _BAR_WIDTH / 2) - middle, theme.scaled(_WIDEST_BAR) / 2)
        return middle - half, middle + half

    def _area(self) -> QRectF:
        left, bottom = theme.scaled(_LEFT), theme.scaled(_BOTTOM)
        return QRectF(left, _TOP, max(1, self.width() - left - _RIGHT), max(1, self.height() - _TOP - bottom))

    def _reach(self) -> tuple[float, float]:
        """Give the place at the left edge, and how many there are room for."""
        count = len(self._series.values) if self._series else 1
        room = count * _UNDER_LABEL
        return -0.6 - room, count + 0.2 + 2 * room

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._series is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        series, area = self._series, self._area()
        ticks = round_ticks(max((*series.values, *series.before, series.least)))
        self._draw_axes(painter, series, ticks)
        high = area.height() / (ticks[-1] * _HEADROOM)
        if len(series.values) <= BARS_UP_TO:
            self._draw_bars(painter, series, high)
        elif series.values:
            self._draw_line(painter, series, high)
        if any(series.before):
            self._draw_before(painter, series, high)
        if self._place is not None:
            self._draw_told(painter, self._place, series.values[self._place] * high)
        painter.end()

    def _draw_axes(self, painter: QPainter, series: Series, ticks: tuple[int, ...]) -> None:
        """Draw the level lines, and as many labels as have room, whatever the size of the letters."""
        area, tokens, letters = self._area(), theme.active(), theme.font(SMALL, tabular=True)
        metrics = QFontMetrics(letters)
        levels = {tick: area.bottom() - tick / (ticks[-1] * _HEADROOM) * area.height() for tick in ticks}
        painter.setPen(QPen(theme.colour(tokens.line), 1.0))
        # Upon whole pixels a line is one pixel wide.
        painter.drawLines([QLineF(area.left(), round(y) + 0.5, area.right(), round(y) + 0.5) for y in levels.values()])
        painter.setFont(letters)
        painter.setPen(theme.colour(tokens.muted))
        line = metrics.height()
        for tick in thinned(ticks, int(area.height() // (line * _APART))):
            box = QRectF(0, levels[tick] - line / 2, area.left() - _GAP, line)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, series.unit(tick))
        widest = max((metrics.horizontalAdvance(label) for label in series.labels), default=0) + line
        most = max(1, min(_MOST_LABELS, int(area.width() // widest)))
        for place in label_places(len(series.labels), most):
            box = QRectF(self.x_of(place) - widest / 2, area.bottom() + _GAP, widest, line)
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, series.labels[place])

    def _draw_bars(self, painter: QPainter, series: Series, high: float) -> None:
        accent, bottom, last = theme.colour(theme.active().accent), self._area().bottom(), len(series.values) - 1
        for place, value in enumerate(series.values):
            left, right = self.bar_at(place)
            is_open = series.last_is_open and place == last
            painter.setPen(QPen(accent, 1.0) if is_open else Qt.PenStyle.NoPen)
            painter.setBrush(QBrush(accent, Qt.BrushStyle.BDiagPattern if is_open else Qt.BrushStyle.SolidPattern))
            if value:
                painter.drawRect(QRectF(left, bottom - value * high, right - left, value * high))

    def _draw_line(self, painter: QPainter, series: Series, high: float) -> None:
        accent, bottom, path = theme.active().accent, self._area().bottom(), self._path(series.values, high)
        ground = QPainterPath(path)
        ground.lineTo(self.x_of(len(series.values) - 1), bottom)
        ground.lineTo(self.x_of(0), bottom)
        painter.fillPath(ground, theme.colour(accent, 0.12))
        painter.strokePath(path, QPen(theme.colour(accent), 2.0))

    def _draw_before(self, painter: QPainter, series: Series, high: float) -> None:
        tokens, path = theme.active(), self._path(series.before, high)
        # A wider line of the ground under the dashes keeps them apart from the bars.
        painter.strokePath(path, QPen(theme.colour(tokens.surface, 0.7), 3.0))
        painter.strokePath(path, QPen(theme.colour(tokens.muted), 1.5, Qt.PenStyle.DashLine))

    def _path(self, values: Sequence[int], high: float) -> QPainterPath:
        path, bottom = QPainterPath(), self._area().bottom()
        for place, value in enumerate(values):
            point = QPointF(self.x_of(place), bottom - value * high)
            path.lineTo(point) if place else path.moveTo(point)
        return path

    def _draw_told(self, painter: QPainter, place: int, rise: float) -> None:
        """Write what is under the pointer above its bar, inside the drawing."""
        tokens, area, letters = theme.active(), self._area(), theme.font(SMALL, tabular=True)
        metrics = QFontMetrics(letters)
        wide, tall = metrics.horizontalAdvance(self.told()) + 2 * _PAD, metrics.height() + 2 * _PAD
        left = min(max(self.x_of(place) - wide / 2, area.left()), area.right() - wide)
        box = QRectF(left, max(area.bottom() - rise - tall - _PAD, 0.0), wide, tall)
        painter.setPen(QPen(theme.colour(tokens.line_strong), 1.0))
        painter.setBrush(theme.colour(tokens.raised))
        painter.drawRect(box)
        painter.setFont(letters)
        painter.setPen(theme.colour(tokens.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.told())

    def point_at(self, at: QPointF) -> None:
        """Say the value of the place under a point, where there is one."""
        area, (first, wide) = self._area(), self._reach()
        place = round(first + (at.x() - area.left()) / area.width() * wide)
        is_here = self._series is not None and self.rect().contains(at.toPoint())
        self._show(place if is_here and self._series and 0 <= place < len(self._series.values) else None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.point_at(event.position())
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._show(None)
        super().leaveEvent(event)

    def _show(self, place: int | None) -> None:
        if place != self._place:
            self._place = place
            self.update()


def _words(series: Series, place: int) -> str:
    if place in series.gaps:
        return tr("{labels}  free", labels=series.labels[place])
    words = f"{series.labels[place]}  {series.unit(series.values[place])}"
    if any(series.before) and place < len(series.before):
        before = series.unit(series.before[place])
        told = tr("   before: {before}", before=before)
        words += f"   {series.before_is}: {before}" if series.before_is else told
    return words
