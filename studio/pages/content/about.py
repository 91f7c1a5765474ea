"""What is said about a film, to be changed and taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from studio.kit.price_words import category_options
from studio.kit.tags import mistake, split
from studio.kit.theme import scaled
from studio.kit.widgets.button import ghost, primary
from studio.kit.widgets.card import Card, row
from studio.kit.widgets.choice import Choice
from studio.kit.widgets.fields import Field
from studio.kit.words import tr
from studio.pages.content.item_model import About

if TYPE_CHECKING:
    from services.wire.uploads import Category
    from studio.pages.content.item_model import ItemState

_MOST = 2000


class AboutCard(Card):
    """Signals: ``written(about)`` at each change, ``save_wanted``, ``undo_wanted``."""

    written = Signal(object)
    save_wanted = Signal()
    undo_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(tr("What it is"))
        self._filling, self._about = False, About()
        self._words = QPlainTextEdit()
        self._words.setObjectName("item.description")
        self._words.setFixedHeight(scaled(96))
        self._words.setTabChangesFocus(True)
        self._words_field = Field(tr("Description"), self._words)
        self._tags = QLineEdit()
        self._tags.setObjectName("item.tags")
        self._tags_field = Field(tr("Tags"), self._tags, tr("With commas between them; people find it by them."))
        self._category = Choice(category_options(), name="item.category", says=tr("Category"))
        self._save = primary(tr("Save"), name="item.save", icon="check")
        self._undo = ghost(tr("Undo"), name="item.undo", icon="retry")
        buttons = row(self._undo, self._save, spacing=8)
        buttons.insertStretch(0, 1)
        for part in (self._words_field, self._tags_field):
            self.body.addWidget(part)
        self.body.addWidget(Field(tr("Category"), self._category))
        self.body.addLayout(buttons)
        self._words.textChanged.connect(self._on_edit)
        self._tags.textEdited.connect(self._on_edit)
        self._category.picked.connect(self._on_edit)
        self._save.clicked.connect(self.save_wanted)
        self._undo.clicked.connect(self.undo_wanted)

    def show_state(self, state: ItemState) -> None:
        """Show what is being written; a field that says so already is left alone."""
        if state.item is None:
            return
        self._filling, self._about = True, state.about
        if self._words.toPlainText() != state.about.description:
            self._words.setPlainText(state.about.description)
        if split(self._tags.text()) != state.about.tags:
            self._tags.setText(", ".join(state.about.tags))
        self._category.choose(state.about.category)
        self._filling = False
        long = len(state.about.description) > _MOST
        wrong = mistake(state.about.tags)
        self._words_field.show_mistake(tr("At most {count} signs.", count=_MOST) if long else "")
        self._tags_field.show_mistake(wrong)
        self._save.setEnabled(state.is_changed and not state.busy and not long and not wrong)
        self._undo.setVisible(state.undo is not None)
        self._undo.setEnabled(not state.busy)

    def _on_edit(self) -> None:
        if not self._filling:
            self.written.emit(
                replace(
                    self._about,
                    description=self._words.toPlainText(),
                    tags=split(self._tags.text()),
                    category=cast("Category", self._category.key),
                )
            )
