"""The card at the end of a film: what to watch next, and what it costs. Nothing starts or is paid by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from player.core.timeline import price_per_minute
from studio.kit.format import duration, money_exact
from studio.kit.theme import scaled
from studio.kit.widgets import text
from studio.kit.widgets.button import bare, primary
from studio.kit.widgets.card import Card, row
from studio.kit.words import tr

if TYPE_CHECKING:
    from services.wire.catalogue import ItemOut

_WIDTH = 408


class NextCard(Card):
    """Signals: ``wanted`` for the next film, ``again_wanted`` for this one."""

    wanted = Signal()
    again_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(tr("Next up"), padding=20, spacing=8)
        self.setObjectName("watch.next")
        self.setFixedWidth(scaled(_WIDTH))
        self._name = text.lead(wrap=True)
        self._facts = text.muted()
        self._go = primary(tr("Watch it"), name="watch.next.open", icon="next")
        again = bare(tr("Watch again"), name="watch.next.again", icon="retry")
        self._go.clicked.connect(self.wanted)
        again.clicked.connect(self.again_wanted)
        self.body.addWidget(self._name)
        self.body.addWidget(self._facts)
        buttons = row(again, self._go, spacing=16)
        buttons.setStretch(1, 1)
        self.body.addLayout(buttons)
        self.hide()

    def show_film(self, item: ItemOut | None) -> None:
        """Offer a film; hide without one."""
        self.setVisible(item is not None)
        if item is None:
            return
        self._name.setText(item.title)
        rate = item.price_per_ten_seconds
        price = tr("{rate} a minute", rate=money_exact(price_per_minute(rate))) if rate else tr("free")
        self._facts.setText(f"{item.creator_name} · {duration(item.duration_ms)} · {price}")
