"""What a film costs, what it could cost and why, from when it is there, and its picture's way to a change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QSpinBox, QVBoxLayout

from studio.kit.format import moment, money_exact, money_plain, plural
from studio.kit.opening_time import parse
from studio.kit.price_words import intent_options
from studio.kit.theme import font
from studio.kit.widgets import text
from studio.kit.widgets.ask_back import AskBack
from studio.kit.widgets.button import bare, ghost, secondary
from studio.kit.widgets.card import Card, holder, row
from studio.kit.widgets.choice import Choice
from studio.kit.widgets.fields import Fact, Field
from studio.kit.widgets.money_field import MoneyField
from studio.kit.widgets.price_reasons import PriceReasons
from studio.kit.words import tr
from studio.pages.content.item_model import MOST_PER_TEN_SECONDS

if TYPE_CHECKING:
    from services.units.money import Money
    from services.wire.catalogue import ItemOut
    from studio.pages.content.item_model import ItemState


class PriceCard(Card):
    """Signals: ``aimed(intent)``, ``typed(price, free)``, ``ask_wanted(what)``, ``change_wanted``, ``undo_wanted``."""

    aimed = Signal(str)
    typed = Signal(str, int)
    ask_wanted = Signal(str)
    change_wanted = Signal()
    undo_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(tr("Price"))
        self._price = Fact(tr("Per 10 seconds"), name_of_value="item.price", strong=True)
        self._parts = Fact(tr("Parts"), name_of_value="item.parts")
        self._intent = Choice(intent_options(), name="item.intent", says=tr("What it is for"))
        self._intent.picked.connect(self.aimed)
        self._aim = Field(tr("What it is for"), self._intent)
        self.reasons = PriceReasons(name="item.suggestion")
        self.reasons.taken.connect(self._on_taken)
        self._without = text.muted(
            tr("It was published from another computer, where its file was measured. Its price is changed there.")
        )
        self._filling = False
        self._change = holder(self._form())
        self._ask = AskBack(tr("Yes, from now on"), tr("Keep the price"), name="item.change_price")
        self._ask.sure.connect(self.change_wanted)
        self._ask.kept.connect(self._on_keep)
        for part in (self._price, self._parts, self._change, self._ask, self._aim, self.reasons, self._without):
            self.body.addWidget(part)

    def _form(self) -> QVBoxLayout:
        self._amount = MoneyField(name="item.new_price", says=tr("New price per 10 seconds"), hint="0.01")
        self._amount.edited.connect(self._on_edit)
        self._field = Field(tr("New price per 10 seconds"), self._amount)
        self._free = QSpinBox()
        self._free.setObjectName("item.new_free")
        self._free.setFont(font(tabular=True))
        self._free.lineEdit().setTextMargins(12, 0, 12, 0)
        self._free.valueChanged.connect(self._on_edit)
        self._button = secondary(tr("Change the price"), name="item.change_price", icon="arrow-right")
        self._button.clicked.connect(self._on_button)
        lines = QVBoxLayout()
        lines.setSpacing(12)
        lines.addLayout(row(self._field, Field(tr("Free parts at the start"), self._free), spacing=16))
        self._undo = bare(tr("Undo"), name="item.change_price.undo", icon="retry")
        self._undo.clicked.connect(self.undo_wanted)
        ends = row(self._undo, self._button)
        ends.insertStretch(0, 1)
        lines.addLayout(ends)
        return lines

    def _on_taken(self, price: Money) -> None:
        self.typed.emit(money_plain(price), self._free.value())

    def _on_edit(self) -> None:
        if not self._filling:
            self.typed.emit(self._amount.plain, self._free.value())

    def _on_button(self) -> None:
        self.ask_wanted.emit("price")

    def _on_keep(self) -> None:
        self.ask_wanted.emit("")

    def _show_change(self, state: ItemState, item: ItemOut) -> None:
        self._filling = True
        self._free.setRange(0, item.chunk_count)
        self._free.setValue(state.wanted_free)
        held = money_plain(item.price_per_ten_seconds)
        self._amount.set_plain(held if state.price_text is None else state.price_text)
        self._filling = False
        most = money_exact(MOST_PER_TEN_SECONDS)
        is_wrong = state.wanted_price is None
        self._field.show_mistake(tr("A price is more than 0 and at most {most}.", most=most) if is_wrong else "")
        self._change.setVisible(state.upload is not None)
        self._button.setVisible(state.asks != "price")
        self._button.setEnabled(state.can_change_price)
        self._button.set_text(tr("Changing…") if state.busy else tr("Change the price"))
        self._undo.setVisible(state.price_was is not None and state.asks != "price")
        self._undo.setEnabled(not state.busy)
        self._ask.setVisible(state.asks == "price")
        self._ask.say(
            tr(
                "From now on “{title}” costs {price} per 10 seconds, and {free} at the start are free. What was bought "
                "stays bought. Who is watching is shown the new price before anything is paid.",
                title=item.title,
                price=money_exact(state.wanted_price),
                free=plural(state.wanted_free, tr("part"), tr("parts")),
            )
        )

    def show_state(self, state: ItemState) -> None:
        """Show the price and the suggestion beside it."""
        item = state.item
        if item is None:
            return
        self._price.show_value(money_exact(item.price_per_ten_seconds))
        free = tr("{count} of them free", count=item.free_chunks)
        self._parts.show_value(f"{plural(item.chunk_count, tr('part'), tr('parts'))}, {free}")
        self._intent.choose(state.intent)
        self._show_change(state, item)
        self._aim.setVisible(state.upload is not None)
        self._without.setVisible(state.upload is None)
        typed = money_plain(item.price_per_ten_seconds) if state.price_text is None else state.price_text
        self.reasons.show_suggestion(state.suggestion, state.words, typed)
        self.reasons.use.setVisible(state.upload is not None)


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
