"""The memberships on the wallet page: each with its price, until when it is open, and its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.kit.format import day, money, short
from studio.kit.problems import Problem, advice
from studio.kit.widgets import text
from studio.kit.widgets.badge import Badge
from studio.kit.widgets.button import ghost, secondary
from studio.kit.widgets.card import Card, column, hairline, row
from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from player.pages.wallet.memberships_model import MembershipsState
    from services.wire.memberships import OwnMembershipOut
    from studio.kit.tokens import Tone

_BADGES: dict[str, tuple[str, Tone]] = {
    "active": (mark("Active"), "ok"),
    "ending": (mark("Ends"), "warn"),
    "lapsed": (mark("Lapsed"), "neutral"),
    "refunded": (mark("Refunded"), "neutral"),
}
_REASONS = {
    "cancelled": mark("You cancelled it."),
    "archived": mark("The creator no longer offers this tier."),
    "upgraded": mark("You have a larger tier instead."),
    "changed": mark("You have another tier instead."),
    "refunded": mark("The creator gave your money back."),
    "missed": mark("This computer was off when it was due."),
    "price": mark("The creator changed the price: join again if you agree to it."),
}


class MembershipsCard(Card):
    """Signals: ``cancel_wanted(id)``, ``resume_wanted(id)``. Hidden while there is no membership."""

    cancel_wanted = Signal(str)
    resume_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__(tr("Memberships"))
        self.setObjectName("wallet.memberships")
        self.head.addWidget(text.caption(tr("thirty days each, renewed within your limits")))
        self._problem = text.muted()
        self._problem.set_ink("bad")
        self.body.addWidget(self._problem)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(16)
        self.body.addLayout(self._lines)
        self._shown: dict[str, MembershipLine] = {}
        self.hide()

    def show_state(self, state: MembershipsState) -> None:
        """Show the memberships."""
        self._problem.setVisible(state.problem is not None)
        self._problem.setText("" if state.problem is None else advice(state.problem).sentence)
        if state.found is None:
            return
        memberships = state.found.memberships
        if tuple(self._shown) != tuple(one.membership.id for one in memberships):
            self._lay_out(memberships)
        for one in memberships:
            self._shown[one.membership.id].show_membership(one, acting=state.acting is not None)
        self.setVisible(bool(memberships))

    def _lay_out(self, memberships: tuple[OwnMembershipOut, ...]) -> None:
        while (item := self._lines.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._shown = {}
        for at, one in enumerate(memberships):
            if at:
                self._lines.addWidget(hairline())
            line = MembershipLine(one.membership.id)
            line.cancel_wanted.connect(self.cancel_wanted)
            line.resume_wanted.connect(self.resume_wanted)
            self._lines.addWidget(line)
            self._shown[one.membership.id] = line


class MembershipLine(QWidget):
    """One membership. Signals: ``cancel_wanted(id)``, ``resume_wanted(id)``."""

    cancel_wanted = Signal(str)
    resume_wanted = Signal(str)

    def __init__(self, membership_id: str) -> None:
        super().__init__()
        self._id = membership_id
        self._name = text.Text(weight=text.Weight.DemiBold)
        self._words = text.muted()
        self._words.setObjectName("wallet.membership.words")
        self._badge = Badge()
        self._cancel = ghost(tr("Cancel"), name="wallet.membership.cancel")
        self._resume = secondary(tr("Keep it"), name="wallet.membership.resume")
        layout = row(spacing=16)
        layout.addLayout(column(self._name, self._words, spacing=2), 1)
        for part in (self._badge, self._cancel, self._resume):
            layout.addWidget(part)
        self.setLayout(layout)
        self._cancel.clicked.connect(self._on_cancel)
        self._resume.clicked.connect(self._on_resume)

    def show_membership(self, one: OwnMembershipOut, *, acting: bool) -> None:
        """Show how it stands."""
        said = one.membership
        whose = tr("all channels that take part") if one.is_pass else said.creator_name or short(said.creator)
        self._name.setText(f"{said.tier_name} · {whose}")
        self._words.setText(_sentence(one))
        words, tone = _BADGES[one.state]
        self._badge.set_state(tr(words), tone)
        self._cancel.setAccessibleName(tr("Cancel {tier_name}", tier_name=said.tier_name))
        self._resume.setAccessibleName(tr("Keep {tier_name}", tier_name=said.tier_name))
        self._cancel.setVisible(one.state == "active")
        self._resume.setVisible(one.state == "ending" and said.reason == "cancelled")
        self._cancel.setEnabled(not acting)
        self._resume.setEnabled(not acting)

    def _on_cancel(self) -> None:
        self.cancel_wanted.emit(self._id)

    def _on_resume(self) -> None:
        self.resume_wanted.emit(self._id)


def _sentence(one: OwnMembershipOut) -> str:
    until = day(one.membership.paid_until.date())
    price = money(one.membership.price)
    told = _reason(one.reason)
    if one.state == "active":
        going_on = tr("{price} a month. Renews on {until}.", price=price, until=until)
        return tr("{going_on} It was not renewed yet: {told}", going_on=going_on, told=told) if told else going_on
    if one.state == "ending":
        return tr("Open until {until}. {told}", until=until, told=told).strip()
    return (
        tr("Was open until {until}. {told}", until=until, told=told)
        if one.state == "lapsed"
        else tr("Ended before {until}. {told}", until=until, told=told)
    ).strip()


def _reason(code: str) -> str:
    if not code:
        return ""
    return tr(_REASONS[code]) if code in _REASONS else advice(Problem(code)).sentence
