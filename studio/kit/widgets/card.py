"""Surfaces with quiet borders, and hairlines."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QStackedLayout, QVBoxLayout, QWidget

from studio.kit.qt_values import CENTRED
from studio.kit.tokens import GUTTER
from studio.kit.widgets import text
from studio.kit.widgets.text import set_property


class Card(QFrame):
    """A surface; content goes into ``body``, and with a title a head line above it (``head``, ``title``)."""

    def __init__(self, title: str = "", *, padding: int = GUTTER, spacing: int = 16) -> None:
        super().__init__()
        self.setProperty("kit", "card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(padding, padding, padding, padding)
        self.body.setSpacing(spacing)
        if title:
            self.head, self.title = row(), text.lead(title)
            self.head.addWidget(self.title)
            self.head.addStretch(1)
            self.body.addLayout(self.head)

    def set_selected(self, selected: bool) -> None:
        """Mark the card by an accent border."""
        set_property(self, "selected", "true" if selected else "false")


class Inset(QFrame):
    """A quiet ground inside a card."""

    def __init__(self, *, padding: int = 16) -> None:
        super().__init__()
        self.setProperty("kit", "inset")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(padding, padding, padding, padding)
        self.body.setSpacing(8)


def hairline() -> QFrame:
    """A line across."""
    line = QFrame()
    line.setProperty("kit", "line")
    line.setFixedHeight(1)
    return line


class Slot(QFrame):
    """A dashed place where something can go."""

    def __init__(self, words: str = "") -> None:
        super().__init__()
        self.setProperty("kit", "slot")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(GUTTER, GUTTER, GUTTER, GUTTER)
        if words:
            label = text.caption(words)
            label.setProperty("alignment", CENTRED)
            self.body.addWidget(label)


def row(*widgets: QWidget, spacing: int = 8, stretch: int = 0) -> QHBoxLayout:
    """Widgets side by side, without margins; with a stretch all of one width."""
    made = QHBoxLayout()
    made.setContentsMargins(0, 0, 0, 0)
    made.setSpacing(spacing)
    for widget in widgets:
        made.addWidget(widget, stretch)
    return made


def column(*widgets: QWidget, spacing: int = 8) -> QVBoxLayout:
    """Widgets below each other, without margins."""
    made = QVBoxLayout()
    made.setContentsMargins(0, 0, 0, 0)
    made.setSpacing(spacing)
    for widget in widgets:
        made.addWidget(widget)
    return made


def put_under(ghost: QWidget, content: QWidget, place: QStackedLayout) -> None:
    """Put content below a ghost of it, in a place that has its parent: without one the ghost would be a window.

    It is styled and laid out while somebody waits for what it shows; then the ghost needs only be hidden.
    """
    place.setStackingMode(QStackedLayout.StackingMode.StackAll)
    place.addWidget(ghost)
    place.addWidget(content)


def reveal(widget: QWidget, *, when: bool) -> None:
    """Show or hide a part of what is shown; Qt would lay all of it out anew even for what is seen already."""
    if widget.isHidden() == when:
        widget.setVisible(when)


def holder(layout: QLayout) -> QWidget:
    """A plain widget around a layout, so that it can be shown and hidden as one."""
    widget = QWidget()
    layout.setContentsMargins(0, 0, 0, 0)
    widget.setLayout(layout)
    return widget
