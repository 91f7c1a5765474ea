"""A field for an amount in dollars."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit

from services.units.money import Money
from studio.kit.format import as_plain, as_typed, group_typed, money_input
from studio.kit.theme import font
from studio.kit.widgets.text import set_property
from studio.kit.words import tr


class MoneyField(QLineEdit):
    """Takes dollars with up to six digits.

    Signals: ``edited`` after each key stroke of a person; ``judged(mistake)`` when what is wrong with it changes.
    """

    edited = Signal()
    judged = Signal(str)

    def __init__(self, *, name: str = "", says: str = "", hint: str = "0.00") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(says or tr("Amount in dollars"))
        self.setPlaceholderText(as_typed(hint))
        self.setFont(font(tabular=True))
        self.setMaxLength(20)
        self._mistake = ""
        self.textEdited.connect(self._on_edit)

    @property
    def money(self) -> Money | None:
        """The amount, or None while the text is not one."""
        try:
            return Money.parse(self.plain)
        except (ValueError, OverflowError):
            return None

    @property
    def plain(self) -> str:
        """What was typed, as the service reads it; it may be no amount."""
        return as_plain(self.text())

    def set_plain(self, plain: str) -> None:
        """Show what the service has."""
        if plain != self.plain:
            self.setText(as_typed(plain))
            self._mark()

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
        mistake = ""
        if invalid and (group := group_typed(self.text())):
            mistake = tr("Leave out the “{sign}” between thousands.", sign=group)
        if mistake != self._mistake:
            self._mistake = mistake
            self.setToolTip(mistake)
            self.setAccessibleDescription(mistake)
            self.judged.emit(mistake)
