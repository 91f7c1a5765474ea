"""Three queues: creators to verify, reports to decide, films that are taken down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.kit import format as say
from studio.kit.case_words import KINDS, STATES, case_facts, case_sentence
from studio.kit.widgets import text
from studio.kit.widgets.badge import Badge
from studio.kit.widgets.button import Button, bare, ghost, secondary
from studio.kit.widgets.card import Card, column, hairline, row
from studio.kit.widgets.flow import Beside
from studio.kit.widgets.page import PageFrame
from studio.kit.widgets.skeleton import skeleton_lines
from studio.kit.words import mark, tr
from studio.pages.oversight.offer import OfferCard
from studio.pages.oversight.view_model import OversightViewModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.wire.cases import CaseOut
    from services.wire.kyc import KycCaseOut
    from services.wire.moderation import ReportedOut, TakedownOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Action, Problem
    from studio.kit.tokens import Tone

_WIDTH = 900
_BESIDE = 560
"""Pixels at 100 % that a line and its decisions need side by side."""
_REASONS: dict[str, str] = {
    "illegal": mark("illegal"),
    "infringement": mark("somebody else's work"),
    "violence": mark("violence"),
    "sexual": mark("sexual content"),
    "harassment": mark("harassment"),
    "misleading": mark("misleading"),
    "spam": mark("spam"),
    "abuse": mark("abuse"),
    "other": mark("other"),
}


class Line(QWidget):
    """One thing to decide. Signal: ``decided(action, subject)``."""

    decided = Signal(str, object)

    def __init__(self, subject: Any, head: str, told: str, *, badge: str = "", tone: Tone = "neutral") -> None:
        super().__init__()
        self._subject = subject
        top = row(text.Text(head, weight=text.Weight.DemiBold))
        if badge:
            top.addWidget(Badge(badge, tone))
        top.addStretch(1)
        words: QVBoxLayout = column(spacing=2)
        words.addLayout(top)
        words.addWidget(text.muted(told))
        self._line = Beside(words, least=_BESIDE, spacing=8)
        self.setLayout(column(self._line))

    def offer(self, button: Button, action: str) -> None:
        """Put a button at the right."""
        button.setProperty("decision", action)
        button.clicked.connect(self._on_click)
        self._line.add_end(button)

    def _on_click(self) -> None:
        self.decided.emit(str(self.sender().property("decision")), self._subject)


class Queue(Card):
    """Lines under a title, or a sentence when nothing waits; neither while that is not known."""

    def __init__(self, title: str, nothing: str) -> None:
        super().__init__(title)
        self._nothing = text.muted(nothing)
        self._nothing.hide()
        self._ghost = skeleton_lines(60, height=20)
        self._lines: list[QWidget] = []
        for part in (self._ghost, self._nothing):
            self.body.addWidget(part)

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show what waits in place of what was shown."""
        self._ghost.hide()
        for old in self._lines:
            self.body.removeWidget(old)
            old.deleteLater()
        self._lines = []
        for line in lines:
            self._lines += [hairline(), line] if self._lines else [line]
        for part in self._lines:
            self.body.addWidget(part)
        self._nothing.setVisible(not lines)


class OversightPage(PageFrame):
    """What the people of this node ask of who runs it."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(tr("Oversight"), width=_WIDTH)
        self._context = context
        self.model = OversightViewModel(context)
        self.subtitle.setText(tr("What waits for a decision on this node"))
        again = bare(tr("Look again"), name="oversight.refresh", icon="retry")
        again.clicked.connect(self.model.refresh)
        self.buttons.addWidget(again)
        self._cases = Queue(tr("Creators to verify"), tr("Nobody waits to be verified."))
        self._reports = Queue(tr("Reports"), tr("No film is reported."))
        self._sharing = Queue(tr("Cases of the pass"), tr("No case waits."))
        self._offer = OfferCard()
        self._offer.offered.connect(self.model.offer)
        self._down = Queue(tr("Taken down"), tr("No film is taken down."))
        for queue in (self._cases, self._sharing, self._reports, self._down, self._offer):
            self.body.addWidget(queue)
        self.body.addStretch(1)
        self.banner.acted.connect(self._on_action)
        self.model.changed.connect(self._render)
        self.model.refresh()

    def _render(self) -> None:
        state = self.model.state
        self.banner.show_problem(state.problem)
        if state.queue is None:
            return
        self._cases.show_lines([self._case(case) for case in state.queue.cases])
        self._sharing.show_lines([self._sharing_case(case) for case in state.sharing])
        self._offer.show_offer(state.offer, busy=state.busy)
        self._reports.show_lines([self._report(report) for report in state.queue.reports])
        self._down.show_lines([self._taken_down(one) for one in state.queue.down])
        for queue in (self._cases, self._sharing, self._reports, self._down):
            queue.setEnabled(not state.busy)

    def _case(self, case: KycCaseOut) -> Line:
        line = Line(case, say.short(case.creator), tr("Asked on {changed_at}", changed_at=say.moment(case.changed_at)))
        line.offer(ghost(tr("Reject"), name=f"oversight.reject.{case.creator}"), "reject")
        line.offer(secondary(tr("Verify"), name=f"oversight.verify.{case.creator}", icon="check"), "verify")
        return self._joined(line)

    def _sharing_case(self, case: CaseOut) -> Line:
        words, tone = STATES[case.state]
        told = f"{say.short(case.account)} · {case_sentence(case)} ({case_facts(case)})"
        line = Line(case, tr(KINDS[case.kind]), told, badge=tr(words), tone=tone)
        line.offer(ghost(tr("Uphold"), name=f"oversight.uphold.{case.id}"), "upheld")
        line.offer(secondary(tr("Lift"), name=f"oversight.lift.{case.id}", icon="check"), "lifted")
        return self._joined(line)

    def _report(self, report: ReportedOut) -> Line:
        told = f"{say.short(report.account)}, {say.moment(report.at)}"
        told = f"“{report.text}” · {told}" if report.text else told
        line = Line(report, report.title, told, badge=tr(_REASONS[report.reason]), tone="warn")
        line.offer(ghost(tr("Leave it up"), name=f"oversight.dismiss.{report.id}"), "dismiss")
        line.offer(secondary(tr("Take down"), name=f"oversight.takedown.{report.id}", icon="flag"), "take_down")
        return self._joined(line)

    def _taken_down(self, one: TakedownOut) -> Line:
        told = (
            tr("The creator answers: “{appeal}”", appeal=one.appeal)
            if one.appeal
            else tr("Since {at}. No answer yet.", at=say.moment(one.at))
        )
        line = Line(one, one.title, told, badge=tr(_REASONS[one.reason]), tone="bad")
        line.offer(secondary(tr("Bring back"), name=f"oversight.restore.{one.content_id}"), "restore")
        return self._joined(line)

    def _joined(self, line: Line) -> Line:
        line.decided.connect(self._decide)
        return line

    def _decide(self, action: str, subject: Any) -> None:
        match action:
            case "verify" | "reject":
                self.model.decide(subject.creator, "verified" if action == "verify" else "rejected")
            case "lifted" | "upheld":
                self.model.settle(subject.id, "lifted" if action == "lifted" else "upheld")
            case "dismiss":
                self.model.dismiss(subject.id)
            case "take_down":
                self.model.take_down(subject)
            case _:
                self.model.restore(subject.content_id)

    def _on_action(self, _action: Action, problem: Problem) -> None:
        self._context.handle(problem, self.model.refresh)
