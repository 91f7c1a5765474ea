"""A figure with its label, its change in words and a small line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QStackedLayout, QWidget

from studio.kit.format import money, money_exact
from studio.kit.icons import Icon
from studio.kit.widgets import text
from studio.kit.widgets.card import Card, column, holder, put_under, row
from studio.kit.widgets.skeleton import skeleton_lines
from studio.kit.widgets.sparkline import Sparkline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent, QMouseEvent

    from services.units.money import Money


class Tile(Card):
    """Shows a skeleton until it is given a figure. ``name`` becomes the object name ``tile.<name>``.

    A plain tile has no line. Signal: ``opened`` when one that leads on (see lead_on) is clicked or Enter pressed.
    """

    opened = Signal()

    def __init__(self, name: str, label: str, *, plain: bool = False) -> None:
        super().__init__(padding=20, spacing=8)
        self.setObjectName(f"tile.{name}")
        self._label = label
        self._caption = text.caption(label)
        head = row(self._caption)
        head.addStretch(1)
        self._state = text.caption()
        head.addWidget(self._state)
        self._arrow = Icon("chevron-right", "neutral", 16)
        self._arrow.hide()
        head.addWidget(self._arrow)
        self.body.addLayout(head)
        self._leads = ""
        self._value = text.figure()
        self._note = text.caption()
        # All tiles of a row are of one width, whatever the words.
        self._note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._line = Sparkline()
        if plain:
            self._line.hide()
        self._content = holder(column(self._value, self._note, self._line, spacing=6))
        self._ghost = skeleton_lines(*((60, 40) if plain else (60, 40, 100)), height=20)
        place = QStackedLayout()
        self.body.addLayout(place)
        put_under(self._ghost, self._content, place)
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
        self._ghost.hide()
        self.setAccessibleName(f"{self._label}: {money(amount)}, {note}")

    def show_words(self, value: str, note: str) -> None:
        """Show a figure that is no money."""
        self._value.setText(value)
        self._note.setText(note)
        self._note.setToolTip(note)
        self._ghost.hide()
        self.setAccessibleName(f"{self._label}: {value}, {note}")

    def show_state(self, words: str, *, is_current: bool) -> None:
        """Say of when the figure is, and whether it is what holds now."""
        self._state.setText(words)
        self._state.set_ink("muted" if is_current else "warn")
        self.setAccessibleDescription(f"{words}. {self._leads}" if self._leads else words)

    def lead_on(self, to: str) -> None:
        """Let a click or Enter open what is behind the figure; to: what assistive technology reads."""
        self._leads = to
        self._arrow.show()
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleDescription(to)
        self.setToolTip(to)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if (
            self._leads
            and event.button() is Qt.MouseButton.LeftButton
            and self.rect().contains(event.position().toPoint())
        ):
            self.opened.emit()
            return
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._leads and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit()
            return
        super().keyPressEvent(event)

    def content(self) -> QWidget:
        """The widget that is on top: skeleton or figure."""
        return self._content if self._ghost.isHidden() else self._ghost
