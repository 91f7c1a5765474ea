"""Says that sales depend on this computer being awake, and offers a node that is always awake."""

from __future__ import annotations

from PySide6.QtCore import Signal

from studio.kit.icons import Icon
from studio.kit.widgets import text
from studio.kit.widgets.button import bare
from studio.kit.widgets.card import Inset, row
from studio.kit.words import tr, tr_count


class AwakeNote(Inset):
    """Hidden while nothing sells from here. Signal: ``wanted`` when the way to a node is asked for."""

    wanted = Signal()

    def __init__(self, *, name: str) -> None:
        super().__init__(padding=12)
        self.setObjectName(name)
        self._words = text.muted()
        self._words.setObjectName(f"{name}.words")
        self._offer = bare(tr("Sell from a node"), name=f"{name}.offer", icon="node")
        self._offer.clicked.connect(self.wanted)
        line = row(Icon("moon", "warn", 16), spacing=12)
        line.addWidget(self._words, 1)
        line.addWidget(self._offer)
        self.body.addLayout(line)
        self.hide()

    def show_films(self, count: int, *, has_nodes: bool) -> None:
        """Say how many films are sold only while Museclock is open here."""
        self.setVisible(count > 0)
        self._words.setText(
            tr_count(
                count,
                "One film sells only while this computer is awake and Museclock is open.",
                "{count} films sell only while this computer is awake and Museclock is open.",
            )
        )
        self._offer.set_text(tr("Your nodes") if has_nodes else tr("Sell from a node"))
