"""A pass whose money is given back: until its time is part of a shared month, and never shared out afterwards.

Money leaves the Escrow's pool to creators only. So the operator pays the holder from the own wallet, and the fee leaves
the pool's books for what is due to the operator, who gets it by a round as any owner does.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.db.ledger import Line
from services.node.context import Node
from services.node.memberships.tables import MembershipPayment, Refund
from services.node.passes.month import Span
from services.node.passes.tables import PassMonth, PassShare
from services.units.address import Address
from services.units.membership import PERIOD_S
from services.units.money import ZERO
from services.units.time import from_unix_seconds
from services.wire.problems import ProblemError

TURN: Final = "pass month"
"""Whose turn it is to move a month's fees: a refund or the month."""
_UNDER_WAY: Final = ("received", "paid")


def giver(node: Node) -> Address:
    """Name who gives a pass' money back: the operator, of several the first by address.

    Raises ProblemError: refund.not_found where nobody operates the node.
    """
    if not node.operators:
        raise ProblemError("refund.not_found")
    return min(node.operators)


def pass_payment(node: Node, session: Session, receipt: str) -> MembershipPayment | None:
    """Give the payment of a pass that a receipt names."""
    paid = session.get(MembershipPayment, receipt)
    return paid if paid is not None and paid.creator == node.chain.escrow else None


def refuse_shared(session: Session, paid: MembershipPayment) -> None:
    """Keep a pass' money where a month of it was shared out. Raises ProblemError: refund.shared_out (month)."""
    begin = min(paid.at, from_unix_seconds(paid.until - PERIOD_S))
    for month in session.scalars(select(PassMonth.month).order_by(PassMonth.month)):
        span = Span.of(month)
        if span.start < from_unix_seconds(paid.until) and begin < span.end:
            raise ProblemError("refund.shared_out", month=month)


def under_way(node: Node, session: Session) -> dict[str, str]:
    """Give the state of each refund of a pass that is paid or may be; its fee belongs to no month."""
    wanted = (
        select(Refund.receipt, Refund.state)
        .join(MembershipPayment, MembershipPayment.id == Refund.receipt)
        .where(MembershipPayment.creator == node.chain.escrow, Refund.state.in_(_UNDER_WAY))
    )
    return dict(session.execute(wanted).all())


def move_fee(session: Session, row: Refund, at: datetime) -> tuple[Line, ...]:
    """Make the fee due to who gave it back, in the unit that books the refund; gives the lines to post with it."""
    named = f"{at:%Y-%m}/refund-{row.receipt[:16]}"
    session.add(
        PassShare(
            owner=row.creator, month=named, earned=ZERO, watchers=0, paid=row.amount, reserve=ZERO, state="due"
        )
    )  # fmt: skip
    return Line("pool", -row.amount, row.item), Line(f"due:{row.creator}", row.amount, row.item)
