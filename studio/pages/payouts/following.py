"""The live state of a withdrawal, or one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from studio.kit.format import money_exact
from studio.kit.icons import Icon
from studio.kit.problems import Problem, advice
from studio.kit.widgets import text
from studio.kit.widgets.badge import Badge
from studio.kit.widgets.button import ghost
from studio.kit.widgets.card import Card, row
from studio.kit.widgets.progress import ProgressBar
from studio.kit.words import tr
from studio.pages.payouts.states import ORDER, SENTENCES, STATES

if TYPE_CHECKING:
    from services.wire.earnings import WithdrawalOut
    from studio.kit.tokens import Tone


class StatePanel(Card):
    """How far a withdrawal is. Signal: ``opened(transaction)``."""

    opened = Signal(str)

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
        self._look = ghost(tr("Copy the hash"), name="payouts.transaction", icon="copy")
        self._look.clicked.connect(self._on_look)
        line = row(self._sentence, self._look, spacing=12)
        line.setStretch(0, 1)
        self.body.addLayout(line)
        self._steps = QWidget()
        steps = QHBoxLayout(self._steps)
        steps.setContentsMargins(0, 0, 0, 0)
        steps.setSpacing(4)
        self._bars = [ProgressBar() for _ in ORDER]
        for bar, name in zip(self._bars, ORDER, strict=True):
            bar.setAccessibleName(tr(STATES[name][0]))
            steps.addWidget(bar)
        self.body.addWidget(self._steps)
        self._transaction = ""

    def show_withdrawal(self, withdrawal: WithdrawalOut, explorer: str) -> None:
        """Show how far a withdrawal is; explorer: where its transaction can be looked at, if anywhere."""
        word, tone = STATES[withdrawal.state]
        sentence = tr(SENTENCES[withdrawal.state])
        if withdrawal.problem is not None:
            told = withdrawal.problem
            sentence = advice(Problem(told.code, told.params)).sentence
        icon = {"confirmed": "check", "failed": "alert"}.get(withdrawal.state, "clock")
        self._show(tr("Withdrawal of {sum}", sum=money_exact(withdrawal.amount)), sentence, icon, tone, tr(word))
        reached = ORDER.index(withdrawal.state) + 1 if withdrawal.state in ORDER else 2
        for at, bar in enumerate(self._bars):
            bar.show_progress(int(at < reached), 1, tone)
        self._steps.show()
        self._transaction = withdrawal.transaction or ""
        self._look.set_text(tr("Open in the explorer") if explorer else tr("Copy the hash"))
        self._look.set_icon("link" if explorer else "copy")
        self._look.setVisible(bool(self._transaction))

    def show_nothing(self) -> None:
        """Say that there is nothing to withdraw."""
        told = advice(Problem("withdrawal.nothing"))
        self._show(told.happened, told.next_step, "info", "neutral", "")
        self._steps.hide()
        self._look.hide()

    def _on_look(self) -> None:
        self.opened.emit(self._transaction)

    def _show(self, title: str, sentence: str, icon: str, tone: Tone, word: str) -> None:
        self._icon.show_icon(icon, tone)
        self._title.setText(title)
        self._sentence.setText(sentence)
        self._badge.set_state(tr(word), tone)
        self._badge.setVisible(bool(word))
        self.setAccessibleName(f"{title} {word} {sentence}")
