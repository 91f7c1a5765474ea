"""What a refund takes from memberships: the time that its money had bought, from their ends."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.node.memberships.record import find
from services.node.memberships.tables import Membership, MembershipPayment, Refund
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
    is_all_back = not _receipts(session, row, "join", "renew", "upgrade", "downgrade", "other")
    _lose(session, row, row.paid_until - at if is_all_back else _bought(session, paid), at)
    for other in _lasting(session, row, at):
        _begin_earlier(session, other, at)


def _bought(session: Session, paid: MembershipPayment) -> timedelta:
    if paid.kind == "upgrade":
        return from_unix_seconds(paid.until) - paid.at
    return timedelta(seconds=time_bought(paid.price, session.get_one(Tier, paid.tier_id).price))


def _lose(session: Session, row: Membership, time: timedelta, at: datetime) -> None:
    """Take time from a membership's end, and its worth from the dearer one that it was changed for."""
    before = row.paid_until
    if before - time > at:
        row.paid_until -= time
    else:
        row.ended_at = at
    session.flush()
    after = at if row.ended_at else row.paid_until
    for top, until in _built_on(session, row, at):
        shared = min(before, until) - after
        if shared > timedelta(0):
            _lose(session, top, shared * _price(session, row) / _price(session, top), at)


def _built_on(session: Session, row: Membership, at: datetime) -> list[tuple[Membership, datetime]]:
    """List the upgrades that cost less because of a membership, and until when they did."""
    others = _lasting(session, row, at)
    found = []
    for top in others:
        between = [one for one in others if _price(session, row) < _price(session, one) < _price(session, top)]
        for paid in _receipts(session, top, "upgrade"):
            is_of_another = any(_was_there(session, one, paid.at) for one in between)
            if _price(session, row) < _price(session, top) and row.joined_at <= paid.at and not is_of_another:
                found.append((top, from_unix_seconds(paid.until)))
    return found


def _was_there(session: Session, row: Membership, at: datetime) -> bool:
    """Tell whether a membership was there when a dearer one was bought; in the same second a downgrade is later."""
    return row.joined_at < at or (row.joined_at == at and bool(_receipts(session, row, "join", "upgrade")))


def _begin_earlier(session: Session, row: Membership, at: datetime) -> None:
    """Move a downgrade, which was to begin when a dearer membership ends, to where that ends now."""
    downgrades = _receipts(session, row, "downgrade")
    begins = [begin for paid in downgrades if (begin := from_unix_seconds(paid.until - PERIOD_S)) > at]
    if not begins:
        return
    ends = max([at, *(other.paid_until for other in _lasting(session, row, at))])
    _lose(session, row, max(min(begins) - ends, timedelta(0)), at)


def _lasting(session: Session, row: Membership, at: datetime) -> list[Membership]:
    """List what else the same viewer has of the same creator."""
    others = (Membership.viewer == row.viewer, Membership.creator == row.creator, Membership.id != row.id)
    still = (Membership.paid_until > at, Membership.ended_at.is_(None))
    return list(session.scalars(select(Membership).where(*others, *still)))


def _receipts(session: Session, row: Membership, *kinds: str) -> list[MembershipPayment]:
    """List what was paid for a membership in one of these ways, and not given back."""
    of_it = (
        MembershipPayment.viewer == row.viewer, MembershipPayment.creator == row.creator,
        MembershipPayment.tier_id == row.tier_id, MembershipPayment.kind.in_(kinds), MembershipPayment.state == "paid",
    )  # fmt: skip
    back = select(Refund.receipt).where(Refund.state == "paid")
    return list(session.scalars(select(MembershipPayment).where(*of_it, MembershipPayment.id.not_in(back))))


def _price(session: Session, row: Membership) -> int:
    return session.get_one(Tier, row.tier_id).price.micros
