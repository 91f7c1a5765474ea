"""Shows the tiers side by side and the form beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.kit.problems import Action, Problem
from studio.kit.widgets.button import ghost, primary
from studio.kit.widgets.card import Card, Slot
from studio.kit.widgets.empty import EmptyState
from studio.kit.widgets.flow import Columns
from studio.kit.widgets.page import PageFrame
from studio.kit.widgets.skeleton import skeleton_lines
from studio.kit.words import tr
from studio.pages.tiers.card import TierCard
from studio.pages.tiers.form import TierFormCard
from studio.pages.tiers.messages import MessagesCard
from studio.pages.tiers.messages_model import MessagesViewModel
from studio.pages.tiers.view_model import TiersViewModel

if TYPE_CHECKING:
    from services.wire.tiers import TierOut
    from studio.kit.context import PageContext

_LATELY = 28
"""Days that a card's revenue is of."""
_CARD_LEAST = 220


class TiersPage(PageFrame):
    """The creator's tiers."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(tr("Tiers"))
        self.model = TiersViewModel(context)
        self._shown: tuple[TierOut, ...] | None = None
        self._shown_cards: dict[str, TierCard] = {}
        self._new = primary(tr("New tier"), name="tiers.new", icon="plus")
        self._new.clicked.connect(self.model.begin)
        self._undo = ghost(tr("Undo"), name="tiers.undo", icon="retry")
        self._undo.clicked.connect(self.model.take_back)
        for button in (self._undo, self._new):
            self.buttons.addWidget(button)
        self._form = TierFormCard()
        self._form.typed.connect(self.model.type)
        self._form.save_wanted.connect(self.model.save)
        self._form.cancel_wanted.connect(self.model.cancel)
        self._form.hide()
        self.body.addWidget(self._form)
        self._empty = EmptyState(
            tr("A tier lets people join you for a month. Make one at $2.99, $5.99 or $9.99."),
            tr("Make your first tier"),
            ghost="cards",
        )
        self._empty.acted.connect(self.model.begin)
        self._empty.setMinimumHeight(360)
        self._empty.hide()
        self.body.addWidget(self._empty, 1)
        self._holder = QWidget()
        self._cards = QVBoxLayout(self._holder)
        self._cards.setContentsMargins(0, 0, 0, 0)
        self._show_ghosts()
        self.body.addWidget(self._holder)
        self._letters, self._written = MessagesCard(), MessagesViewModel(context)
        self._letters.answered.connect(self._written.answer)
        self._written.changed.connect(self._render_messages)
        self._written.sent.connect(self._on_answered)
        self.body.addWidget(self._letters)
        self.body.addStretch(1)
        self.banner.acted.connect(self._on_action)
        self.model.changed.connect(self._render)
        self._undo.hide()
        self.model.saved.connect(self._on_saved)
        self.model.archived.connect(self._on_archived)
        self.model.refresh()
        self._written.refresh()

    def _render_messages(self) -> None:
        self._letters.show_state(self._written.state)

    def _on_answered(self) -> None:
        self.model.context.notify(tr("Your answer is on its way to the member."))

    def _show_ghosts(self) -> None:
        ghosts = [Card() for _ in range(3)]
        for card in ghosts:
            card.setMinimumHeight(240)
            card.body.addWidget(skeleton_lines(50, 30, 90, 80, height=18))
            card.body.addStretch(1)
        self._cards.addWidget(Columns(*ghosts, least=_CARD_LEAST))

    def _render(self) -> None:
        state = self.model.state
        self.banner.show_problem(state.problem)
        self.subtitle.setText("" if state.tiers is None else tr("{len} of 3", len=len(state.tiers)))
        self._undo.setVisible(state.undo is not None and state.form is None)
        self._undo.setEnabled(not state.busy)
        self._new.setEnabled(not state.is_full)
        self._new.setToolTip(tr("Three tiers are the most there can be.") if state.is_full else "")
        if state.form is not None:
            self._form.show_form(state.form, busy=state.busy)
        self._form.setVisible(state.form is not None)
        if state.tiers is not None:
            self._empty.setVisible(not state.tiers and state.form is None)
            self._holder.setVisible(bool(state.tiers))
            self._show_tiers(state.tiers)
            figures = {each.tier_id: each for each in state.figures}
            for tier_id, card in self._shown_cards.items():
                card.show_figures(figures.get(tier_id))
                card.ask(asked=tier_id == state.leaving)

    def _show_tiers(self, tiers: tuple[TierOut, ...]) -> None:
        if tiers == self._shown:
            return
        self._shown = tiers
        while (item := self._cards.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self._shown_cards = {}
        for tier in tiers:
            card = self._shown_cards[tier.id] = TierCard(tier)
            card.edit_wanted.connect(self.model.edit)
            card.archive_wanted.connect(self.model.ask_archive)
            card.archive_confirmed.connect(self.model.archive)
            card.payments_wanted.connect(self._open_payments)
        free = [Slot(tr("Room for another tier")) for _ in range(3 - len(tiers))]
        self._cards.addWidget(Columns(*self._shown_cards.values(), *free, least=_CARD_LEAST))

    def _open_payments(self, key: str) -> None:
        self.model.context.navigate("earnings", {"days": str(_LATELY), "by": "tier", "key": key})

    def _on_saved(self, tier: TierOut) -> None:
        self.model.context.notify(tr("“{name}” is saved.", name=tier.name))

    def _on_archived(self, tier: TierOut) -> None:
        self.model.context.notify(tr("“{name}” is archived. Its members keep what they paid for.", name=tier.name))

    def _on_action(self, action: Action, problem: Problem) -> None:
        again = self.model.refresh if self.model.state.form is None or action is Action.REFRESH else self.model.save
        self.model.context.handle(problem, again)
