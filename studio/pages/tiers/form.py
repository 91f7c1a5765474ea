"""The form of a tier: a name, one of three prices, perks line by line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QLineEdit, QPlainTextEdit

from services.units.membership import TIER_PRICES
from studio.kit.format import money, money_input
from studio.kit.widgets import text
from studio.kit.widgets.button import Button, ghost, primary
from studio.kit.widgets.card import Card, column, holder, row
from studio.kit.widgets.fields import Field
from studio.pages.tiers.view_model import TierForm

if TYPE_CHECKING:
    from services.units.money import Money


class TierFormCard(Card):
    """Signals: ``typed(form)`` at each change, ``save_wanted``, ``cancel_wanted``."""

    typed = Signal(object)
    save_wanted = Signal()
    cancel_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("New tier")
        self._form = TierForm()
        self._name = QLineEdit()
        self._name.setObjectName("tiers.name")
        self._name.setMaxLength(60)
        self._name.setPlaceholderText("Front row")
        self._perks = QPlainTextEdit()
        self._perks.setObjectName("tiers.perks")
        self._perks.setPlaceholderText("Early access\nThe making of each film")
        self._perks.setFixedHeight(88)
        self._perks.setTabChangesFocus(True)
        self._prices = QButtonGroup(self)
        self._buttons: dict[Money, Button] = {}
        for price in TIER_PRICES:
            button = Button(money(price), "choice", name=f"tiers.price.{money_input(price)}")
            button.setAccessibleName(f"{money(price)} a month")
            button.clicked.connect(self._on_price)
            self._prices.addButton(button)
            self._buttons[price] = button
        self.save = primary("Save tier", name="tiers.save", icon="check")
        self._build()
        self._name.textEdited.connect(self._on_text)
        self._perks.textChanged.connect(self._on_text)
        self._name.returnPressed.connect(self.save_wanted)
        self.save.clicked.connect(self.save_wanted)

    def _build(self) -> None:
        self.body.addWidget(Field("Name", self._name, "What members will see."))
        prices = row(*self._buttons.values())
        prices.addStretch(1)
        label = text.Text("Price a month", size=12, weight=text.Weight.Medium)
        self.body.addWidget(holder(column(label, holder(prices), spacing=6)))
        self.body.addWidget(Field("Perks", self._perks, "One a line. Members of a higher tier get the lower ones too."))
        cancel = ghost("Cancel", name="tiers.cancel")
        cancel.clicked.connect(self.cancel_wanted)
        buttons = row(cancel, self.save)
        buttons.insertStretch(0, 1)
        self.body.addLayout(buttons)

    def show_form(self, form: TierForm, *, busy: bool) -> None:
        """Show what is being written, without touching a field that says so already."""
        fresh = form.tier_id != self._form.tier_id or not self.isVisible()
        self._form = form
        self.title.setText("Change tier" if form.tier_id else "New tier")
        if self._name.text() != form.name:
            self._name.setText(form.name)
        if self._perks.toPlainText() != form.perks:
            self._perks.blockSignals(True)
            self._perks.setPlainText(form.perks)
            self._perks.blockSignals(False)
        self._buttons[form.price].setChecked(True)
        self.save.setEnabled(not busy and bool(form.name.strip()))
        if fresh:
            self._name.setFocus()

    def _on_price(self) -> None:
        price = next(price for price, button in self._buttons.items() if button.isChecked())
        self.typed.emit(replace(self._form, price=price))

    def _on_text(self) -> None:
        self.typed.emit(replace(self._form, name=self._name.text(), perks=self._perks.toPlainText()))
