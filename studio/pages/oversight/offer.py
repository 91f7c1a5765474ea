"""The pass as the operator offers it: a name and what thirty days cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit

from studio.kit.format import money, money_input, plural
from studio.kit.widgets import text
from studio.kit.widgets.button import secondary
from studio.kit.widgets.card import Card, row
from studio.kit.widgets.fields import Field
from studio.kit.widgets.money_field import MoneyField
from studio.kit.words import tr

if TYPE_CHECKING:
    from services.wire.passes import PassOut

_MOST = 60


class OfferCard(Card):
    """Signal: ``offered(name, price)``."""

    offered = Signal(str, object)

    def __init__(self) -> None:
        super().__init__(tr("The pass"))
        self.setObjectName("oversight.pass")
        self._about = text.muted()
        self.body.addWidget(self._about)
        self._name = QLineEdit()
        self._name.setObjectName("oversight.pass.name")
        self._name.setAccessibleName(tr("Name of the pass"))
        self._name.setMaxLength(_MOST)
        self._price = MoneyField(name="oversight.pass.price", says=tr("Price of thirty days in dollars"), hint="7.99")
        self._send = secondary(tr("Offer it"), name="oversight.pass.offer")
        self._send.setEnabled(False)
        self._send.clicked.connect(self._on_send)
        fields = row(Field(tr("Name"), self._name), Field(tr("Thirty days cost"), self._price), spacing=16)
        self.body.addLayout(fields)
        buttons = row(self._send)
        buttons.insertStretch(0, 1)
        self.body.addLayout(buttons)
        self._shown: PassOut | None = None

    def show_offer(self, offer: PassOut | None, *, busy: bool) -> None:
        """Show what is offered; what a person types meanwhile stays."""
        self._send.setEnabled(not busy)
        self._send.setText(tr("Offer it") if offer is None else tr("Change it"))
        if offer is None:
            self._about.setText(tr("One price opens every channel that takes part; a month is shared out by watching."))
        elif offer != self._shown:
            self._shown = offer
            self._name.setText(offer.name)
            self._price.setText(money_input(offer.price))
            self._about.setText(
                tr(
                    "Sold for {price}; {creators} take part.",
                    price=money(offer.price),
                    creators=plural(offer.creators, tr("channel"), tr("channels")),
                )
            )

    def _on_send(self) -> None:
        price = self._price.money
        if price is not None and self._name.text().strip():
            self.offered.emit(self._name.text().strip(), price)
