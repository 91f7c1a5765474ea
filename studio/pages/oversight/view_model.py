"""The operator's queues, and one decision at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from studio.kit.later import Later
from studio.kit.view_model import ViewModel
from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from services.client import DeskClient
    from services.client.passes import OperatorsPass
    from services.units.money import Money
    from services.wire.cases import CaseDecision, CaseOut
    from services.wire.kyc import Decision
    from services.wire.moderation import ReportedOut, ReportReason, TakedownReason
    from services.wire.oversight import OversightOut
    from services.wire.passes import PassOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem

_REASONS: Final[dict[ReportReason, TakedownReason]] = {
    "illegal": "illegal",
    "infringement": "infringement",
    "violence": "abuse",
    "sexual": "abuse",
    "harassment": "abuse",
    "misleading": "misleading",
    "spam": "spam",
    "other": "other",
}
REJECTED = mark("The documents did not show who you are. You can ask again.")
LIFTED = mark("A person looked, and nothing is wrong.")
UPHELD = mark("A person looked, and the rule was right.")
TAKEN_DOWN = mark("Taken down after a report. You can answer once.")


@dataclass(frozen=True, slots=True)
class OversightState:
    """What waits; None until it was read once."""

    queue: OversightOut | None = None
    sharing: tuple[CaseOut, ...] = ()
    offer: PassOut | None = None
    asked: tuple[str, str] = ("", "")
    """The decision that is asked back, and what it is about; empty for none."""
    left_up: int = 0
    """The report that is dismissed in a moment, and can be taken back until then; 0 for none."""
    busy: bool = False
    problem: Problem | None = None


class OversightViewModel(ViewModel[OversightState]):
    """Decides about creators and reports."""

    watches = frozenset({"catalogue"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, OversightState())
        self.later = Later(self)

    def refresh(self) -> None:
        """Read the queues."""
        self._fetch(lambda desk: desk.oversight.queue(), self._on_queue)
        self._act(lambda desk: desk.passes.for_operator(), self._on_pass)

    def decide(self, creator: str, decision: Decision) -> None:
        """Verify or reject a creator."""
        reason = tr(REJECTED) if decision == "rejected" else ""
        self._change(lambda desk: desk.oversight.decide(creator, decision, reason=reason))

    def ask(self, action: str, about: str) -> None:
        """Ask back before something is decided; empty to leave it."""
        self._set(asked=(action, about), problem=None)

    def dismiss(self, number: int) -> None:
        """Leave a reported film as it is, in a moment: the report does not come back."""
        if not self.state.busy:
            self.later.decide(lambda: self._dismiss(number))
            self._set(left_up=number, asked=("", ""))

    def take_back(self) -> None:
        """Let a report that was to be dismissed wait on."""
        self.later.take_back()
        self._set(left_up=0)

    def _dismiss(self, number: int) -> None:
        self._set(left_up=0)
        self._change(lambda desk: desk.oversight.dismiss(number))

    def take_down(self, report: ReportedOut) -> None:
        """Hide a reported film for the reason of the report."""
        reason = _REASONS[report.reason]
        self._change(lambda desk: desk.oversight.take_down(report.content_id, reason=reason, text=tr(TAKEN_DOWN)))

    def settle(self, case: str, decision: CaseDecision) -> None:
        """Lift or uphold a case of the pass."""
        if not self.state.busy:
            self._set(busy=True, asked=("", ""), problem=None)
            text = tr(LIFTED) if decision == "lifted" else tr(UPHELD)
            self._act(lambda desk: desk.passes.decide(case, decision, text=text), self._on_cases)

    def offer(self, name: str, price: Money) -> None:
        """Sell a pass at this price from now on."""
        if not self.state.busy:
            self._set(busy=True, problem=None)
            self._act(lambda desk: desk.passes.offer(name=name, price=price), self._on_offer)

    def restore(self, content_id: str) -> None:
        """Bring a film back."""
        self._change(lambda desk: desk.oversight.restore(content_id))

    def _change(self, job: Callable[[DeskClient], Awaitable[OversightOut]]) -> None:
        if not self.state.busy:
            self._set(busy=True, asked=("", ""), problem=None)
            self._act(job, self._on_queue)

    def _on_pass(self, found: OperatorsPass) -> None:
        self._set(sharing=found.cases, offer=found.offer)

    def _on_cases(self, cases: tuple[CaseOut, ...]) -> None:
        self._set(sharing=cases, busy=False)

    def _on_offer(self, offer: PassOut) -> None:
        self._set(offer=offer, busy=False)

    def _on_queue(self, queue: OversightOut) -> None:
        self._set(queue=queue, busy=False, problem=None)
