"""What follows a click on "withdraw": the check, with what holds it up, who acts, and the second step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication

from studio.kit.format import money, money_exact
from studio.kit.problems import Problem, advice
from studio.kit.widgets import text
from studio.kit.widgets.badge import Badge
from studio.kit.widgets.button import ghost, primary, secondary
from studio.kit.widgets.card import Card, Inset, hairline, row
from studio.kit.widgets.fields import Fact
from studio.kit.words import tr
from studio.pages.payouts.states import ACTORS, YOU

if TYPE_CHECKING:
    from services.wire.earnings import PrecheckOut


class BlockedNote(Inset):
    """What keeps a withdrawal from being made: what, why, who acts. Signal: ``copied``, of the address to fill."""

    copied = Signal()

    def __init__(self) -> None:
        super().__init__(padding=16)
        self.setObjectName("payouts.blocked")
        self._what = text.Text(weight=text.Weight.DemiBold, wrap=True)
        self._who = Badge()
        head = row(self._what, self._who, spacing=12)
        head.setStretch(0, 1)
        self._why = text.muted()
        self._copy = secondary(tr("Copy your address"), name="payouts.copy", icon="copy")
        self._copy.clicked.connect(self._on_copy)
        buttons = row(self._copy)
        buttons.addStretch(1)
        self.body.addLayout(head)
        self.body.addWidget(self._why)
        self.body.addLayout(buttons)
        self._address = ""

    @property
    def words(self) -> str:
        """What it says."""
        return f"{self._what.text()} {self._who.text()}. {self._why.text()}"

    def show_problem(self, problem: Problem, check: PrecheckOut) -> None:
        """Show what a check found."""
        told, who = advice(problem), ACTORS.get(problem.code, YOU)
        self._what.setText(told.happened)
        self._who.set_state(tr(who), "warn" if who == YOU else "info")
        needs_gas = problem.code == "withdrawal.no_gas"
        why = told.next_step
        if needs_gas and check.fee > check.gas:
            why = tr("{why} It is short of {sum}.", why=why, sum=money_exact(check.fee - check.gas))
        self._why.setText(why)
        self._copy.setVisible(needs_gas)
        self._address = check.to
        self.setAccessibleName(self.words)

    def _on_copy(self) -> None:
        QApplication.clipboard().setText(self._address)
        self.copied.emit()


class CheckPanel(Card):
    """What a withdrawal would do. Signals: ``confirmed``, ``cancelled``, ``copied``."""

    confirmed = Signal()
    cancelled = Signal()
    copied = Signal()

    def __init__(self) -> None:
        super().__init__(tr("Before you withdraw"), spacing=12)
        self.setObjectName("payouts.check")
        self._amount = Fact(tr("Your earnings on the chain"))
        self._gas = Fact(tr("Gas money you have"))
        self._fee = Fact(tr("Network fee at most, from your gas money"))
        self._to = Fact(tr("To your wallet"), name_of_value="payouts.payee")
        self._get = Fact(tr("You get"), name_of_value="payouts.get", strong=True)
        self._get.value.set_ink("accent")
        for fact in (self._amount, self._gas, self._fee, self._to):
            self.body.addWidget(fact)
        self.body.addWidget(hairline())
        self.body.addWidget(self._get)
        self._blocked = BlockedNote()
        self._blocked.copied.connect(self.copied)
        self.body.addWidget(self._blocked)
        cancel = ghost(tr("Cancel"), name="payouts.cancel")
        cancel.clicked.connect(self.cancelled)
        self._confirm = primary(tr("Withdraw"), name="payouts.confirm", icon="payouts")
        self._confirm.clicked.connect(self.confirmed)
        buttons = row(cancel, self._confirm)
        buttons.insertStretch(0, 1)
        self.body.addLayout(buttons)

    def show_check(self, check: PrecheckOut, problem: Problem | None, *, sending: bool) -> None:
        """Show the check; a problem takes the button away."""
        self._amount.show_value(money_exact(check.amount))
        self._fee.show_value(money(check.fee), money_exact(check.fee))
        self._gas.show_value(money(check.gas), money_exact(check.gas))
        self._to.show_value(check.to, check.to)
        self._get.show_value(money_exact(check.you_get))
        self._blocked.setVisible(problem is not None)
        if problem is not None:
            self._blocked.show_problem(problem, check)
        self._confirm.setEnabled(problem is None and not sending)
        self._confirm.set_text(tr("Sending…") if sending else tr("Withdraw {sum}", sum=money(check.you_get)))
