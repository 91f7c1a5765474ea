"""Tabs over a chart: each names a metric, says its sum, and how it moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from studio.kit import theme
from studio.kit.tokens import HEADING, RADIUS, SMALL

if TYPE_CHECKING:
    from collections.abc import Sequence

_HEIGHT, _EDGE, _MARK = 84, 12, 3


class MetricTab(QAbstractButton):
    """One metric; the chosen one has a line in the accent under it."""

    def __init__(self, key: str, label: str, *, name: str) -> None:
        super().__init__()
        self.key, self._label = key, label
        self._value, self._note = "", ""
        self.setObjectName(name)
        self.setCheckable(True)
        self.setAccessibleName(label)
        self.setFixedHeight(theme.scaled(_HEIGHT))
        self.setMinimumWidth(theme.scaled(96))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(180), theme.scaled(_HEIGHT))

    @property
    def value_text(self) -> str:
        """The sum as it is read."""
        return self._value

    def show_sum(self, value: str, note: str) -> None:
        """Show the sum, and a few words about how it moved."""
        if (value, note) != (self._value, self._note):
            self._value, self._note = value, note
            self.setAccessibleName(f"{self._label}: {value}, {note}")
            self.setToolTip(note)
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens, painter = theme.active(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = self.rect()
        if self.underMouse() and not self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour(tokens.hover, 0.6))
            painter.drawRoundedRect(whole.adjusted(0, 0, 0, -_MARK), RADIUS, RADIUS)
        inner = whole.adjusted(_EDGE, 10, -_EDGE, -8)
        chosen = self.isChecked()
        for words, size, weight, ink, top in (
            (self._label, SMALL, QFont.Weight.Medium, tokens.text if chosen else tokens.muted, 0),
            (self._value, HEADING, QFont.Weight.DemiBold, tokens.text if chosen else tokens.muted, 18),
            (self._note, SMALL, QFont.Weight.Normal, tokens.muted, 46),
        ):
            painter.setFont(theme.font(size, weight, tabular=size == HEADING))
            painter.setPen(theme.colour(ink))
            line = QRect(inner.left(), inner.top() + theme.scaled(top), inner.width(), theme.scaled(size + 10))
            shown = QFontMetrics(painter.font()).elidedText(words, Qt.TextElideMode.ElideRight, line.width())
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(tokens.accent if chosen else tokens.line))
        height = _MARK if chosen else 1
        painter.drawRect(QRect(0, whole.height() - height, whole.width(), height))
        if self.hasFocus():
            painter.setPen(theme.colour(tokens.accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(whole.adjusted(1, 1, -2, -_MARK - 2), RADIUS, RADIUS)
        painter.end()


class MetricTabs(QWidget):
    """Signal: ``picked(key)``. Arrow keys move between the tabs."""

    picked = Signal(str)

    def __init__(self, metrics: Sequence[tuple[str, str]], *, name: str) -> None:
        super().__init__()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self.tabs: dict[str, MetricTab] = {}
        group = QButtonGroup(self)
        group.setExclusive(True)
        for key, label in metrics:
            tab = MetricTab(key, label, name=f"{name}.{key}")
            tab.clicked.connect(self._on_click)
            group.addButton(tab)
            layout.addWidget(tab, 1)
            self.tabs[key] = tab

    def choose(self, key: str) -> None:
        """Mark a tab as the one whose chart is shown."""
        self.tabs[key].setChecked(True)

    def _on_click(self) -> None:
        tab = self.sender()
        if isinstance(tab, MetricTab):
            self.picked.emit(tab.key)
