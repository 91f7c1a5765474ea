"""The routes of memberships: quote, join, renew, change, cancel, and the lists of both sides."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from services.http.late_routes import LateRouter
from services.node.access import access_of
from services.node.context import Node
from services.node.door import Caller, MaybeCaller, NodeOf, Publisher
from services.node.memberships.members import creator_name, members_of, memberships_of, receipts_of, written
from services.node.memberships.own_keys import join_here
from services.node.memberships.quoting import make_quote, shown_fare
from services.node.memberships.record import find
from services.node.memberships.sellers import appoint, is_appointed
from services.node.memberships.service import subscribe
from services.node.memberships.tables import Membership, MembershipPayment
from services.node.sales.booking import book_charges, sync
from services.node.tables import Tier
from services.units.address import Address, Bytes32
from services.units.ids import IntentId
from services.wire.base import ContentIdField
from services.wire.memberships import (
    AppointIn,
    ChangeIn,
    FareOut,
    MembershipOut,
    MembershipReceiptOut,
    QuoteKind,
    QuoteOut,
    ReasonIn,
    SellerOut,
    SubscribedOut,
    SubscribeIn,
    SubscriptionOut,
)
from services.wire.problems import ProblemError

router = LateRouter(tags=["memberships"])
_KINDS: dict[str, QuoteKind] = {"join": "join", "renew": "renew", "upgrade": "upgrade", "downgrade": "downgrade"}


@router.get("/memberships/quote")
def quote(node: NodeOf, caller: Caller, tier_id: Annotated[str, Query(max_length=64)]) -> QuoteOut:
    """Say what a tier costs the caller now and until when that pays it, signed for the Escrow.

    Problem codes: tier.not_found, membership.not_sold (reason: archived, own, seller, ahead), payment.in_progress.
    """
    row = make_quote(node, caller, tier_id)
    with node.database.read() as session:
        return _quote_out(session, row)


@router.get("/content/{content_id}/fares")
def fares(node: NodeOf, caller: Caller, content_id: ContentIdField) -> tuple[FareOut, ...]:
    """Say what each tier of an item would cost the caller now, and what counts toward it; it offers nothing.

    Problem codes: content.not_found.
    """
    book_charges(node)
    with node.database.read() as session:
        return _fares(node, session, caller, Tier.id.in_(access_of(session, content_id).tiers))


@router.get("/creators/{creator_id}/fares")
def fares_of_creator(node: NodeOf, caller: Caller, creator_id: str) -> tuple[FareOut, ...]:
    """Say the same of each tier of a creator."""
    creator = node.names.meant(creator_id)
    book_charges(node)
    with node.database.read() as session:
        return _fares(node, session, caller, Tier.creator == creator)


@router.post("/subscribe/")
def join(node: NodeOf, caller: MaybeCaller, body: SubscribeIn) -> SubscribedOut:
    """Pay a quote: join, renew or change. The same payment again gives the same answer and moves nothing.

    Without a payment, for an account whose key lies here, the same request moves nothing until the period's last day.

    Problem codes: payment.required (no payment: ask for a quote), payment.terms_changed, payment.refused,
    payment.insufficient, payment.unknown, tier.not_found, account.forbidden.
    """
    viewer = _viewer(node, body, caller)
    with node.database.read() as session:
        tier = session.get(Tier, body.tier_id)
    if tier is None or (body.creator_id is not None and node.names.meant(body.creator_id) != tier.creator):
        raise ProblemError("tier.not_found")
    if body.payment is not None:
        receipt = subscribe(node, viewer, tier.creator, tier.id, body.payment)
    else:
        receipt = join_here(node, viewer, tier)
    return _subscribed(node, receipt, tier)


@router.get("/subscriptions/{user_id}")
def subscriptions(node: NodeOf, caller: MaybeCaller, user_id: str) -> tuple[SubscriptionOut, ...]:
    """List one's own memberships; nobody else's are shown."""
    viewer = node.names.acting(user_id, caller)
    sync(node)
    with node.database.read() as session:
        found = memberships_of(session, viewer, node.clock.now())
    return tuple(SubscriptionOut(**dict(one), user_id=one.viewer, creator_id=one.creator) for one in found)


@router.get("/memberships/receipts")
def receipts(node: NodeOf, caller: Caller) -> tuple[MembershipReceiptOut, ...]:
    """List what the caller paid for memberships."""
    with node.database.read() as session:
        return receipts_of(session, caller)


@router.get("/members")
def members(node: NodeOf, caller: Caller) -> tuple[MembershipOut, ...]:
    """List the members of the caller's own tiers."""
    sync(node)
    with node.database.read() as session:
        return members_of(session, caller, node.clock.now())


