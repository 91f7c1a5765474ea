"""What a refund takes from memberships: the time that its money had bought, from their ends."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.node.memberships.record import find
from services.node.memberships.tables import Membership, MembershipPayment
from services.node.tables import Tier
from services.units.membership import PERIOD_S, time_bought
from services.units.time import from_unix_seconds


def shorten(session: Session, receipt: str, at: datetime) -> None:
    """Take back what a receipt's money had bought, where it was a membership's; a purchase stays bought.

    The Escrow keeps its paid-until for ever, so this node opens nothing by what went back.
    """
    paid = session.get(MembershipPayment, receipt)
    if paid is None:
        return
    row = find(session, paid.viewer, paid.creator, paid.tier_id)
    if row is None or row.ended_at is not None:
        return
    row.renews, row.next_tier, row.reason = 0, None, "refunded"
    _end_earlier(row, _bought(session, paid), at)
    session.flush()
    for other in _lasting(session, row, at):
        _begin_earlier(session, other, at)


def _bought(session: Session, paid: MembershipPayment) -> timedelta:
    if paid.kind == "upgrade":
        return from_unix_seconds(paid.until) - paid.at
    return timedelta(seconds=time_bought(paid.price, session.get_one(Tier, paid.tier_id).price))


def _end_earlier(row: Membership, by: timedelta, at: datetime) -> None:
    if row.paid_until - by > at:
        row.paid_until -= by
    else:
        row.ended_at = at


def _begin_earlier(session: Session, row: Membership, at: datetime) -> None:
    """Move a downgrade, which was to begin when a dearer membership ends, to where that ends now."""
    downgrades = session.scalars(
        select(MembershipPayment.until).where(
            MembershipPayment.viewer == row.viewer, MembershipPayment.creator == row.creator,
            MembershipPayment.tier_id == row.tier_id, MembershipPayment.kind == "downgrade",
            MembershipPayment.state == "paid",
        )
    )  # fmt: skip
    begins = [begin for until in downgrades if (begin := from_unix_seconds(until - PERIOD_S)) > at]
    if not begins:
        return
    ends = max([at, *(other.paid_until for other in _lasting(session, row, at))])
    _end_earlier(row, max(min(begins) - ends, timedelta(0)), at)


def _lasting(session: Session, row: Membership, at: datetime) -> list[Membership]:
    """List what else the same viewer has of the same creator."""
    others = (Membership.viewer == row.viewer, Membership.creator == row.creator, Membership.id != row.id)
    still = (Membership.paid_until > at, Membership.ended_at.is_(None))
    return list(session.scalars(select(Membership).where(*others, *still)))
