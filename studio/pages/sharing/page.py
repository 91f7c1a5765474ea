"""The pass from a creator's side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.kit.format import money
from studio.kit.widgets import text
from studio.kit.widgets.badge import Badge
from studio.kit.widgets.button import bare, primary
from studio.kit.widgets.card import Card, row
from studio.kit.widgets.case_list import CaseList
from studio.kit.widgets.empty import EmptyState
from studio.kit.widgets.pass_frame import PassFrame
from studio.kit.widgets.tick import Tick
from studio.kit.words import tr
from studio.pages.sharing.months import MonthsCard, SmoothingCard
from studio.pages.sharing.score import ScoreCard
from studio.pages.sharing.statement import StatementCard
from studio.pages.sharing.view_model import SharingViewModel

if TYPE_CHECKING:
    from services.wire.passes import PartOut, PassOut
    from studio.kit.context import PageContext


class SharingPage(PassFrame):
    """Taking part, months explained, smoothing, cases, score, statement."""

    def __init__(self, context: PageContext) -> None:
        self.model = SharingViewModel(context)
        none = EmptyState(tr("This node sells no pass; its operator can offer one."), ghost="rows")
        about = tr("What holders of the pass who watched you paid for it")
        super().__init__(context, about=about, none=none, again=self.model.refresh)
        self._part, self._months, self._smoothing = PartCard(self.model), MonthsCard(), SmoothingCard()
        self._cases, self._score, self._statement = CaseList(), ScoreCard(), StatementCard()
        self.stand(self._part, self._months, self._cases, self._smoothing, self._score, self._statement)
        self._months.pay_wanted.connect(self.model.pay_now)
        self._months.tasks_wanted.connect(self._on_tasks)
        self._smoothing.chosen.connect(self._on_smooth)
        self._cases.objected.connect(self.model.appeal)
        self._statement.wanted.connect(self.model.make_statement)
        self._statement.kept.connect(self.model.keep_statement)
        self.model.changed.connect(self._render)
        self.model.refresh()

    def _render(self) -> None:
        state = self.model.state
        self.banner.show_problem(state.problem)
        if state.found is None:
            return
        self.is_known()
        found, sharing = state.found, state.found.sharing
        has_any = found.offer is not None or bool(sharing.months)
        self.none.setVisible(not has_any)
        for part in (self._months, self._smoothing):
            part.setVisible(has_any)
            part.show_sharing(sharing, busy=state.busy)
        self._part.setVisible(found.offer is not None)
        if found.offer is not None:
            self._part.show_part(found.offer, sharing.part, busy=state.busy)
        self._cases.show_cases(found.cases, busy=state.busy)
        self._score.show()
        self._score.show_score(found.score)
        self._statement.show()
        self._statement.show_statement(state.statement, making=state.making)

    def _on_smooth(self, is_on: bool) -> None:
        self.model.smooth(is_on=is_on)

    def _on_tasks(self) -> None:
        self.context.navigate("payouts")


class PartCard(Card):
    """Whether this creator takes part."""

    def __init__(self, model: SharingViewModel) -> None:
        super().__init__(tr("Taking part"))
        self.setObjectName("sharing.part")
        self._model = model
        self._badge = Badge()
        self.head.addWidget(self._badge)
        self._about = text.body()
        self.body.addWidget(self._about)
        self._members = Tick(tr("Also open what is for members only"))
        self._members.setObjectName("sharing.members_only")
        self._members.setAccessibleName(tr("Also open what is for members only"))
        self._members.clicked.connect(self._on_members)
        self.body.addWidget(self._members)
        self._join = primary(tr("Take part"), name="sharing.join", icon="check")
        self._leave = bare(tr("Leave the pass"), name="sharing.leave")
        self._join.clicked.connect(self._on_join)
        self._leave.clicked.connect(self._on_leave)
        buttons = row(self._join, self._leave)
        buttons.addStretch(1)
        self.body.addLayout(buttons)

    def show_part(self, offer: PassOut, part: PartOut, *, busy: bool) -> None:
        """Show how it stands."""
        self._badge.set_state(*((tr("In the pass"), "ok") if part.is_in else (tr("Not in it"), "neutral")))
        self._about.setText(
            tr(
                "{name} costs {price} for thirty days. Of each holder's fee a tenth is the platform's; the rest goes "
                "to whom that holder watched. Parts, tips and your own tiers stay yours alone.",
                name=offer.name,
                price=money(offer.price),
            )
        )
        self._members.setChecked(part.with_members_only)
        self._join.setVisible(not part.is_in)
        self._leave.setVisible(part.is_in)
        for control in (self._members, self._join, self._leave):
            control.setEnabled(not busy)

    def _on_join(self) -> None:
        self._model.take_part(is_in=True, with_members_only=self._members.isChecked())

    def _on_leave(self) -> None:
        self._model.take_part(is_in=False, with_members_only=self._members.isChecked())

    def _on_members(self) -> None:
        if self._leave.isVisible():
            self._model.take_part(is_in=True, with_members_only=self._members.isChecked())