@router.post("/subscriptions/{membership_id}/cancel")
def cancel(node: NodeOf, caller: Caller, membership_id: str) -> MembershipOut:
    """Renew no more; what is paid stays open to its end. Problem codes: membership.not_found."""
    return _changed(node, caller, membership_id, renews=0, reason="cancelled", next_tier=None)


@router.post("/subscriptions/{membership_id}/resume")
def resume(node: NodeOf, caller: Caller, membership_id: str) -> MembershipOut:
    """Take a cancellation back. Problem codes: membership.not_found, membership.not_sold (reason: archived)."""
    return _changed(node, caller, membership_id, renews=1, reason="")


@router.post("/subscriptions/{membership_id}/change")
def change(node: NodeOf, caller: Caller, membership_id: str, body: ChangeIn) -> MembershipOut:
    """Say which of the creator's tiers the next period is for (a downgrade at the period's end); nothing moves now.

    Problem codes: membership.not_found, tier.not_found, membership.not_sold (reason: archived).
    """
    return _changed(node, caller, membership_id, renews=1, reason="", next_tier=body.tier_id)


@router.post("/subscriptions/{membership_id}/failed")
def failed(node: NodeOf, caller: Caller, membership_id: str, body: ReasonIn) -> MembershipOut:
    """Note why the caller's desk could not renew, for the lists of both sides. Problem codes: membership.not_found."""
    return _changed(node, caller, membership_id, reason=body.reason)


@router.get("/creators/{creator_id}/seller")
def seller(node: NodeOf, creator_id: str) -> SellerOut:
    """Name the key that signs this node's quotes, and say whether the creator appointed it."""
    creator = node.names.meant(creator_id)
    return SellerOut(seller=node.authorizer.address, is_appointed=is_appointed(node, creator))


@router.post("/creators/seller")
def appoint_seller(node: NodeOf, caller: Publisher, body: AppointIn) -> SellerOut:
    """Bring the caller's signed appointment of this node's seller to the chain.

    Problem codes: payment.refused (reason: signature), transaction.unknown, chain.reverted.
    """
    return SellerOut(seller=node.authorizer.address, is_appointed=appoint(node, caller, body))


def _fares(node: Node, session: Session, caller: Address, which: ColumnElement[bool]) -> tuple[FareOut, ...]:
    tiers = session.scalars(select(Tier).where(which, Tier.archived_at.is_(None))).all()
    return tuple(shown_fare(session, caller, tier, node.clock.now()) for tier in tiers)


def _viewer(node: Node, body: SubscribeIn, caller: Address | None) -> Address:
    if body.user_id is not None:
        return node.names.acting(body.user_id, caller)
    if caller is None:
        raise ProblemError("account.sign_in_refused", reason="session")
    return caller


def _changed(node: Node, caller: Address, membership_id: str, **fields: object) -> MembershipOut:
    now = node.clock.now()
    with node.database.write() as session:
        row = session.get(Membership, membership_id, with_for_update=True)
        if row is None or row.viewer != caller or row.ended_at is not None:
            raise ProblemError("membership.not_found")
        tier = session.get_one(Tier, row.tier_id)
        if fields.get("renews") == 1:
            _check_sold(session, row, tier, fields.get("next_tier"))
        for name, value in fields.items():
            setattr(row, name, value)
        session.flush()
        return written(session, row, tier, now)


def _check_sold(session: Session, row: Membership, tier: Tier, next_tier: object) -> None:
    wanted = tier if next_tier is None else session.get(Tier, next_tier)
    if wanted is None or wanted.creator != row.creator:
        raise ProblemError("tier.not_found")
    if wanted.archived_at is not None:
        raise ProblemError("membership.not_sold", reason="archived")


def _subscribed(node: Node, receipt: IntentId, tier: Tier) -> SubscribedOut:
    with node.database.read() as session:
        row = session.get_one(MembershipPayment, receipt)
        found = find(session, row.viewer, row.creator, row.tier_id)
        if row.state != "paid" or row.transaction is None or found is None:
            raise ProblemError("payment.unknown")
        membership = written(session, found, tier, node.clock.now())
    return SubscribedOut(
        user_id=row.viewer,
        creator_id=row.creator,
        tier_id=row.tier_id,
        membership=membership,
        receipt=row.id,
        amount=row.amount,
        transaction=Bytes32(row.transaction),
    )


def _quote_out(session: Session, row: MembershipPayment) -> QuoteOut:
    tier = session.get_one(Tier, row.tier_id)
    return QuoteOut(
        id=row.id,
        kind=_KINDS[row.kind],
        viewer=row.viewer,
        creator=row.creator,
        creator_name=creator_name(session, row.creator),
        tier_id=row.tier_id,
        tier_name=tier.name,
        price=row.price,
        fare=row.fare,
        amount=row.amount,
        until=row.until,
        deadline=row.deadline,
        signature="0x" + row.quote_signature.hex(),
    )
