"""Balances, a withdrawal from its check to its end, and the three books."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from studio.kit.problems import Problem
from studio.kit.view_model import ViewModel

if TYPE_CHECKING:
    from services.client import Client
    from services.wire.desk import Health, Reconciliation
    from services.wire.earnings import PayoutsOut, PrecheckOut, WithdrawalOut
    from services.wire.kyc import DocumentKind, KycOut
    from studio.kit.context import PageContext

Step = Literal["idle", "checking", "confirm", "nothing", "sending", "following"]


@dataclass(frozen=True, slots=True)
class PayoutsState:
    """``step`` is where the person is; ``current`` the withdrawal that is followed."""

    payouts: PayoutsOut | None = None
    sums: Reconciliation | None = None
    step: Step = "idle"
    precheck: PrecheckOut | None = None
    current: WithdrawalOut | None = None
    explorer: str = ""
    """Where the chain's transactions can be looked at, if anywhere."""
    kyc: KycOut | None = None
    """How the creator's verification stands; None while the node does not say."""
    bringing: bool = False
    """A document or a question about the verification is on its way."""
    collecting: bool = False
    uncollected: Problem | None = None
    """Why what is on its way was not brought in; stays until the next try."""
    busy: bool = False
    problem: Problem | None = None
    """Why a withdrawal did not begin; stays until the next try."""
    unread: Problem | None = None
    """Why the figures could not be read; goes with the next good reading."""

    @property
    def may_withdraw(self) -> bool:
        """True when a click on "withdraw" would be taken: balances are known and nothing is on its way."""
        under_way = self.current is not None and self.current.state in ("signed", "sent", "unknown")
        return self.payouts is not None and not under_way and self.step not in ("checking", "sending")


class PayoutsViewModel(ViewModel[PayoutsState]):
    """Withdraws all that is available, once."""

    watches = frozenset({"payout", "earnings", "wallet", "purchase", "verification"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, PayoutsState())

    def refresh(self) -> None:
        """Load balances, history and the three books."""
        self._fetch(lambda desk: desk.payouts.state(), self._on_payouts, self._on_unread)
        self._act(lambda desk: desk.wallet.reconciliation(), self._on_sums, self._no_sums)
        self._act(lambda desk: desk.payouts.verification(), self._on_kyc, self._no_kyc)
        self.context.bridge.run(self, _health, self._on_health, self._no_health)

    def verify(self) -> None:
        """Ask the node for the verification."""
        if not self.state.bringing:
            self._set(bringing=True, problem=None)
            self._act(lambda desk: desk.payouts.ask_verification(), self._on_kyc, self._not_brought)

    def bring(self, kind: DocumentKind, path: str) -> None:
        """Bring a document from a file."""
        if not self.state.bringing:
            self._set(bringing=True, problem=None)
            self._act(lambda desk: desk.payouts.bring_document(kind, path), self._on_kyc, self._not_brought)

    def collect(self) -> None:
        """Bring in what was sold by vouchers, and what lies in the till."""
        if not self.state.collecting:
            self._set(collecting=True, uncollected=None)
            self._act(lambda desk: desk.payouts.collect(), self._on_collected, self._on_uncollected)

    def withdraw(self) -> None:
        """Check what a withdrawal would do; nothing is sent."""
        if self.state.may_withdraw:
            self._set(step="checking", problem=None)
            self._act(lambda desk: desk.payouts.precheck(), self._on_precheck, self._on_refused)

    def confirm(self) -> None:
        """Withdraw what was checked."""
        if self.state.step == "confirm":
            self._set(step="sending", problem=None)
            self._act(lambda desk: desk.payouts.withdraw(), self._on_withdrawal, self._on_refused)

    def cancel(self) -> None:
        """Leave the check."""
        self._set(step="idle", precheck=None, problem=None)

    def _on_payouts(self, payouts: PayoutsOut) -> None:
        current = self.state.current
        if current is not None:
            current = next((each for each in payouts.history if each.id == current.id), current)
        elif payouts.history and payouts.history[0].state in ("signed", "sent", "unknown"):
            current = payouts.history[0]
        following = current is not None and self.state.step == "idle"
        step: Step = "following" if following else self.state.step
        self._set(payouts=payouts, current=current, step=step, unread=None)

    def _on_kyc(self, kyc: KycOut) -> None:
        self._set(kyc=kyc, bringing=False)

    def _no_kyc(self, _problem: Problem) -> None:
        """Without the node's word the card is not shown; withdrawing does not wait for it."""

    def _not_brought(self, problem: Problem) -> None:
        self._set(bringing=False, problem=problem)

    def _on_health(self, health: Health) -> None:
        self._set(explorer=health.explorer)

    def _no_health(self, _problem: Problem) -> None:
        """The rail says how the service is; hashes can be copied meanwhile."""

    def _on_collected(self, payouts: PayoutsOut) -> None:
        self._set(collecting=False)
        self._on_payouts(payouts)
        self.refresh()

    def _on_uncollected(self, problem: Problem) -> None:
        self._set(collecting=False, uncollected=problem)
        self.refresh()

    def _on_unread(self, problem: Problem) -> None:
        self._set(unread=problem)

    def _on_sums(self, sums: Reconciliation) -> None:
        self._set(sums=sums)

    def _no_sums(self, _problem: Problem) -> None:
        """The page's own problem says it already."""

    def _on_precheck(self, precheck: PrecheckOut) -> None:
        told = precheck.problem
        if told is not None and told.code == "withdrawal.nothing":
            self._set(step="nothing", precheck=precheck)
            return
        problem = None if told is None else Problem(told.code, told.params, told.retryable)
        self._set(step="confirm", precheck=precheck, problem=problem)

    def _on_withdrawal(self, withdrawal: WithdrawalOut) -> None:
        self._set(step="following", current=withdrawal, precheck=None)
        self.refresh()

    def _on_refused(self, problem: Problem) -> None:
        if problem.code == "withdrawal.nothing":
            self._set(step="nothing", precheck=None)
            return
        self._set(step="idle", precheck=None, problem=problem)
        self._act(lambda desk: desk.payouts.state(), self._on_payouts, self._no_sums)


async def _health(client: Client) -> Health:
    return await client.health()
