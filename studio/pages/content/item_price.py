"""What a film costs, what it could cost and why, from when it is there, and its picture's way to a change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit

from studio.kit.format import moment, money_exact, money_plain, plural
from studio.kit.opening_time import parse
from studio.kit.price_words import intent_options
from studio.kit.widgets import text
from studio.kit.widgets.button import ghost, secondary
from studio.kit.widgets.card import Card, row
from studio.kit.widgets.choice import Choice
from studio.kit.widgets.fields import Fact, Field
from studio.kit.widgets.price_reasons import PriceReasons
from studio.kit.words import tr

if TYPE_CHECKING:
    from studio.pages.content.item_model import ItemState


class PriceCard(Card):
    """Signal: ``aimed(intent)``."""

    aimed = Signal(str)

    def __init__(self) -> None:
        super().__init__(tr("Price"))
        self._price = Fact(tr("Per 10 seconds"), name_of_value="item.price", strong=True)
        self._parts = Fact(tr("Parts"), name_of_value="item.parts")
        self._intent = Choice(intent_options(), name="item.intent", says=tr("What it is for"))
        self._intent.picked.connect(self.aimed)
        self._aim = Field(tr("What it is for"), self._intent)
        self.reasons = PriceReasons(name="item.suggestion", can_take=False)
        self._stays = text.caption(tr("The price is signed with the parts that were sold, and stays."), wrap=True)
        self._without = text.muted(tr("It was published from another computer, where its file was measured."))
        for part in (self._price, self._parts, self._stays, self._aim, self.reasons, self._without):
            self.body.addWidget(part)

    def show_state(self, state: ItemState) -> None:
        """Show the price and the suggestion beside it."""
        item = state.item
        if item is None:
            return
        self._price.show_value(money_exact(item.price_per_ten_seconds))
        free = tr("{count} of them free", count=item.free_chunks)
        self._parts.show_value(f"{plural(item.chunk_count, tr('part'), tr('parts'))}, {free}")
        self._intent.choose(state.intent)
        self._aim.setVisible(state.upload is not None)
        self._without.setVisible(state.upload is None)
        typed = money_plain(item.price_per_ten_seconds)
        self.reasons.show_suggestion(state.suggestion, state.words, typed)


class OpeningCard(Card):
    """Shown while a film is to come. Signals: ``typed(words)``, ``move_wanted``, ``now_wanted``."""

    typed = Signal(str)
    move_wanted = Signal()
    now_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(tr("To come"))
        self.setObjectName("item.opening")
        self._words = text.muted()
        self._words.setObjectName("item.opening.words")
        self._moment = QLineEdit()
        self._moment.setObjectName("item.opening.moment")
        self._moment.setPlaceholderText("2026-11-28 18:00")
        self._moment.textEdited.connect(self.typed)
        self._field = Field(tr("Another time"), self._moment)
        self._move = secondary(tr("Move it"), name="item.opening.move")
        self._move.clicked.connect(self.move_wanted)
        self._now = ghost(tr("Open it now"), name="item.opening.now")
        self._now.clicked.connect(self.now_wanted)
        buttons = row(self._now, self._move, spacing=8)
        buttons.insertStretch(0, 1)
        for part in (self._words, self._field):
            self.body.addWidget(part)
        self.body.addLayout(buttons)
        self.hide()

    def show_state(self, state: ItemState) -> None:
        """Say from when it is there, and what is wrong with another time."""
        opens_at = None if state.item is None else state.item.opens_at
        self.setVisible(opens_at is not None)
        if opens_at is None:
            return
        when = moment(opens_at)
        self._words.setText(
            tr("Everybody has it from {when} on; members of tiers with days before others have it earlier.", when=when)
        )
        if self._moment.text() != state.opens_text:
            self._moment.setText(state.opens_text)
        wrong = bool(state.opens_text.strip()) and parse(state.opens_text) is None
        self._field.show_mistake(tr("Write day and time as 2026-11-28 18:00.") if wrong else "")
        self._move.setEnabled(not state.busy and parse(state.opens_text) is not None)
        self._now.setEnabled(not state.busy)
