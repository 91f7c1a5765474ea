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

if TYPE_CHECKING:
    from player.pages.wallet.memberships_model import MembershipsState
    from services.wire.memberships import OwnMembershipOut
    from studio.kit.tokens import Tone

_BADGES: dict[str, tuple[str, Tone]] = {
    "active": ("Active", "ok"),
    "ending": ("Ends", "warn"),
    "lapsed": ("Lapsed", "neutral"),
    "refunded": ("Refunded", "neutral"),
}
_REASONS = {
    "cancelled": "You cancelled it.",
    "archived": "The creator no longer offers this tier.",
    "upgraded": "You have a larger tier instead.",
    "changed": "You have another tier instead.",
    "refunded": "The creator gave your money back.",
    "missed": "This computer was off when it was due.",
    "price": "The creator changed the price: join again if you agree to it.",
}


class MembershipsCard(Card):
    """Signals: ``cancel_wanted(id)``, ``resume_wanted(id)``. Hidden while there is no membership."""

    cancel_wanted = Signal(str)
    resume_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__("Memberships")
        self.setObjectName("wallet.memberships")
        self.head.addWidget(text.caption("thirty days each, renewed within your limits"))
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
        self._cancel = ghost("Cancel", name="wallet.membership.cancel")
        self._resume = secondary("Keep it", name="wallet.membership.resume")
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
        self._name.setText(f"{said.tier_name} · {said.creator_name or short(said.creator)}")
        self._words.setText(_sentence(one))
        words, tone = _BADGES[one.state]
        self._badge.set_state(words, tone)
        self._cancel.setAccessibleName(f"Cancel {said.tier_name}")
        self._resume.setAccessibleName(f"Keep {said.tier_name}")
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
        going_on = f"{price} a month. Renews on {until}."
        return f"{going_on} It was not renewed yet: {told}" if told else going_on
    if one.state == "ending":
        return f"Open until {until}. {told}".strip()
    return f"{'Was open until' if one.state == 'lapsed' else 'Ended before'} {until}. {told}".strip()


def _reason(code: str) -> str:
    if not code:
        return ""
    return _REASONS.get(code) or advice(Problem(code)).sentence
