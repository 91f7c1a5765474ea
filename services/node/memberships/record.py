"""Who is a member until when: the node's record, which follows what the Escrow says."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.chain.gateway import Subscribed
from services.node.memberships.tables import Membership, MembershipPayment
from services.node.tables import Tier
from services.units.address import Address
from services.units.ids import membership_intent
from services.units.membership import tier_of_word
from services.units.money import ZERO
from services.units.time import from_unix_seconds


def enter(session: Session, event: Subscribed) -> None:
    """Enter a payment that the Escrow took, in the unit of work that books it; once for each event.

    What is none of this node's tiers is passed over: the creator keeps the money.
    """
    tier = session.get(Tier, tier_of_word(event.tier) or "")
    if tier is None or tier.creator != event.creator:
        return
    payment = _paid(session, event, tier)
    _extend(session, event, tier)
    if payment.kind in ("upgrade", "downgrade"):
        _leave_others(session, event, tier.id, reason="upgraded" if payment.kind == "upgrade" else "changed")


def find(session: Session, viewer: Address, creator: Address, tier_id: str) -> Membership | None:
    """Look a membership up."""
    same = (Membership.viewer == viewer, Membership.creator == creator, Membership.tier_id == tier_id)
    return session.scalar(select(Membership).where(*same))


def state_of(row: Membership, now: datetime) -> str:
    """Say how a membership stands: active, ending, lapsed or refunded."""
    if row.ended_at is not None:
        return "refunded"
    if row.paid_until <= now:
        return "lapsed"
    return "active" if row.renews else "ending"


def _paid(session: Session, event: Subscribed, tier: Tier) -> MembershipPayment:
    intent = membership_intent(viewer=event.viewer, creator=event.creator, tier=tier.id, until=event.until)
    at = from_unix_seconds(event.timestamp)
    row = session.get(MembershipPayment, intent)
    if row is None:
        row = MembershipPayment(
            id=intent, viewer=event.viewer, creator=event.creator, tier_id=tier.id, kind="other", price=event.amount,
            fare=ZERO, month="", until=event.until, deadline=0, quote_signature=b"", payment=None,
        )  # fmt: skip
        session.add(row)
    row.amount, row.share, row.payer = event.amount, event.creator_share, event.payer
    row.state, row.transaction, row.error, row.at = "paid", event.tx, None, at
    return row


def _extend(session: Session, event: Subscribed, tier: Tier) -> None:
    until, row = from_unix_seconds(event.until), find(session, event.viewer, event.creator, tier.id)
    if row is None:
        row = Membership(
            id=membership_intent(viewer=event.viewer, creator=event.creator, tier=tier.id, until=0),
            viewer=event.viewer, creator=event.creator, tier_id=tier.id, joined_at=from_unix_seconds(event.timestamp),
            paid_until=until, payments=0,
        )  # fmt: skip
        session.add(row)
    row.paid_until, row.payments = max(row.paid_until, until), row.payments + 1
    row.ended_at, row.next_tier = None, None
    # Who paid means to go on, if it can go on.
    row.renews, row.reason = (1, "") if tier.archived_at is None else (0, "archived")


def _leave_others(session: Session, event: Subscribed, tier_id: str, *, reason: str) -> None:
    others = (
        Membership.viewer == event.viewer, Membership.creator == event.creator, Membership.tier_id != tier_id,
        Membership.renews == 1,
    )  # fmt: skip
    session.execute(update(Membership).where(*others).values(renews=0, next_tier=None, reason=reason))
