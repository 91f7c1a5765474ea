"""Three queues: creators to verify, reports to decide, films that are taken down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from studio.kit import format as say
from studio.kit.case_words import KINDS, STATES, case_facts, case_sentence
from studio.kit.widgets.button import Button, bare, secondary
from studio.kit.widgets.page import PageFrame
from studio.kit.words import mark, tr
from studio.pages.oversight import questions
from studio.pages.oversight.lines import Line, Queue
from studio.pages.oversight.offer import OfferCard
from studio.pages.oversight.view_model import OversightViewModel

if TYPE_CHECKING:
    from services.wire.cases import CaseOut
    from services.wire.kyc import KycCaseOut
    from services.wire.moderation import ReportedOut, TakedownOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Action, Problem

_WIDTH = 900
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
        self._was_asked = ("", "")
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
        self._lead_on(state.asked)

    def _lead_on(self, asked: tuple[str, str]) -> None:
        """Put the focus where a question came up: the button that asked it is gone."""
        keep = self.findChild(Button, f"oversight.{asked[0]}.keep") if asked != self._was_asked else None
        self._was_asked = asked
        held = self.widget()
        if keep is not None and held is not None and (lines := held.layout()) is not None:
            keep.setFocus()
            lines.activate()
            self.ensureWidgetVisible(keep)

    def _case(self, case: KycCaseOut) -> Line:
        line = Line(case, say.short(case.creator), tr("Asked on {changed_at}", changed_at=say.moment(case.changed_at)))
        if self._asks("reject", case.creator):
            return self._asked(line, "reject", questions.rejecting(case))
        line.offer(bare(tr("Reject"), name=f"oversight.reject.{case.creator}"), "reject")
        line.offer(secondary(tr("Verify"), name=f"oversight.verify.{case.creator}", icon="check"), "verify")
        return self._joined(line)

    def _sharing_case(self, case: CaseOut) -> Line:
        words, tone = STATES[case.state]
        told = f"{say.short(case.account)} · {case_sentence(case)} ({case_facts(case)})"
        line = Line(case, tr(KINDS[case.kind]), told, badge=tr(words), tone=tone)
        for action in ("upheld", "lifted"):
            if self._asks(action, case.id):
                return self._asked(line, action, questions.settling(case, lifts=action == "lifted"))
        line.offer(bare(tr("Uphold"), name=f"oversight.uphold.{case.id}"), "upheld")
        line.offer(secondary(tr("Lift"), name=f"oversight.lift.{case.id}", icon="check"), "lifted")
        return self._joined(line)

    def _report(self, report: ReportedOut) -> Line:
        told = f"{say.short(report.account)}, {say.moment(report.at)}"
        told = f"“{report.text}” · {told}" if report.text else told
        if self.model.state.left_up == report.id:
            line = Line(report, report.title, tr("It stays up; the report is closed."))
            line.offer(bare(tr("Undo"), name="oversight.undo", icon="retry"), "undo")
            return self._joined(line)
        line = Line(report, report.title, told, badge=tr(_REASONS[report.reason]), tone="warn")
        if self._asks("take_down", str(report.id)):
            return self._asked(line, "take_down", questions.taking_down(report))
        line.offer(bare(tr("Leave it up"), name=f"oversight.dismiss.{report.id}"), "dismiss")
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

    def _asked(self, line: Line, action: str, question: questions.Question) -> Line:
        line.ask(question, action)
        line.sure.connect(self._act)
        line.kept.connect(self._on_kept)
        return line

    def _asks(self, action: str, about: str) -> bool:
        return self.model.state.asked == (action, about)

    def _decide(self, action: str, subject: Any) -> None:
        """Ask back before what takes something from somebody, or can be decided once only."""
        match action:
            case "reject":
                self.model.ask(action, subject.creator)
            case "lifted" | "upheld" | "take_down":
                self.model.ask(action, str(subject.id))
            case _:
                self._act(action, subject)

    def _act(self, action: str, subject: Any) -> None:
        match action:
            case "verify" | "reject":
                self.model.decide(subject.creator, "verified" if action == "verify" else "rejected")
            case "lifted" | "upheld":
                self.model.settle(subject.id, "lifted" if action == "lifted" else "upheld")
            case "dismiss":
                self.model.dismiss(subject.id)
            case "undo":
                self.model.take_back()
            case "take_down":
                self.model.take_down(subject)
            case _:
                self.model.restore(subject.content_id)

    def _on_kept(self) -> None:
        self.model.ask("", "")

    def _on_action(self, _action: Action, problem: Problem) -> None:
        self._context.handle(problem, self.model.refresh)
