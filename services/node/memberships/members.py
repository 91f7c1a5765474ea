"""Lists of memberships and their payments, for the viewer and for the creator."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.node.memberships.record import state_of
from services.node.memberships.tables import Membership, MembershipPayment, Refund
from services.node.tables import Item, Tier
from services.units.address import Address, Bytes32
from services.units.time import from_unix_seconds
from services.wire.memberships import MembershipOut, MembershipReceiptOut, MembershipState, QuoteKind, RefundState

MOST = 500


def memberships_of(session: Session, viewer: Address, now: datetime) -> tuple[MembershipOut, ...]:
    """List a viewer's memberships, the one that lasts longest first."""
    wanted = select(Membership, Tier).join(Tier, Tier.id == Membership.tier_id).where(Membership.viewer == viewer)
    rows = session.execute(wanted.order_by(Membership.paid_until.desc(), Membership.id).limit(MOST)).all()
    return tuple(written(session, row, tier, now) for row, tier in rows)


def members_of(session: Session, creator: Address, now: datetime) -> tuple[MembershipOut, ...]:
    """List a creator's members, the newest first."""
    wanted = select(Membership, Tier).join(Tier, Tier.id == Membership.tier_id).where(Membership.creator == creator)
    rows = session.execute(wanted.order_by(Membership.joined_at.desc(), Membership.id).limit(MOST)).all()
    return tuple(written(session, row, tier, now, name="") for row, tier in rows)


def receipts_of(session: Session, viewer: Address) -> tuple[MembershipReceiptOut, ...]:
    """List what a viewer paid for memberships, the latest first."""
    wanted = (
        select(MembershipPayment, Tier.name, Refund.state)
        .join(Tier, Tier.id == MembershipPayment.tier_id)
        .outerjoin(Refund, Refund.receipt == MembershipPayment.id)
        .where(MembershipPayment.viewer == viewer, MembershipPayment.state == "paid")
        .order_by(MembershipPayment.at.desc(), MembershipPayment.id)
        .limit(MOST)
    )
    return tuple(_receipt(row, name, refund) for row, name, refund in session.execute(wanted))


def written(session: Session, row: Membership, tier: Tier, now: datetime, *, name: str | None = None) -> MembershipOut:
    """Write a membership for the wire; name: the creator's, where it is known or not wanted."""
    return MembershipOut(
        id=row.id,
        viewer=row.viewer,
        creator=row.creator,
        creator_name=creator_name(session, row.creator) if name is None else name,
        tier_id=row.tier_id,
        tier_name=tier.name,
        price=tier.price,
        joined_at=row.joined_at,
        paid_until=row.paid_until,
        state=cast("MembershipState", state_of(row, now)),
        renews=bool(row.renews),
        renewals=row.payments - 1,
        next_tier=row.next_tier,
        reason=row.reason,
    )


def creator_name(session: Session, creator: Address) -> str:
    """Give the name that a creator published under last; empty before."""
    latest = select(Item.creator_name).where(Item.creator == creator).order_by(Item.published_at.desc()).limit(1)
    return session.scalar(latest) or ""


def tier_names(session: Session, tiers: Iterable[str]) -> dict[str, str]:
    """Give the names of tiers."""
    return dict(session.execute(select(Tier.id, Tier.name).where(Tier.id.in_(list(tiers)))).all())


def _receipt(row: MembershipPayment, name: str, refund: str | None) -> MembershipReceiptOut:
    return MembershipReceiptOut(
        receipt=row.id,
        kind=cast("QuoteKind", row.kind),
        creator=row.creator,
        tier_id=row.tier_id,
        tier_name=name,
        price=row.price,
        fare=row.fare,
        amount=row.amount,
        share=row.share,
        until=from_unix_seconds(row.until),
        payer=row.payer,
        transaction=None if row.transaction is None else Bytes32(row.transaction),
        refund=cast("RefundState | None", refund),
        at=row.at,
    )
