"""Giving a creator a tip with a few words: the sum stands on the button, and what became of it below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit

from studio.kit import theme
from studio.kit.format import money_exact
from studio.kit.problems import advice
from studio.kit.theme import scaled
from studio.kit.widgets import text
from studio.kit.widgets.button import ghost, primary
from studio.kit.widgets.card import Card, row
from studio.kit.widgets.fields import Field
from studio.kit.widgets.money_field import MoneyField
from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from player.pages.channel.tip_view_model import TipBoxState
    from services.wire.tips import TipState

_MOST_WORDS = 280
_GO_WIDTH = 136
_STATES: dict[TipState, str] = {
    "signed": mark("on its way"),
    "sent": mark("on its way"),
    "paid": mark("arrived"),
    "refused": mark("did not happen"),
    "unknown": mark("outcome not known yet; it is looked up"),
}


class TipBox(Card):
    """Signals: ``given(amount, message)``, ``left``."""

    given = Signal(object, str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__(tr("Give a tip"))
        self.setObjectName("channel.tip")
        close = ghost(tr("Close"), name="channel.tip.close")
        close.clicked.connect(self.left)
        self.head.addWidget(close)
        self._amount = MoneyField(name="channel.tip.amount", says=tr("Sum in dollars"), hint="1.00")
        self._amount.setFixedWidth(scaled(120))
        self._words = QLineEdit()
        self._words.setObjectName("channel.tip.words")
        self._words.setMaxLength(_MOST_WORDS)
        self._words.setAccessibleName(tr("A few words to the creator"))
        self._words.setPlaceholderText(tr("If you like"))
        self._words.setToolTip(tr("The creator reads them."))
        self._go = primary(tr("Give"), name="channel.tip.give", icon="gift")
        self._go.setMinimumWidth(theme.scaled(_GO_WIDTH))  # its words grow with the sum
        self._told = text.muted()
        self._told.setObjectName("channel.tip.told")
        fields = row(spacing=16)
        fields.addWidget(Field(tr("Sum"), self._amount))
        fields.addWidget(Field(tr("Words"), self._words), 1)
        self.body.addLayout(fields)
        line = row(text.muted(tr("A tip buys nothing and does not come back. It counts toward your limits.")), self._go)
        line.setStretch(0, 1)
        self.body.addLayout(line)
        self.body.addWidget(self._told)
        self._busy = False
        self._amount.textChanged.connect(self._judge)
        self._go.clicked.connect(self._on_give)
        self._judge()

    def show_state(self, state: TipBoxState) -> None:
        """Draw how the last tip stands, or why there is none."""
        self.setVisible(state.open)
        self._busy = state.busy
        self._judge()
        problem, given = state.problem, state.given
        self._told.setVisible(problem is not None or given is not None)
        self._told.set_ink("bad" if problem is not None else "muted")
        if problem is not None:
            self._told.setText(advice(problem).sentence)
        elif given is not None:
            self._told.setText(
                tr("{sum}: {state}. Thank you.", sum=money_exact(given.amount), state=tr(_STATES[given.state]))
                if given.state == "paid"
                else tr("{sum}: {state}.", sum=money_exact(given.amount), state=tr(_STATES[given.state]))
            )

    def clear(self) -> None:
        """Begin with an empty form."""
        self._amount.clear()
        self._words.clear()

    def _judge(self) -> None:
        amount = self._amount.money
        fits = amount is not None and amount.micros > 0
        self._go.setEnabled(fits and not self._busy)
        if self._busy:
            self._go.set_text(tr("Giving…"))
        else:
            self._go.set_text(tr("Give {sum}", sum=money_exact(amount)) if fits else tr("Give"))

    def _on_give(self) -> None:
        amount = self._amount.money
        if amount is not None:
            self.given.emit(amount, self._words.text())
