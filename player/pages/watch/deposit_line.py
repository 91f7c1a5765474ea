"""The line on the paywall that says what goes into the channel, and the field to change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from studio.kit.format import money_exact
from studio.kit.theme import scaled
from studio.kit.widgets import text
from studio.kit.widgets.button import ghost
from studio.kit.widgets.card import column, holder, row
from studio.kit.widgets.money_field import MoneyField
from studio.kit.widgets.text import set_property
from studio.kit.words import tr

if TYPE_CHECKING:
    from player.core.deposit import Deposit


class DepositLine(QWidget):
    """Signals: ``chosen(amount)`` for each sum that fits; ``validity_changed`` when one does not, or again does."""

    chosen = Signal(object)
    validity_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._deposit: Deposit | None = None
        self.is_valid = True
        self._words = text.muted()
        self._words.setObjectName("paywall.deposit.words")
        self.change = ghost(tr("Change"), name="paywall.deposit.change", says=tr("Change the deposit"))
        self.change.clicked.connect(self._open)
        self.amount = MoneyField(name="paywall.deposit", says=tr("Deposit in dollars"))
        self.amount.setFixedWidth(scaled(96))
        self.amount.edited.connect(self._on_edit)
        self._limits = text.caption(wrap=True)
        first = row(spacing=8)
        first.addWidget(self._words, 1)
        first.addWidget(self.change)
        fields = row(self.amount, spacing=8)
        fields.addWidget(self._limits, 1)
        self._fields = holder(fields)
        layout = column(spacing=8)
        layout.addLayout(first)
        layout.addWidget(self._fields)
        self.setLayout(layout)
        self._fields.hide()

    def show_deposit(self, deposit: Deposit, creator: str, *, changeable: bool) -> None:
        """Say the sum; nothing while none is needed."""
        self.setVisible(deposit.is_needed)
        if not deposit.is_needed:
            self._close()
            return
        new_limits = self._deposit is None or (deposit.least, deposit.most) != (self._deposit.least, self._deposit.most)
        self._deposit = deposit
        self._words.setText(
            tr(
                "{amount} is set aside for {creator}; what you don’t watch returns, in one click from the wallet.",
                amount=money_exact(deposit.amount),
                creator=creator,
            )
        )
        self._limits.setText(
            tr("{least} for this, up to {most}.", least=money_exact(deposit.least), most=money_exact(deposit.most))
        )
        can_choose = changeable and deposit.least < deposit.most
        self.change.setVisible(can_choose and self._fields.isHidden())
        self.amount.setEnabled(can_choose)
        if new_limits or self._fields.isHidden():
            self.amount.set_money(deposit.amount)
            self._judge()

    def _open(self) -> None:
        self._fields.show()
        self.change.hide()
        self.amount.setFocus()
        self.amount.selectAll()

    def _close(self) -> None:
        self._deposit = None
        self._fields.hide()
        if not self.is_valid:
            self.is_valid = True
            self.validity_changed.emit()

    def _on_edit(self) -> None:
        self._judge()
        amount = self.amount.money
        if self.is_valid and amount is not None:
            self.chosen.emit(amount)

    def _judge(self) -> None:
        amount = self.amount.money
        fits = self._deposit is not None and amount is not None and self._deposit.takes(amount)
        set_property(self.amount, "invalid", "false" if fits else "true")
        self._limits.set_ink("muted" if fits else "bad")
        if fits != self.is_valid:
            self.is_valid = fits
            self.validity_changed.emit()
