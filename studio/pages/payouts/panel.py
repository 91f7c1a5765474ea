"""What follows a click on "withdraw": the check, the states, or the sentence that there is nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from studio.kit.format import money, money_exact, short
from studio.kit.icons import Icon
from studio.kit.problems import Problem, advice
from studio.kit.widgets import text
from studio.kit.widgets.badge import Badge
from studio.kit.widgets.button import ghost, primary
from studio.kit.widgets.card import Card, hairline, row
from studio.kit.widgets.fields import Fact
from studio.kit.widgets.progress import ProgressBar
from studio.pages.payouts.states import ORDER, SENTENCES, STATES

if TYPE_CHECKING:
    from services.wire.earnings import PrecheckOut, WithdrawalOut
    from studio.kit.tokens import Tone


class CheckPanel(Card):
    """What a withdrawal would do. Signals: ``confirmed``, ``cancelled``."""

    confirmed = Signal()
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__("Before you withdraw", spacing=12)
        self.setObjectName("payouts.check")
        self._amount = Fact("Your earnings on the chain")
        self._fee = Fact("Network fee, from your gas money")
        self._gas = Fact("Gas money you have")
        self._to = Fact("To your wallet")
        self._get = Fact("You get", name_of_value="payouts.get", strong=True)
        self._get.value.set_ink("accent")
        for fact in (self._amount, self._fee, self._gas, self._to):
            self.body.addWidget(fact)
        self.body.addWidget(hairline())
        self.body.addWidget(self._get)
        self._warning = text.Text(ink="bad", wrap=True)
        self.body.addWidget(self._warning)
        cancel = ghost("Cancel", name="payouts.cancel")
        cancel.clicked.connect(self.cancelled)
        self._confirm = primary("Withdraw", name="payouts.confirm", icon="payouts")
        self._confirm.clicked.connect(self.confirmed)
        buttons = row(cancel, self._confirm)
        buttons.insertStretch(0, 1)
        self.body.addLayout(buttons)

    def show_check(self, check: PrecheckOut, problem: Problem | None, *, sending: bool) -> None:
        """Show the check; a problem takes the button away."""
        self._amount.show_value(money_exact(check.amount))
        self._fee.show_value(money(check.fee), money_exact(check.fee))
        self._gas.show_value(money(check.gas), money_exact(check.gas))
        self._to.show_value(short(check.to), check.to)
        self._get.show_value(money_exact(check.you_get))
        self._warning.setText("" if problem is None else advice(problem).sentence)
        self._warning.setVisible(problem is not None)
        self._confirm.setEnabled(problem is None and not sending)
        self._confirm.set_text("Sending…" if sending else f"Withdraw {money(check.you_get)}")


class StatePanel(Card):
    """The live state of a withdrawal, or one sentence."""

    def __init__(self) -> None:
        super().__init__(spacing=12)
        self.setObjectName("payouts.state")
        self._icon = Icon("clock", "info")
        self._title = text.lead()
        self._badge = Badge()
        head = row(self._icon, self._title, spacing=12)
        head.addStretch(1)
        head.addWidget(self._badge)
        self.body.addLayout(head)
        self._sentence = text.muted()
        self.body.addWidget(self._sentence)
        self._steps = QWidget()
        steps = QHBoxLayout(self._steps)
        steps.setContentsMargins(0, 0, 0, 0)
        steps.setSpacing(4)
        self._bars = [ProgressBar() for _ in ORDER]
        for bar, name in zip(self._bars, ORDER, strict=True):
            bar.setAccessibleName(name)
            steps.addWidget(bar)
        self.body.addWidget(self._steps)

    def show_withdrawal(self, withdrawal: WithdrawalOut) -> None:
        """Show how far a withdrawal is."""
        word, tone = STATES[withdrawal.state]
        sentence = SENTENCES[withdrawal.state]
        if withdrawal.problem is not None:
            told = withdrawal.problem
            sentence = advice(Problem(told.code, told.params)).sentence
        icon = {"confirmed": "check", "failed": "alert"}.get(withdrawal.state, "clock")
        self._show(f"Withdrawal of {money_exact(withdrawal.amount)}", sentence, icon, tone, word)
        reached = ORDER.index(withdrawal.state) + 1 if withdrawal.state in ORDER else 2
        for at, bar in enumerate(self._bars):
            bar.show_progress(int(at < reached), 1, tone)
        self._steps.show()

    def show_nothing(self) -> None:
        """Say that there is nothing to withdraw."""
        told = advice(Problem("withdrawal.nothing"))
        self._show(told.happened, told.next_step, "info", "neutral", "")
        self._steps.hide()

    def _show(self, title: str, sentence: str, icon: str, tone: Tone, word: str) -> None:
        self._icon.show_icon(icon, tone)
        self._title.setText(title)
        self._sentence.setText(sentence)
        self._badge.set_state(word, tone)
        self._badge.setVisible(bool(word))
        self.setAccessibleName(f"{title} {word} {sentence}")
