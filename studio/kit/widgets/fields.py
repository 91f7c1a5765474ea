"""A field with its label above and a hint or a mistake below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.kit.widgets import text
from studio.kit.widgets.money_field import MoneyField

if TYPE_CHECKING:
    from studio.kit.widgets.text import Text


class Field(QWidget):
    """Puts a label and a line of help around an input; the label is what is read out for it."""

    def __init__(self, label: str, field: QWidget, hint: str = "") -> None:
        super().__init__()
        self._hint = hint
        self.field = field
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        caption = text.Text(label, size=12, weight=text.Weight.Medium)
        caption.setBuddy(field)
        layout.addWidget(caption)
        layout.addWidget(field)
        self.help: Text = text.caption(hint, wrap=True)
        layout.addWidget(self.help)
        if not hint:
            self.help.hide()
        field.setAccessibleName(label)
        self._own = ""
        self._told = ""
        if isinstance(field, MoneyField):
            field.judged.connect(self._on_judged)

    def show_mistake(self, sentence: str) -> None:
        """Say what is wrong below the field; an empty sentence brings the hint back.

        What the field itself finds wrong goes first.
        """
        self._told = sentence
        sentence = self._own or sentence
        self.help.setText(sentence or self._hint)
        self.help.set_ink("bad" if sentence else "muted")
        self.help.setVisible(bool(sentence or self._hint))

    def _on_judged(self, mistake: str) -> None:
        self._own = mistake
        self.show_mistake(self._told)


class Fact(QWidget):
    """A line with a name at the left and a value at the right."""

    def __init__(self, name: str, *, name_of_value: str = "", strong: bool = False, shorten: bool = False) -> None:
        """shorten: both lose their middle where there is no room, such as addresses."""
        super().__init__()
        from studio.kit.widgets.card import row

        weight = text.Weight.DemiBold if strong else text.Weight.Normal
        kind = text.Shortened if shorten else text.Text
        self.value = kind(tabular=True, weight=weight)
        self.value.setObjectName(name_of_value)
        label = kind(name, ink="text" if strong else "muted", weight=weight)
        label.setToolTip(name if shorten else "")
        line = row(label)
        line.addStretch(1)
        line.addWidget(self.value)
        self.setLayout(line)

    def show_value(self, value: str, tip: str = "") -> None:
        """Show a value."""
        self.value.setText(value)
        self.value.setToolTip(tip)
