"""The form of a film for sale: what it is, its price with a suggestion, who can watch it, when, and what it costs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QSpinBox

from studio.kit.format import DASH, money_exact, share_words
from studio.kit.price_words import category_options, intent_options
from studio.kit.tags import split
from studio.kit.theme import font, scaled
from studio.kit.widgets import text
from studio.kit.widgets.access_choice import AccessChoice
from studio.kit.widgets.button import primary
from studio.kit.widgets.card import Card, Inset, row
from studio.kit.widgets.choice import Choice
from studio.kit.widgets.fields import Fact, Field
from studio.kit.widgets.money_field import MoneyField
from studio.kit.widgets.node_choice import NodeChoice
from studio.kit.widgets.price_reasons import PriceReasons
from studio.kit.widgets.release_note import ReleaseNote
from studio.kit.words import tr
from studio.pages.upload.state import Draft, UploadState
from studio.pages.upload.when_part import WhenPart

if TYPE_CHECKING:
    from services.wire.uploads import Category, CostOut, Intent, PriceQuote

_MOST_FREE = 500


class UploadForm(Card):
    """Signals: ``typed(draft)`` at each change, ``publish_wanted``."""

    typed = Signal(object)
    publish_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(tr("For sale"))
        self._filling = False
        self._draft = Draft()
        self._shown = ""
        self._title = QLineEdit()
        self._title.setObjectName("upload.title")
        self._title.setMaxLength(120)
        self._about = QPlainTextEdit()
        self._about.setObjectName("upload.description")
        self._about.setFixedHeight(scaled(72))
        self._about.setTabChangesFocus(True)
        self._tags = QLineEdit()
        self._tags.setObjectName("upload.tags")
        self._tags_field = Field(tr("Tags"), self._tags, tr("With commas between them; people find it by them."))
        self._category = Choice(category_options(), name="upload.category", says=tr("Category"))
        self._intent = Choice(intent_options(), name="upload.intent", says=tr("What it is for"))
        self._price = MoneyField(name="upload.price", hint="0.01")
        self._price_field = Field(tr("Price per 10 seconds"), self._price, tr("In dollars, such as 0.01."))
        self.reasons = PriceReasons(name="upload.suggestion")
        self._free = QSpinBox()
        self._free.setObjectName("upload.preview")
        self._free.setRange(0, _MOST_FREE)
        self._free.setFont(font(tabular=True))
        self._free.lineEdit().setTextMargins(12, 0, 12, 0)
        self.access = AccessChoice(name="upload.access")
        self._when = WhenPart()
        self._place = NodeChoice(name="upload.place", says=tr("Sell from"))
        self._place_field = Field(tr("Sell from"), self._place)
        self.note = ReleaseNote(name="upload.release")
        self._minute, self._whole = Fact(tr("A minute")), Fact(tr("The whole film"))
        self._costs = Fact(tr("Of that, to bring it to the chain"), name_of_value="upload.cost")
        self._even = Fact(tr("A withdrawal is paid after"))
        self._share = Fact(tr("You get, for each who watches it all"), strong=True)
        self._share.value.set_ink("accent")
        self._needed = text.caption(wrap=True)
        self._needed.setObjectName("upload.needed")
        self.publish = primary(tr("Publish"), name="upload.publish", icon="arrow-right")
        self._build()
        self._connect()

    def _build(self) -> None:
        self.body.addWidget(Field(tr("Title"), self._title))
        self.body.addWidget(Field(tr("Description"), self._about))
        self.body.addWidget(self._tags_field)
        kinds = row(Field(tr("Category"), self._category), Field(tr("What it is for"), self._intent), spacing=16)
        self.body.addLayout(kinds)
        free = Field(tr("Free parts at the start"), self._free, tr("About 10 seconds each."))
        prices = row(self._price_field, free, spacing=16)
        self.body.addLayout(prices)
        self.body.addWidget(self.reasons)
        self.body.addWidget(text.Text(tr("Who can watch"), size=12, weight=text.Weight.Medium))
        self.body.addWidget(self.access)
        self.body.addWidget(self._when)
        self.body.addWidget(self._place_field)
        self.body.addWidget(self.note)
        sums = Inset()
        for fact in (self._minute, self._whole, self._costs, self._even, self._share):
            sums.body.addWidget(fact)
        self.body.addWidget(sums)
        self.body.addStretch(1)
        self.body.addWidget(self._needed)
        self.body.addWidget(self.publish)

    def _connect(self) -> None:
        for line in (self._title, self._tags):
            line.textEdited.connect(self._on_edit)
        self._about.textChanged.connect(self._on_edit)
        self._price.edited.connect(self._on_edit)
        self._free.valueChanged.connect(self._on_edit)
        for choice in (self._category, self._intent, self._place):
            choice.picked.connect(self._on_edit)
        self._when.edited.connect(self._on_edit)
        self.publish.clicked.connect(self.publish_wanted)

    def show_state(self, state: UploadState) -> None:
        """Show form and sums; fields that say so already are left alone."""
        self._filling = True
        if state.upload is not None and state.upload.id != self._shown:
            self._shown = state.upload.id
            self._when.clear()
        draft = self._draft = state.draft
        self._fill(draft)
        self._filling = False
        self.access.show_access(draft.visibility, draft.tiers, state.tiers)
        self._when.show_state(state)
        self.reasons.show_suggestion(state.suggestion, state.words, draft.price_text)
        self._place.show_nodes(state.nodes, draft.node)
        self._place_field.setVisible(bool(state.nodes or draft.node))
        self.note.show_node(state.place)
        self._show_sums(state.quote, None if state.suggestion is None else state.suggestion.chosen_cost)
        mistakes = state.mistakes
        self._price_field.show_mistake(mistakes.get("price_text", ""))
        self._tags_field.show_mistake(mistakes.get("tags", ""))
        publishing = state.upload is not None and state.upload.state == "publishing"
        self.publish.setEnabled(state.can_publish)
        ready = tr("Publish for later") if draft.opens_text.strip() else tr("Publish")
        busy = publishing or (state.busy and not state.can_publish)
        self.publish.set_text(tr("Publishing…") if busy else ready)
        needed = "" if busy else _why_not(state)
        self.publish.setToolTip(needed)
        self._needed.setText(needed)
        self._needed.setVisible(bool(needed))

    def _fill(self, draft: Draft) -> None:
        if self._title.text() != draft.title:
            self._title.setText(draft.title)
        if self._about.toPlainText() != draft.description:
            self._about.setPlainText(draft.description)
        if split(self._tags.text()) != draft.tags:
            self._tags.setText(", ".join(draft.tags))
        self._price.set_plain(draft.price_text)
        if self._free.value() != draft.preview_chunks:
            self._free.setValue(draft.preview_chunks)
        self._category.choose(draft.category)
        self._intent.choose(draft.intent)

    def _show_sums(self, quote: PriceQuote | None, cost: CostOut | None) -> None:
        self._minute.show_value(DASH if quote is None else money_exact(quote.per_minute))
        self._whole.show_value(DASH if quote is None else money_exact(quote.whole))
        self._share.show_value(DASH if quote is None else money_exact(quote.creator_share))
        for fact in (self._costs, self._even):
            fact.setVisible(cost is not None)
        if cost is not None:
            self._costs.show_value(f"{money_exact(cost.settlement)}  ·  {share_words(cost.settlement_per_mille)}")
            self._even.show_value(tr("{count} min watched", count=cost.break_even_minutes))

    def _on_edit(self) -> None:
        if self._filling:
            return
        self.typed.emit(
            replace(
                self._draft,
                title=self._title.text(),
                description=self._about.toPlainText(),
                price_text=self._price.plain,
                preview_chunks=self._free.value(),
                node=self._place.address,
                category=cast("Category", self._category.key),
                intent=cast("Intent", self._intent.key),
                tags=split(self._tags.text()),
                opens_text=self._when.written,
            )
        )


def _why_not(state: UploadState) -> str:
    """Say why the film cannot be published yet; empty when it can."""
    if state.can_publish or state.upload is None:
        return ""
    if state.upload.state != "ready":
        return tr("The parts have to be ready first.")
    if not state.is_place_settled:
        return tr("Say first that you know what the node can do with the film.")
    if not state.draft.title.strip():
        return tr("Give it a title first.")
    return next(iter(state.mistakes.values()), tr("Give it a price first."))
