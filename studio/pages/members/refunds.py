"""What viewers ask back: each with its sum and payee, decided in two steps; refusing costs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.kit.format import money_exact, short
from studio.kit.later import Later
from studio.kit.problems import advice
from studio.kit.view_model import ViewModel
from studio.kit.widgets import text
from studio.kit.widgets.ask_back import AskBack
from studio.kit.widgets.button import ghost, secondary
from studio.kit.widgets.card import Card, holder, row
from studio.kit.words import tr

if TYPE_CHECKING:
    from services.wire.memberships import RefundOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem


@dataclass(frozen=True, slots=True)
class RefundsState:
    """rows: those that wait. asked: the receipt whose sum is asked back before it is paid; empty for none."""

    rows: tuple[RefundOut, ...] = ()
    asked: str = ""
    refused: str = ""
    """The receipt that is refused in a moment, and can be taken back until then; empty for none."""
    busy: bool = False
    problem: Problem | None = None


class RefundsViewModel(ViewModel[RefundsState]):
    """Lists, pays and refuses. A payment's id follows from its receipt: the same one again moves nothing."""

    watches = frozenset({"membership", "earnings"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, RefundsState())
        self.later = Later(self)

    def refresh(self) -> None:
        """Load what waits."""
        self._act(lambda desk: desk.memberships.refunds("creator"), self._on_rows, self._not_now)

    def ask(self, receipt: str) -> None:
        """Ask back before a sum is paid; empty to leave it."""
        self._set(asked=receipt, problem=None)

    def pay(self) -> None:
        """Give back the sum that was shown."""
        found = next((one for one in self.state.rows if one.receipt == self.state.asked), None)
        if found is not None and not self.state.busy:
            self._set(busy=True, asked="", problem=None)
            self._act(
                lambda desk: desk.memberships.pay_refund(found.receipt, amount=found.amount),
                self._on_rows,
                self._on_problem,
            )

    def refuse(self, receipt: str) -> None:
        """Refuse one in a moment; the viewer's answer cannot be changed afterwards."""
        if not self.state.busy:
            self.later.decide(lambda: self._refuse(receipt))
            self._set(refused=receipt, asked="", problem=None)

    def take_back(self) -> None:
        """Leave the one that was to be refused as it is."""
        self.later.take_back()
        self._set(refused="")

    def _refuse(self, receipt: str) -> None:
        self._set(busy=True, refused="")
        self._act(lambda desk: desk.memberships.refuse_refund(receipt), self._on_refused, self._on_problem)

    def _on_rows(self, rows: tuple[RefundOut, ...]) -> None:
        self._set(rows=tuple(one for one in rows if one.state == "asked"), busy=False)

    def _on_refused(self, _refused: RefundOut) -> None:
        self._set(busy=False)
        self.refresh()

    def _on_problem(self, problem: Problem) -> None:
        self._set(busy=False, problem=problem)
        self.refresh()

    def _not_now(self, _problem: Problem) -> None:
        """The page is whole without it."""


class RefundsCard(Card):
    """Hidden while nothing waits.

    Signals: ``ask_wanted(receipt)``, ``pay_wanted``, ``refuse_wanted(receipt)``, ``undo_wanted`` of a refusal.
    """

    ask_wanted = Signal(str)
    pay_wanted = Signal()
    refuse_wanted = Signal(str)
    undo_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(tr("Asked back"))
        self.setObjectName("members.refunds")
        self._problem = text.Text(ink="bad", wrap=True)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(16)
        self.body.addWidget(self._problem)
        self.body.addLayout(self._lines)
        self.hide()

    def show_state(self, state: RefundsState) -> None:
        """Show what waits for a decision."""
        self.setVisible(bool(state.rows) or state.problem is not None)
        self._problem.setVisible(state.problem is not None)
        self._problem.setText("" if state.problem is None else advice(state.problem).sentence)
        while (item := self._lines.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for one in state.rows:
            is_refused = one.receipt == state.refused
            line = (
                self._leaving(one)
                if is_refused
                else self._line(one, is_asked=state.asked == one.receipt, busy=state.busy)
            )
            self._lines.addWidget(line)

    def _leaving(self, one: RefundOut) -> QWidget:
        undo = ghost(tr("Undo"), name="members.refund.undo", icon="retry")
        undo.clicked.connect(self.undo_wanted)
        line = row(text.body(tr("{who} gets no money back for “{title}”.", who=short(one.viewer), title=one.title)))
        line.addWidget(undo)
        return holder(line)

    def _line(self, one: RefundOut, *, is_asked: bool, busy: bool) -> QWidget:
        total, who = money_exact(one.amount), short(one.viewer)
        said = tr("{who} asks {sum} back for “{title}”.", who=who, sum=total, title=one.title)
        reason = text.muted(one.reason or tr("No reason was given."))
        lines = QVBoxLayout()
        lines.setSpacing(8)
        lines.addWidget(text.body(said))
        lines.addWidget(reason)
        if is_asked:
            words = tr("{sum} goes from your wallet to {payee}. The node pays the network's fee; you pay none. The "
                       "platform's tenth is not returned.", sum=total, payee=one.viewer)  # fmt: skip
            ask = AskBack(tr("Give back {sum}", sum=total), tr("Not now"), name="members.refund", pays=True)
            ask.say(words)
            ask.set_busy(busy=busy)
            ask.sure.connect(self.pay_wanted)
            ask.kept.connect(partial(self.ask_wanted.emit, ""))
            lines.addWidget(ask)
            return holder(lines)
        pay = secondary(tr("Give it back"), name="members.refund.pay")
        pay.clicked.connect(partial(self.ask_wanted.emit, one.receipt))
        no = ghost(tr("Refuse"), name="members.refund.refuse")
        no.clicked.connect(partial(self.refuse_wanted.emit, one.receipt))
        for button in (pay, no):
            button.setEnabled(not busy)
        ends = row(pay, no, spacing=8)
        ends.addStretch(1)
        lines.addLayout(ends)
        return holder(lines)
