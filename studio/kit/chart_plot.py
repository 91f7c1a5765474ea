"""Draws a series with pyqtgraph. The only importer of pyqtgraph; itself imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QBrush, QPen

from studio.kit import theme
from studio.kit.chart import BARS_UP_TO
from studio.kit.chart_scale import label_places, round_ticks
from studio.kit.tokens import SMALL
from studio.kit.words import tr

if TYPE_CHECKING:
    from studio.kit.chart import Series

_BAR_WIDTH = 0.64
_MOST_LABELS = 7


def _pen(colour: str, width: float = 1.0, style: Qt.PenStyle = Qt.PenStyle.SolidLine, alpha: float = 1.0) -> QPen:
    pen = QPen(theme.colour(colour, alpha), width, style)
    pen.setCosmetic(True)
    return pen


class DayPlot(pg.PlotWidget):  # type: ignore[misc]  # the library has no types
    """One metric over days; not to be dragged or zoomed."""

    _series: Series | None = None  # here, because the library's constructor already sends change events

    def __init__(self) -> None:
        # Its menu is never shown, and takes longer to make than all else.
        super().__init__(background=None, enableMenu=False)
        item = self.getPlotItem()
        item.hideButtons()
        item.setMouseEnabled(x=False, y=False)
        item.getViewBox().setDefaultPadding(0.0)
        item.layout.setContentsMargins(0, 12, 20, 0)
        for side in ("left", "bottom"):
            axis = item.getAxis(side)
            axis.setStyle(tickFont=theme.font(SMALL, tabular=True), tickLength=0, tickTextOffset=10)
        item.getAxis("left").setWidth(theme.scaled(64))
        item.getAxis("bottom").setHeight(theme.scaled(28))
        self.setFrameShape(self.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._value = pg.TextItem(anchor=(0.5, 1.15))
        self._value.textItem.setFont(theme.font(SMALL, tabular=True))
        self.scene().sigMouseMoved.connect(self._on_pointer)

    def draw(self, series: Series) -> None:
        """Show a series."""
        self._series = series
        self.clear()
        theme.active()
        ticks = round_ticks(max((*series.values, *series.before, series.least)))
        self._draw_axes(series, ticks)
        if len(series.values) <= BARS_UP_TO:
            self._draw_bars(series)
        else:
            self._draw_line(series)
        if any(series.before):
            self._draw_before(series)
        self._value.setVisible(False)
        self.addItem(self._value, ignoreBounds=True)
        # Room for the label under the last place.
        room = len(series.values) * 0.015
        self.getPlotItem().setRange(
            xRange=(-0.6 - room, len(series.values) - 0.4 + room), yRange=(0, ticks[-1]), padding=0.02
        )

    def _draw_axes(self, series: Series, ticks: tuple[int, ...]) -> None:
        tokens, item = theme.active(), self.getPlotItem()
        left, bottom = item.getAxis("left"), item.getAxis("bottom")
        left.setTicks([[(tick, series.unit(tick)) for tick in ticks]])
        places = label_places(len(series.labels), _MOST_LABELS)
        bottom.setTicks([[(place, series.labels[place]) for place in places]])
        for axis in (left, bottom):
            axis.setTextPen(_pen(tokens.muted))
            axis.setPen(_pen(tokens.line, alpha=0.0))
        for tick in ticks:
            self.addItem(pg.InfiniteLine(tick, angle=0, pen=_pen(tokens.line)), ignoreBounds=True)

    def _draw_bars(self, series: Series) -> None:
        tokens = theme.active()
        solid: QBrush = QBrush(theme.colour(tokens.accent))
        brushes = [solid] * len(series.values)
        if series.last_is_open and brushes:
            brushes[-1] = QBrush(theme.colour(tokens.accent), Qt.BrushStyle.BDiagPattern)
        pens = [_pen(tokens.accent, 1.0, alpha=0.0)] * len(brushes)
        if series.last_is_open and pens:
            pens[-1] = _pen(tokens.accent, 1.0)
        places = list(range(len(series.values)))
        bars: Any = pg.BarGraphItem(x=places, height=list(series.values), width=_BAR_WIDTH, brushes=brushes, pens=pens)
        self.addItem(bars)

    def _draw_before(self, series: Series) -> None:
        tokens = theme.active()
        places = list(range(len(series.before)))
        # A wider line of the ground under the dashes keeps them apart from the bars.
        for pen in (_pen(tokens.surface, 3.0, alpha=0.7), _pen(tokens.muted, 1.5, Qt.PenStyle.DashLine)):
            self.addItem(pg.PlotCurveItem(places, list(series.before), pen=pen, antialias=True))

    def _draw_line(self, series: Series) -> None:
        tokens = theme.active()
        line = pg.PlotCurveItem(
            list(range(len(series.values))),
            list(series.values),
            pen=_pen(tokens.accent, 2.0),
            fillLevel=0,
            brush=QBrush(theme.colour(tokens.accent, 0.12)),
            antialias=True,
        )
        self.addItem(line)

    def _on_pointer(self, at: QPointF) -> None:
        if self._series is None or not self.sceneBoundingRect().contains(at):
            self._value.setVisible(False)
            return
        place = round(self.getPlotItem().getViewBox().mapSceneToView(at).x())
        if not 0 <= place < len(self._series.values):
            self._value.setVisible(False)
            return
        value = self._series.values[place]
        self._value.setText(self._words(self._series, place))
        self._value.setColor(theme.colour(theme.active().text))
        self._value.fill = QBrush(theme.colour(theme.active().raised))
        self._value.border = _pen(theme.active().line_strong)
        # At the edges the words stand inside.
        reach = len(self._series.values) - 1
        self._value.setAnchor((0.5 if 3 < place < reach - 3 else 0.0 if place <= 3 else 1.0, 1.15))
        top = self.getPlotItem().getViewBox().viewRange()[1][1]
        self._value.setPos(place, min(value, top * 0.82))
        self._value.setVisible(True)

    @staticmethod
    def _words(series: Series, place: int) -> str:
        if place in series.gaps:
            return tr("{labels}  free", labels=series.labels[place])
        words = f"{series.labels[place]}  {series.unit(series.values[place])}"
        if any(series.before) and place < len(series.before):
            before = series.unit(series.before[place])
            told = tr("   before: {before}", before=before)
            words += f"   {series.before_is}: {before}" if series.before_is else told
        return words

    def leaveEvent(self, event: QEvent) -> None:
        self._value.setVisible(False)
        super().leaveEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._series is not None:
            self.draw(self._series)
