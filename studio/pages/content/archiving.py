"""The way of a film out of list and sale, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from studio.kit.widgets import text
from studio.kit.widgets.button import ghost, secondary
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
        self._archive = ghost(tr("Archive this film"), name="item.archive")
        self._archive.clicked.connect(self._on_archive)
        self._sure = secondary(tr("Archive it"), name="item.archive.sure")
        self._sure.clicked.connect(self.archive_wanted)
        self._back = ghost(tr("Keep it for sale"), name="item.archive.keep")
        self._back.clicked.connect(self._on_keep)
        self._restore = secondary(tr("Bring it back"), name="item.restore", icon="retry")
        self._restore.clicked.connect(self.restore_wanted)
        line = row(self._archive, self._sure, self._back, self._restore, spacing=8)
        line.addStretch(1)
        self.body.addWidget(self._words)
        self.body.addWidget(holder(line))

    def show_state(self, state: ItemState) -> None:
        """Say what it does, ask back, or offer the way back."""
        if state.item is None:
            return
        gone, asks = state.item.is_archived, state.asks == "archive"
        if gone:
            words = tr("It is neither listed nor sold. Who bought it goes on watching. You can bring it back.")
        elif asks:
            words = tr(
                "It leaves all lists at once, and nobody can buy of it. Who bought parts keeps them, and members whose "
                "tier opens it go on watching. What it earned stays in your books. You can bring it back at any time."
            )
        else:
            words = tr("Takes it out of list and sale. Who bought it keeps it.")
        self._words.setText(words)
        self._words.set_ink("warn" if asks else "muted")
        self._archive.setVisible(not gone and not asks)
        self._sure.setVisible(asks)
        self._back.setVisible(asks)
        self._restore.setVisible(gone)
        for button in (self._archive, self._sure, self._restore):
            button.setEnabled(not state.busy)

    def _on_archive(self) -> None:
        self.ask_wanted.emit("archive")

    def _on_keep(self) -> None:
        self.ask_wanted.emit("")
