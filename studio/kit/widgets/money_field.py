"""A field for an amount in dollars."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit

from services.units.money import Money
from studio.kit.format import money_input
from studio.kit.theme import font
from studio.kit.widgets.text import set_property


class MoneyField(QLineEdit):
    """Takes dollars with up to six digits. Signal: ``edited`` after each key stroke of a person."""

    edited = Signal()

    def __init__(self, *, name: str = "", says: str = "Amount in dollars", hint: str = "0.00") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(says)
        self.setPlaceholderText(hint)
        self.setFont(font(tabular=True))
        self.setMaxLength(20)
        self.textEdited.connect(self._on_edit)

    @property
    def money(self) -> Money | None:
        """The amount, or None while the text is not one."""
        try:
            return Money.parse(self.text())
        except (ValueError, OverflowError):
            return None

    def set_money(self, amount: Money) -> None:
        """Show an amount as it would be typed."""
        self.setText(money_input(amount))
        self._mark()

    def _on_edit(self, _text: str) -> None:
        self._mark()
        self.edited.emit()

    def _mark(self) -> None:
        invalid = bool(self.text()) and self.money is None
        set_property(self, "invalid", "true" if invalid else "false")
