"""The payout page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.kit.explorer import show_transaction
from studio.kit.format import clock
from studio.kit.tokens import GUTTER
from studio.kit.widgets.button import primary
from studio.kit.widgets.flow import Columns
from studio.kit.widgets.page import PageFrame
from studio.kit.widgets.reconcile import ReconcileCard
from studio.kit.widgets.tile import Tile
from studio.kit.words import tr
from studio.pages.payouts.following import StatePanel
from studio.pages.payouts.history import HistoryCard
from studio.pages.payouts.incoming import IncomingCard, ReservedCard
from studio.pages.payouts.panel import CheckPanel
from studio.pages.payouts.verification import VerificationCard
from studio.pages.payouts.view_model import PayoutsViewModel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from studio.kit.context import PageContext
    from studio.kit.problems import Action, Problem

_LATELY = 28
"""Days of sales that the way to them shows; what waits is of the last hours."""


class PayoutsPage(PageFrame):
    """What is there, what is on its way, what was paid out."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(tr("Payouts"))
        self.model = PayoutsViewModel(context)
        self._withdraw = primary(tr("Withdraw"), name="payouts.withdraw", icon="payouts")
        self._withdraw.clicked.connect(self.model.withdraw)
        self.buttons.addWidget(self._withdraw)
        self._available = Tile("payouts.available", tr("Available"), plain=True)
        self._pending = Tile("payouts.pending", tr("On its way"), plain=True)
        self._in_flight = Tile("payouts.in_flight", tr("Being paid out"), plain=True)
        self._withdrawn = Tile("payouts.withdrawn", tr("Withdrawn"), plain=True)
        self._pending.lead_on(tr("Open the sales by the part"))
        self._pending.opened.connect(self._open_sales)
        tiles = (self._available, self._pending, self._in_flight, self._withdrawn)
        self.body.addWidget(Columns(*tiles, least=170))
        self._incoming, self._reserved = IncomingCard(), ReservedCard()
        self._reserved.opened.connect(self._open_sharing)
        self._incoming.collect_wanted.connect(self.model.collect)
        self._check, self._state = CheckPanel(), StatePanel()
        self._check.confirmed.connect(self.model.confirm)
        self._check.cancelled.connect(self.model.cancel)
        self._check.copied.connect(self._on_copied)
        self._history, self._sums, self._kyc = HistoryCard(), ReconcileCard(), VerificationCard()
        self._history.opened.connect(self._open_transaction)
        self._state.opened.connect(self._open_transaction)
        self._kyc.asked.connect(self.model.verify)
        self._kyc.brought.connect(self.model.bring)
        for part in (self._incoming, self._reserved, self._check, self._state, self._history, self._kyc, self._sums):
            self.body.addWidget(part)
        self.body.addStretch(1)
        self.banner.acted.connect(self._on_action)
        self.model.changed.connect(self._render)
        self._render()
        self.model.refresh()

    def open(self, params: Mapping[str, str]) -> None:
        """Show the part that is named: books."""
        if params.get("section") == "books":
            self.ensureWidgetVisible(self._sums, 0, GUTTER)

    def _render(self) -> None:
        state = self.model.state
        asked = None if state.step in ("confirm", "nothing") else state.problem
        self.banner.show_problem(asked or state.uncollected or state.unread)
        self._withdraw.setEnabled(state.may_withdraw)
        if state.payouts is not None:
            self._show_balances()
        checking = state.step in ("confirm", "sending") and state.precheck is not None
        self._check.setVisible(checking)
        if checking and state.precheck is not None:
            self._check.show_check(state.precheck, state.problem, sending=state.step == "sending")
        following = state.step == "following" and state.current is not None
        self._state.setVisible(following or state.step == "nothing")
        if following and state.current is not None:
            self._state.show_withdrawal(state.current, state.explorer)
        elif state.step == "nothing":
            self._state.show_nothing()
        self._kyc.show_standing(state.kyc, busy=state.bringing)
        if state.sums is not None:
            self._sums.show_sums(state.sums)

    def _show_balances(self) -> None:
        payouts = self.model.state.payouts
        if payouts is None:
            return
        self.subtitle.setText(tr("as of {time}", time=clock(payouts.as_of)))
        known = payouts.available is not None
        self._available.show_money(
            payouts.available, tr("yours on the chain") if known else tr("the chain cannot be read")
        )
        told = payouts.pending is not None
        self._pending.show_money(
            payouts.pending, tr("sold, not on the chain yet") if told else tr("the node does not say")
        )
        self._incoming.show_pending(payouts.pending, collecting=self.model.state.collecting)
        self._reserved.show_reserved(payouts.reserved)
        self._in_flight.show_money(payouts.in_flight, tr("to your wallet"))
        self._withdrawn.show_money(payouts.withdrawn, tr("paid out so far"))
        self._history.show_history(payouts.history, self.model.state.explorer)

    def _open_transaction(self, transaction: str) -> None:
        show_transaction(self.model.context, self.model.state.explorer, transaction)

    def _open_sales(self) -> None:
        # Each line there says whether it is on its way, or which transaction brought it.
        self.model.context.navigate("earnings", {"days": str(_LATELY), "by": "source", "key": "chunks"})

    def _open_sharing(self) -> None:
        self.model.context.navigate("sharing")

    def _on_copied(self) -> None:
        self.model.context.notify(tr("Address copied."))

    def _on_action(self, _action: Action, problem: Problem) -> None:
        model = self.model
        if problem is model.state.uncollected:
            model.context.handle(problem, model.collect)
            return
        wanted = problem.code.startswith(("wallet.", "withdrawal."))
        model.context.handle(problem, model.withdraw if wanted else model.refresh)
