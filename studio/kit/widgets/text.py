"""Labels of the type scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from studio.kit.qt_values import PLAIN_TEXT
from studio.kit.theme import font
from studio.kit.tokens import BODY, FIGURE, HEADING, LEAD, SMALL

if TYPE_CHECKING:
    from services.units.money import Money

Weight = QFont.Weight


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet looks at, and let the sheet look again."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    # A widget is styled when it is shown first. Asking for its style before that would cost the start 40 ms.
    if widget.window().isVisible():
        widget.style().unpolish(widget)
        widget.style().polish(widget)
        widget.updateGeometry()


class Text(QLabel):
    """Plain text in one size and ink. Never reads markup: most text here was written by strangers."""

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
        self.setWordWrap(wrap)
        if wrap:
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        if ink != "text":
            self.setProperty("ink", ink)

    def set_ink(self, ink: str) -> None:
        """Change the ink: text, muted, accent, ok, warn, bad, info."""
        set_property(self, "ink", ink)


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
