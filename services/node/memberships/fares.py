"""The fare cap: what a viewer paid by the chunk this UTC month counts toward a tier that covers it, once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from services.db.books import LedgerDay
from services.node.memberships.tables import ItemTier, MembershipPayment, Refund
from services.units.address import Address
from services.units.money import ZERO, Money

CLOCKS_APART_S = 60
"""How far the chain's clock may be behind."""


def month_of(now: datetime) -> str:
    """Name a UTC month, such as 2026-11."""
    return now.strftime("%Y-%m")


def open_fares(session: Session, viewer: Address, creator: Address, tier_id: str, now: datetime) -> Money:
    """Give what was paid by the chunk this month for what the tier covers, less what counted already.

    Call inside the pair's turn, after the vouchers were booked: quotes that are still open count as used.
    """
    covered = select(ItemTier.content_id).where(ItemTier.tier_id == tier_id)
    paid = session.scalar(
        select(func.sum(LedgerDay.amount)).where(
            LedgerDay.account == f"payer:{viewer}",
            LedgerDay.item.in_(covered),
            LedgerDay.day >= f"{month_of(now)}-01",
        )
    )
    used = session.scalar(
        select(func.sum(MembershipPayment.fare))
        .outerjoin(Refund, and_(Refund.receipt == MembershipPayment.id, Refund.state == "paid"))
        .where(
            # A membership whose money went back used nothing up.
            Refund.receipt.is_(None),
            MembershipPayment.viewer == viewer,
            MembershipPayment.creator == creator,
            MembershipPayment.month == month_of(now),
            # Until its deadline anybody can still bring a quote to the chain, whose clock is not this one.
            or_(MembershipPayment.state == "paid", MembershipPayment.deadline >= int(now.timestamp()) - CLOCKS_APART_S),
        )
    )
    return max(-(paid or ZERO) - (used or ZERO), ZERO)
