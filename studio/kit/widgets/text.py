"""Labels of the type scale."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QLabel, QSizePolicy, QWidget

from studio.kit.qt_values import PLAIN_TEXT
from studio.kit.theme import font, scaled
from studio.kit.tokens import BODY, FIGURE, HEADING, LEAD, SMALL

if TYPE_CHECKING:
    from services.units.money import Money

Weight = QFont.Weight
_LEAST_SHORTENED = 120
"""Pixels at 100 % that a text keeps which may lose its middle."""


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet looks at, and let the sheet look again."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    # A widget is styled when it is shown first. Asking for its style before that would cost the start 40 ms.
    if widget.window().isVisible():
        restyle(widget)


def restyle(widget: QWidget) -> None:
    """Let the style sheet look at a widget again."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    # A frame asks for the room that the sheet leaves around its words only when it hears that its style changed.
    QApplication.sendEvent(widget, QEvent(QEvent.Type.StyleChange))
    widget.updateGeometry()


class Text(QLabel):
    """Plain text in one size and ink. Never reads markup: most text here was written by strangers.

    It asks for one line and breaks only where that has no room; with ``wrap`` it takes the width that there is.
    """

    def __init__(
        self,
        text: str = "",
        *,
        size: int = BODY,
        ink: str = "text",
        weight: QFont.Weight = Weight.Normal,
        tabular: bool = False,
        wrap: bool = False,
    ) -> None:
        super().__init__(text)
        self.setProperty("textFormat", PLAIN_TEXT)
        self.setFont(font(size, weight, tabular=tabular))
        self._asks_one_line = not wrap
        self.setWordWrap(wrap or not tabular)
        if wrap:
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        if ink != "text":
            self.setProperty("ink", ink)

    def sizeHint(self) -> QSize:
        if not self._asks_one_line or not self.wordWrap():
            return super().sizeHint()
        # Letters are placed by parts of a pixel: without what whole pixels cut off, the last word would break.
        metrics, lines = QFontMetricsF(self.font()), self.text().split("\n")
        width = ceil(max(metrics.horizontalAdvance(line) for line in lines)) + 2
        return QSize(width, ceil(metrics.lineSpacing() * len(lines))).grownBy(self.contentsMargins())

    def set_ink(self, ink: str) -> None:
        """Change the ink: text, muted, accent, ok, warn, bad, info."""
        set_property(self, "ink", ink)


class Shortened(Text):
    """Loses its middle where there is no room; its tip should say the whole.

    A class of its own: asking Python for the size and the painting of every label took a page milliseconds.
    """

    def __init__(
        self, text: str = "", *, ink: str = "text", weight: QFont.Weight = Weight.Normal, tabular: bool = False
    ) -> None:
        super().__init__(text, ink=ink, weight=weight, tabular=tabular)
        self.setWordWrap(False)
        self.setProperty("shortens", True)

    def minimumSizeHint(self) -> QSize:
        least = super().minimumSizeHint()
        return QSize(min(least.width(), scaled(_LEAST_SHORTENED)), least.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.fontMetrics().horizontalAdvance(self.text()) <= self.width():
            super().paintEvent(event)
            return
        from PySide6.QtCore import Qt  # not at the start: see studio.kit.qt_values

        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(self.palette().windowText().color())
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, self.contentsRect().width())
        painter.drawText(self.contentsRect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
        painter.end()


def caption(text: str = "", *, wrap: bool = False) -> Text:
    """A small muted label."""
    return Text(text, size=SMALL, ink="muted", weight=Weight.Medium, wrap=wrap)


def body(text: str = "", *, wrap: bool = True) -> Text:
    """Running text."""
    return Text(text, wrap=wrap)


def muted(text: str = "", *, wrap: bool = True) -> Text:
    """Running text that is of second rank."""
    return Text(text, ink="muted", wrap=wrap)


def lead(text: str = "", *, wrap: bool = False) -> Text:
    """The head of a card."""
    return Text(text, size=LEAD, weight=Weight.DemiBold, wrap=wrap)


def heading(text: str = "") -> Text:
    """The title of a page."""
    return Text(text, size=HEADING, weight=Weight.DemiBold)


def figure(text: str = "", size: int = FIGURE) -> Text:
    """A number that stands by itself, in figures of one width."""
    return Text(text, size=size, weight=Weight.DemiBold, tabular=True)


class MoneyText(Text):
    """An amount: two digits to read, all digits on hover."""

    def __init__(self, *, size: int = BODY, ink: str = "text", weight: QFont.Weight = Weight.Normal) -> None:
        super().__init__("", size=size, ink=ink, weight=weight, tabular=True)

    def set_money(self, amount: Money | None, *, exact: bool = False) -> None:
        """Show an amount; None shows a dash."""
        from studio.kit.format import money, money_exact  # not needed at the start

        self.setText(money_exact(amount) if exact else money(amount))
        self.setToolTip(money_exact(amount) if amount is not None else "")
