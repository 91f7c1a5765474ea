"""The payout page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.kit.format import clock
from studio.kit.tokens import GUTTER
from studio.kit.widgets.button import primary
from studio.kit.widgets.card import row
from studio.kit.widgets.page import PageFrame
from studio.kit.widgets.reconcile import ReconcileCard
from studio.kit.widgets.tile import Tile
from studio.pages.payouts.history import HistoryCard
from studio.pages.payouts.incoming import IncomingCard
from studio.pages.payouts.panel import CheckPanel, StatePanel
from studio.pages.payouts.view_model import PayoutsViewModel

if TYPE_CHECKING:
    from studio.kit.context import PageContext
    from studio.kit.problems import Action, Problem


class PayoutsPage(PageFrame):
    """What is there, what is on its way, what was paid out."""

    def __init__(self, context: PageContext) -> None:
        super().__init__("Payouts")
        self.model = PayoutsViewModel(context)
        self._withdraw = primary("Withdraw", name="payouts.withdraw", icon="payouts")
        self._withdraw.clicked.connect(self.model.withdraw)
        self.buttons.addWidget(self._withdraw)
        self._available = Tile("payouts.available", "Available", plain=True)
        self._pending = Tile("payouts.pending", "On its way", plain=True)
        self._in_flight = Tile("payouts.in_flight", "In flight", plain=True)
        self._withdrawn = Tile("payouts.withdrawn", "Withdrawn", plain=True)
        tiles = (self._available, self._pending, self._in_flight, self._withdrawn)
        self.body.addLayout(row(*tiles, spacing=GUTTER, stretch=1))
        self._incoming = IncomingCard()
        self._incoming.collect_wanted.connect(self.model.collect)
        self._check, self._state = CheckPanel(), StatePanel()
        self._check.confirmed.connect(self.model.confirm)
        self._check.cancelled.connect(self.model.cancel)
        self._history, self._sums = HistoryCard(), ReconcileCard()
        for part in (self._incoming, self._check, self._state, self._history, self._sums):
            self.body.addWidget(part)
        self.body.addStretch(1)
        self.banner.acted.connect(self._on_action)
        self.model.changed.connect(self._render)
        self._render()
        self.model.refresh()

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
            self._state.show_withdrawal(state.current)
        elif state.step == "nothing":
            self._state.show_nothing()
        if state.sums is not None:
            self._sums.show_sums(state.sums)

    def _show_balances(self) -> None:
        payouts = self.model.state.payouts
        if payouts is None:
            return
        self.subtitle.setText(f"as of {clock(payouts.as_of)}")
        known = payouts.available is not None
        self._available.show_money(payouts.available, "yours on the chain" if known else "the chain cannot be read")
        told = payouts.pending is not None
        self._pending.show_money(payouts.pending, "sold, not on the chain yet" if told else "the node does not say")
        self._incoming.show_pending(payouts.pending, collecting=self.model.state.collecting)
        self._in_flight.show_money(payouts.in_flight, "to your wallet")
        self._withdrawn.show_money(payouts.withdrawn, "paid out so far")
        self._history.show_history(payouts.history)

    def _on_action(self, _action: Action, problem: Problem) -> None:
        model = self.model
        if problem is model.state.uncollected:
            model.context.handle(problem, model.collect)
            return
        wanted = problem.code.startswith(("wallet.", "withdrawal."))
        model.context.handle(problem, model.withdraw if wanted else model.refresh)
