"""A figure with its label, its change in words and a small line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QSizePolicy, QStackedLayout, QWidget

from studio.kit.format import money, money_exact
from studio.kit.widgets import text
from studio.kit.widgets.card import Card, column, holder
from studio.kit.widgets.skeleton import skeleton_lines
from studio.kit.widgets.sparkline import Sparkline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.units.money import Money


class Tile(Card):
    """Shows a skeleton until it is given a figure. ``name`` becomes the object name ``tile.<name>``.

    A plain tile has no line.
    """

    def __init__(self, name: str, label: str, *, plain: bool = False) -> None:
        super().__init__(padding=20, spacing=8)
        self.setObjectName(f"tile.{name}")
        self._label = label
        self._caption = text.caption(label)
        self.body.addWidget(self._caption)
        self._value = text.figure()
        self._note = text.caption()
        # All tiles of a row are of one width, whatever the words.
        self._note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._line = Sparkline()
        if plain:
            self._line.hide()
        content = holder(column(self._value, self._note, self._line, spacing=6))
        self._stack = QStackedLayout()
        self.body.addLayout(self._stack)  # first: a stack without a parent shows its first widget as a window
        waiting = skeleton_lines(*((60, 40) if plain else (60, 40, 100)), height=20)
        self._stack.addWidget(waiting)
        self._stack.addWidget(content)
        self.setAccessibleName(label)

    @property
    def value_text(self) -> str:
        """The figure as it is read."""
        return self._value.text()

    def show_money(
        self, amount: Money | None, note: str, series: Sequence[int] = (), *, label: str | None = None
    ) -> None:
        """Show an amount, a few words under it, and the line behind it; a label replaces the tile's own."""
        if label is not None:
            self._label = label
            self._caption.setText(label)
        self._value.setText(money(amount))
        self._value.setToolTip(money_exact(amount))
        self._note.setText(note)
        self._note.setToolTip(note)
        self._line.show_values(series)
        self._stack.setCurrentIndex(1)
        self.setAccessibleName(f"{self._label}: {money(amount)}, {note}")

    def content(self) -> QWidget | None:
        """The widget that is on top: skeleton or figure."""
        return self._stack.currentWidget()
