"""The way of a film out of list and sale, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from studio.kit.widgets import text
from studio.kit.widgets.ask_back import AskBack
from studio.kit.widgets.button import bare, secondary
from studio.kit.widgets.card import Card, holder, row
from studio.kit.words import tr

if TYPE_CHECKING:
    from studio.pages.content.item_model import ItemState


class ArchiveCard(Card):
    """Signals: ``ask_wanted(what)``, ``archive_wanted``, ``restore_wanted``."""

    ask_wanted = Signal(str)
    archive_wanted = Signal()
    restore_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(tr("Archive"))
        self.setObjectName("item.archiving")
        self._words = text.muted()
        self._words.setObjectName("item.archiving.words")
        self._archive = bare(tr("Archive this film"), name="item.archive")
        self._archive.clicked.connect(self._on_archive)
        self._ask = AskBack(tr("Archive it"), tr("Keep it for sale"), name="item.archive")
        self._ask.sure.connect(self.archive_wanted)
        self._ask.kept.connect(self._on_keep)
        self._ask.say(
            tr(
                "It leaves all lists at once, and nobody can buy of it. Who bought parts keeps them, and members whose "
                "tier opens it go on watching. What it earned stays in your books. You can bring it back at any time."
            )
        )
        self._restore = secondary(tr("Bring it back"), name="item.restore", icon="retry")
        self._restore.clicked.connect(self.restore_wanted)
        line = row(self._archive, self._restore, spacing=8)
        line.addStretch(1)
        self._line = holder(line)
        for part in (self._words, self._line, self._ask):
            self.body.addWidget(part)

    def show_state(self, state: ItemState) -> None:
        """Say what it does, ask back, or offer the way back."""
        if state.item is None:
            return
        gone, asks = state.item.is_archived, state.asks == "archive"
        self._words.setText(
            tr("It is neither listed nor sold. Who bought it goes on watching. You can bring it back.")
            if gone
            else tr("Takes it out of list and sale. Who bought it keeps it.")
        )
        asked = asks and not gone
        self._words.setVisible(not asked)
        self._line.setVisible(not asked)
        self._ask.setVisible(asked)
        self._ask.set_busy(busy=state.busy)
        self._archive.setVisible(not gone)
        self._restore.setVisible(gone)
        for button in (self._archive, self._restore):
            button.setEnabled(not state.busy)

    def _on_archive(self) -> None:
        self.ask_wanted.emit("archive")

    def _on_keep(self) -> None:
        self.ask_wanted.emit("")
