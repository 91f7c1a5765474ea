"""The card that sends money: what to whom, then all of it to be confirmed, then what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from studio.kit.format import moment, money_exact, short
from studio.kit.problems import advice
from studio.kit.theme import scaled
from studio.kit.widgets import text
from studio.kit.widgets.badge import Badge
from studio.kit.widgets.button import bare, ghost, primary
from studio.kit.widgets.card import Card, Inset, column, holder, row
from studio.kit.widgets.fields import Fact, Field
from studio.kit.widgets.money_field import MoneyField
from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from player.pages.wallet.sending_model import SendingState
    from services.wire.sending import Caution, SendCheckOut, SendingOut
    from services.wire.sending import SendingState as State
    from studio.kit.tokens import Tone

_CAUTIONS: dict[Caution, str] = {
    "new": mark("You never sent anything to this address before. Compare it with what you were given."),
    "contract": mark("A program owns this address. Send only if you know that it can give the money back."),
    "unchecked": mark("It was entered without capitals, so a slip cannot be found. Compare every group."),
}
_STATES: dict[State, tuple[str, Tone]] = {
    "signed": (mark("being sent"), "info"),
    "sent": (mark("sent, not confirmed yet"), "info"),
    "confirmed": (mark("arrived"), "ok"),
    "failed": (mark("did not happen"), "bad"),
    "unknown": (mark("outcome not known yet"), "warn"),
}
_SHOWN = 5


class SendCard(Card):
    """Signals: ``check_wanted(payee, amount)``, ``send_wanted(passphrase)``, ``back_wanted``, ``left``."""

    check_wanted = Signal(str, object)
    send_wanted = Signal(str)
    back_wanted = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__(tr("Send money"))
        self.setObjectName("wallet.send")
        close = bare(tr("Close"), name="wallet.send.close")
        close.clicked.connect(self.left)
        self.head.addWidget(close)
        self._problem = text.muted()
        self._problem.setObjectName("wallet.send.problem")
        self._problem.set_ink("bad")
        self._form, self._check = self._entered(), SendCheck()
        self._check.confirmed.connect(self.send_wanted)
        self._check.left.connect(self.back_wanted)
        self._done = text.body()
        self._done.setObjectName("wallet.send.done")
        self._lines = column(spacing=8)
        for part in (self._form, self._check, self._problem, self._done):
            self.body.addWidget(part)
        self.body.addLayout(self._lines)
        self._shown: tuple[SendingOut, ...] = ()
        self._busy = False

    def _entered(self) -> QWidget:
        self._payee = QLineEdit()
        self._payee.setObjectName("wallet.send.payee")
        self._payee.setPlaceholderText("0x…")
        self._payee.setMaxLength(100)
        self._payee.setAccessibleName(tr("Address of who gets the money"))
        self._amount = MoneyField(name="wallet.send.amount", says=tr("Sum in dollars"))
        self._amount.setFixedWidth(scaled(140))
        self._go = primary(tr("Check"), name="wallet.send.check")
        self._go.clicked.connect(self._on_check)
        self._payee.textChanged.connect(self._judge)
        self._amount.textChanged.connect(self._judge)
        fields = row(spacing=16)
        fields.addWidget(Field(tr("To"), self._payee), 1)
        fields.addWidget(Field(tr("Sum"), self._amount))
        made = column(spacing=12)
        made.addLayout(fields)
        line = row(text.muted(tr("Nothing is sent yet: the next step shows all of it.")), self._go)
        line.setStretch(0, 1)
        made.addLayout(line)
        return holder(made)

    def show_state(self, state: SendingState) -> None:
        """Draw the step that it is at."""
        self._form.setVisible(state.checked is None)
        self._check.setVisible(state.checked is not None)
        if state.checked is not None:
            self._check.show_check(state.checked, busy=state.busy)
        self._problem.setVisible(state.problem is not None)
        self._problem.setText(advice(state.problem).sentence if state.problem is not None else "")
        self._go.set_text(tr("Checking…") if state.busy else tr("Check"))
        self._busy = state.busy
        self._judge()
        self._done.setVisible(state.ordered is not None)
        if state.ordered is not None:
            words, _ = _STATES[state.ordered.state]
            sent = money_exact(state.ordered.amount)
            self._done.setText(
                tr("{sum} to {payee}: {state}.", sum=sent, payee=short(state.ordered.payee), state=tr(words))
            )
        if state.sendings != self._shown:
            self._lay_out(state.sendings[:_SHOWN])

    def clear(self) -> None:
        """Begin with an empty form."""
        self._payee.clear()
        self._amount.clear()

    def _lay_out(self, sendings: tuple[SendingOut, ...]) -> None:
        self._shown = sendings
        while (item := self._lines.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for one in sendings:
            self._lines.addWidget(_line(one))

    def _judge(self) -> None:
        amount = self._amount.money
        fits = bool(self._payee.text().strip()) and amount is not None and amount.micros > 0
        self._go.setEnabled(fits and not self._busy)

    def _on_check(self) -> None:
        amount = self._amount.money
        if amount is not None:
            self.check_wanted.emit(self._payee.text().strip(), amount)


class SendCheck(Inset):
    """All of what would happen. Signals: ``confirmed(passphrase)``, ``left``."""

    confirmed = Signal(str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("wallet.send.checked")
        self._payee = text.Text(weight=text.Weight.DemiBold)
        self._payee.setObjectName("wallet.send.checked.payee")
        self._payee.setWordWrap(True)
        self._sum, self._fee, self._left = Fact(tr("Sum")), Fact(tr("Network fee, at most")), Fact(tr("You have left"))
        self._cautions = text.muted()
        self._cautions.setObjectName("wallet.send.cautions")
        self._cautions.set_ink("warn")
        self._secret = QLineEdit()
        self._secret.setObjectName("wallet.send.passphrase")
        self._secret.setEchoMode(QLineEdit.EchoMode.Password)
        self._secret.setMaxLength(256)
        self._secret.setAccessibleName(tr("Passphrase"))
        self._passphrase = Field(tr("Passphrase"), self._secret, tr("Money that leaves the wallet needs it."))
        self._go = primary("", name="wallet.send.confirm", icon="check")
        self._back = ghost(tr("Change"), name="wallet.send.back")
        self._go.clicked.connect(self._on_go)
        self._back.clicked.connect(self.left)
        self.body.addWidget(text.caption(tr("To")))
        for part in (self._payee, self._sum, self._fee, self._left, self._cautions, self._passphrase):
            self.body.addWidget(part)
        buttons = row(self._back, self._go, spacing=8)
        buttons.insertStretch(0, 1)
        self.body.addLayout(buttons)

    def show_check(self, checked: SendCheckOut, *, busy: bool) -> None:
        """Show what would happen."""
        address = checked.payee
        groups = (address[:2], *(address[at : at + 4] for at in range(2, len(address), 4)))
        self._payee.setText(" ".join(groups))
        self._payee.setAccessibleName(address)
        self._sum.show_value(money_exact(checked.amount))
        fee = money_exact(checked.fee)
        self._fee.show_value(fee if checked.fee_from_balance else tr("{fee}, from your gas money", fee=fee))
        self._left.show_value(money_exact(checked.left))
        self._cautions.setVisible(bool(checked.cautions))
        self._cautions.setText("\n".join(tr(_CAUTIONS[one]) for one in checked.cautions))
        self._passphrase.setVisible(checked.needs_passphrase)
        self._go.set_text(tr("Sending…") if busy else tr("Send {sum}", sum=money_exact(checked.amount)))
        self._go.setEnabled(not busy)
        self._back.setEnabled(not busy)

    def _on_go(self) -> None:
        secret = self._secret.text()
        self._secret.clear()
        self.confirmed.emit(secret)


def _line(one: SendingOut) -> QWidget:
    words, tone = _STATES[one.state]
    badge = Badge()
    badge.set_state(tr(words), tone)
    payee = text.muted(tr("to {payee}", payee=short(one.payee)), wrap=False)
    payee.setToolTip(one.payee)
    fee = "" if one.fee is None else tr("fee {fee}", fee=money_exact(one.fee))
    sum_of = text.figure(money_exact(one.amount), size=14)
    line = row(text.caption(moment(one.at)), sum_of, payee, text.caption(fee), spacing=16)
    line.addStretch(1)
    line.addWidget(badge)
    made = holder(line)
    made.setObjectName("wallet.sending")
    made.setToolTip(one.transaction or "")
    return made
