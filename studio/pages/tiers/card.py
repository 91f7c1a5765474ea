"""A tier as members see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.kit.format import money
from studio.kit.icons import Icon
from studio.kit.widgets import text
from studio.kit.widgets.button import secondary
from studio.kit.widgets.card import Card, row

if TYPE_CHECKING:
    from services.wire.tiers import TierOut


class TierCard(Card):
    """Name, price, perks, and the way to change them. Signal: ``edit_wanted(tier)``."""

    edit_wanted = Signal(object)

    def __init__(self, tier: TierOut) -> None:
        super().__init__(spacing=12)
        self.setObjectName(f"tier.{tier.id}")
        self.setMinimumHeight(240)
        self._tier = tier
        self.body.addWidget(text.lead(tier.name, wrap=True))
        price = row(text.figure(money(tier.price)), text.muted("a month", wrap=False))
        price.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self.body.addLayout(price)
        perks = QVBoxLayout()
        perks.setSpacing(8)
        for perk in tier.perks:
            perks.addWidget(_perk(perk))
        if not tier.perks:
            perks.addWidget(text.muted("No perks written yet."))
        self.body.addLayout(perks)
        self.body.addStretch(1)
        change = secondary("Change", says=f"Change {tier.name}")
        change.clicked.connect(self._on_change)
        self.body.addWidget(change)

    def _on_change(self) -> None:
        self.edit_wanted.emit(self._tier)


def _perk(words: str) -> QWidget:
    holder = QWidget()
    line = row(text.body(words), spacing=8)
    line.insertWidget(0, Icon("check", "ok", 16), 0, Qt.AlignmentFlag.AlignTop)
    holder.setLayout(line)
    return holder
