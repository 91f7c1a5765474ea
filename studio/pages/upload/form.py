"""The form of a film for sale: title, price per ten seconds, free parts, and what that comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QSpinBox

from studio.kit.format import DASH, money_exact
from studio.kit.theme import font
from studio.kit.widgets.button import primary
from studio.kit.widgets.card import Card, Inset, row
from studio.kit.widgets.fields import Fact, Field
from studio.kit.widgets.money_field import MoneyField
from studio.kit.widgets.node_choice import NodeChoice
from studio.kit.widgets.release_note import ReleaseNote
from studio.pages.upload.view_model import Draft, UploadState

if TYPE_CHECKING:
    from services.wire.uploads import PriceQuote

_MOST_FREE = 500


class UploadForm(Card):
    """Signals: ``typed(draft)`` at each change, ``publish_wanted``."""

    typed = Signal(object)
    publish_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("For sale")
        self._filling = False
        self._title = QLineEdit()
        self._title.setObjectName("upload.title")
        self._title.setMaxLength(120)
        self._about = QPlainTextEdit()
        self._about.setObjectName("upload.description")
        self._about.setFixedHeight(72)
        self._about.setTabChangesFocus(True)
        self._price = MoneyField(name="upload.price", hint="0.01")
        self._price_field = Field("Price per 10 seconds", self._price, "In dollars, such as 0.01.")
        self._free = QSpinBox()
        self._free.setObjectName("upload.preview")
        self._free.setRange(0, _MOST_FREE)
        self._free.setFont(font(tabular=True))
        self._free.lineEdit().setTextMargins(12, 0, 12, 0)
        self._place = NodeChoice(name="upload.place", says="Sell from")
        self._place_field = Field("Sell from", self._place)
        self.note = ReleaseNote(name="upload.release")
        self._minute, self._whole = Fact("A minute"), Fact("The whole film")
        self._share = Fact("You get, for each who watches it all", strong=True)
        self._share.value.set_ink("accent")
        self.publish = primary("Publish", name="upload.publish", icon="arrow-right")
        self._build()
        self._title.textEdited.connect(self._on_edit)
        self._about.textChanged.connect(self._on_edit)
        self._price.edited.connect(self._on_edit)
        self._free.valueChanged.connect(self._on_edit)
        self._place.picked.connect(self._on_edit)
        self.publish.clicked.connect(self.publish_wanted)

    def _build(self) -> None:
        self.body.addWidget(Field("Title", self._title))
        self.body.addWidget(Field("Description", self._about))
        free = Field("Free parts at the start", self._free, "About 10 seconds each.")
        prices = row(self._price_field, free, spacing=16)
        self.body.addLayout(prices)
        self.body.addWidget(self._place_field)
        self.body.addWidget(self.note)
        sums = Inset()
        for fact in (self._minute, self._whole, self._share):
            sums.body.addWidget(fact)
        self.body.addWidget(sums)
        self.body.addStretch(1)
        self.body.addWidget(self.publish)

    def show_state(self, state: UploadState) -> None:
        """Show form and sums; fields that say so already are left alone."""
        self._filling = True
        draft = state.draft
        if self._title.text() != draft.title:
            self._title.setText(draft.title)
        if self._about.toPlainText() != draft.description:
            self._about.setPlainText(draft.description)
        if self._price.text() != draft.price_text:
            self._price.setText(draft.price_text)
        if self._free.value() != draft.preview_chunks:
            self._free.setValue(draft.preview_chunks)
        self._filling = False
        self._place.show_nodes(state.nodes, draft.node)
        self._place_field.setVisible(bool(state.nodes or draft.node))
        self.note.show_node(state.place)
        self._show_sums(state.quote)
        wrong = bool(draft.price_text.strip()) and self._price.money is None
        self._price_field.show_mistake("Enter an amount such as 0.005." if wrong else "")
        publishing = state.upload is not None and state.upload.state == "publishing"
        self.publish.setEnabled(state.can_publish)
        self.publish.set_text("Publishing…" if publishing or (state.busy and not state.can_publish) else "Publish")
        self.publish.setToolTip(_why_not(state))

    def _show_sums(self, quote: PriceQuote | None) -> None:
        self._minute.show_value(DASH if quote is None else money_exact(quote.per_minute))
        self._whole.show_value(DASH if quote is None else money_exact(quote.whole))
        self._share.show_value(DASH if quote is None else money_exact(quote.creator_share))

    def _on_edit(self) -> None:
        if self._filling:
            return
        self.typed.emit(
            Draft(
                title=self._title.text(),
                description=self._about.toPlainText(),
                price_text=self._price.text(),
                preview_chunks=self._free.value(),
                node=self._place.address,
            )
        )


def _why_not(state: UploadState) -> str:
    """Say why the film cannot be published yet; empty when it can."""
    if state.can_publish or state.upload is None:
        return ""
    if state.upload.state != "ready":
        return "The parts have to be ready first."
    if not state.is_place_settled:
        return "Say first that you know what the node can do with the film."
    return "Give it a title first." if not state.draft.title.strip() else "Give it a price first."
