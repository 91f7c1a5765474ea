"""The form of a tier: a name, one of three prices, perks line by line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QPlainTextEdit, QSpinBox

from services.units.membership import MAX_EARLY_DAYS, TIER_PRICES
from studio.kit.format import money, money_plain
from studio.kit.theme import font, scaled
from studio.kit.widgets import text
from studio.kit.widgets.button import Button, ghost, primary
from studio.kit.widgets.card import Card, column, holder, row
from studio.kit.widgets.fields import Field
from studio.kit.words import tr
from studio.pages.tiers.view_model import TierForm

if TYPE_CHECKING:
    from services.units.money import Money


class TierFormCard(Card):
    """Signals: ``typed(form)`` at each change, ``save_wanted``, ``cancel_wanted``."""

    typed = Signal(object)
    save_wanted = Signal()
    cancel_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(tr("New tier"))
        self._form = TierForm()
        self._name = QLineEdit()
        self._name.setObjectName("tiers.name")
        self._name.setMaxLength(60)
        self._name.setPlaceholderText(tr("Front row"))
        self._perks = QPlainTextEdit()
        self._perks.setObjectName("tiers.perks")
        self._perks.setPlaceholderText(tr("The making of each film\nA letter in spring"))
        self._perks.setFixedHeight(scaled(88))
        self._perks.setTabChangesFocus(True)
        self._perks_field = Field(
            tr("Perks in words"),
            self._perks,
            tr("One a line: what you do yourself for members."),
        )
        self._early = QSpinBox()
        self._early.setObjectName("tiers.early")
        self._early.setRange(0, MAX_EARLY_DAYS)
        self._early.setFont(font(tabular=True))
        self._early.setSpecialValueText(tr("none"))
        self._early.lineEdit().setTextMargins(12, 0, 12, 0)
        self._early.setMaximumWidth(scaled(160))
        self._downloads = Button(tr("Keep films offline"), "choice", name="tiers.downloads")
        self._requests = Button(tr("Write to you"), "choice", name="tiers.requests")
        self._prices = QButtonGroup(self)
        self._buttons: dict[Money, Button] = {}
        for price in TIER_PRICES:
            button = Button(money(price), "choice", name=f"tiers.price.{money_plain(price)}")
            button.setAccessibleName(tr("{price} a month", price=money(price)))
            button.clicked.connect(self._on_price)
            self._prices.addButton(button)
            self._buttons[price] = button
        self.save = primary(tr("Save tier"), name="tiers.save", icon="check")
        self._build()
        self._name.textEdited.connect(self._on_text)
        self._perks.textChanged.connect(self._on_text)
        self._early.valueChanged.connect(self._on_act)
        self._downloads.clicked.connect(self._on_act)
        self._requests.clicked.connect(self._on_act)
        self._name.returnPressed.connect(self.save_wanted)
        self.save.clicked.connect(self.save_wanted)

    def _build(self) -> None:
        self.body.addWidget(Field(tr("Name"), self._name, tr("What members will see.")))
        prices = row(*self._buttons.values())
        prices.addStretch(1)
        label = text.Text(tr("Price a month"), size=12, weight=text.Weight.Medium)
        self.body.addWidget(holder(column(label, holder(prices), spacing=6)))
        self.body.addLayout(self._acts())
        self.body.addWidget(self._perks_field)
        cancel = ghost(tr("Cancel"), name="tiers.cancel")
        cancel.clicked.connect(self.cancel_wanted)
        buttons = row(cancel, self.save)
        buttons.insertStretch(0, 1)
        self.body.addLayout(buttons)

    def _acts(self) -> QHBoxLayout:
        """What Museclock itself does for members of the tier."""
        early = Field(tr("Days before others"), self._early, tr("For films that you publish for later."))
        both = row(self._downloads, self._requests, spacing=8)
        both.addStretch(1)
        held = holder(both)
        also = Field(tr("Members may"), held, tr("Offline for as long as they are members. You answer on this page."))
        line = row(spacing=24)
        line.addWidget(early, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(also, 1, Qt.AlignmentFlag.AlignTop)
        return line

    def show_form(self, form: TierForm, *, busy: bool) -> None:
        """Show what is being written, without touching a field that says so already."""
        fresh = form.tier_id != self._form.tier_id or not self.isVisible()
        self._form = form
        self.title.setText(tr("Change tier") if form.tier_id else tr("New tier"))
        if self._name.text() != form.name:
            self._name.setText(form.name)
        if self._perks.toPlainText() != form.perks:
            self._perks.blockSignals(True)
            self._perks.setPlainText(form.perks)
            self._perks.blockSignals(False)
        self._buttons[form.price].setChecked(True)
        self._early.blockSignals(True)
        self._early.setValue(form.early_access_days)
        self._early.blockSignals(False)
        self._downloads.setChecked(form.downloads)
        self._requests.setChecked(form.requests)
        self._perks_field.show_mistake(form.mistake)
        self.save.setEnabled(not busy and bool(form.name.strip()) and not form.mistake)
        if fresh:
            self._name.setFocus()

    def _on_act(self) -> None:
        self.typed.emit(
            replace(
                self._form,
                early_access_days=self._early.value(),
                downloads=self._downloads.isChecked(),
                requests=self._requests.isChecked(),
            )
        )

    def _on_price(self) -> None:
        price = next(price for price, button in self._buttons.items() if button.isChecked())
        self.typed.emit(replace(self._form, price=price))

    def _on_text(self) -> None:
        self.typed.emit(replace(self._form, name=self._name.text(), perks=self._perks.toPlainText()))
