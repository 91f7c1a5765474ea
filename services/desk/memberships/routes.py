"""The routes of memberships and refunds."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, cast

from anyio import to_thread
from fastapi import Query
from sqlalchemy import select

from services.desk.context import Desk
from services.desk.door import ContentOf, DeskOf
from services.desk.memberships import refunds
from services.desk.memberships.joining import ask_quote, join
from services.desk.memberships.mirror import hear, keep, kept
from services.desk.memberships.tables import Membership, MembershipPayment
from services.desk.nodes.places import FilmDeskOf
from services.desk.tiers import SellerDeskOf
from services.http.late_routes import LateRouter
from services.units.address import Bytes32
from services.units.time import from_unix_seconds
from services.wire.access import AccessIn, AccessOut
from services.wire.memberships import (
    ChangeIn,
    JoinIn,
    MembershipOut,
    MembershipsOut,
    MembershipState,
    OwnMembershipOut,
    OwnPaymentOut,
    QuoteOut,
    RefundAskIn,
    RefundConfirmIn,
    RefundOut,
)
from services.wire.problems import ProblemError

_HISTORY = 100

router = LateRouter(tags=["memberships"])


@router.get("/memberships")
async def memberships(desk: DeskOf) -> MembershipsOut:
    """List this account's memberships and their payments; without the nodes as they were last heard of."""
    if desk.keyring.status == "open":
        nodes = {desk.node.uri} | {row.node for row in await to_thread.run_sync(kept, desk)}
        for node in sorted(nodes):
            try:
                await hear(desk.at(node))
            except ProblemError:
                # What is known here is shown; a node that is down says so elsewhere.
                continue
    return await to_thread.run_sync(_state, desk)


@router.get("/memberships/quote")
async def quote(desk: DeskOf, tier_id: Annotated[str, Query(max_length=64)], node: str = "") -> QuoteOut:
    """Say what a tier costs now, for a person to confirm."""
    return await ask_quote(_at(desk, node), tier_id)


@router.post("/memberships")
async def join_tier(desk: DeskOf, body: JoinIn) -> OwnPaymentOut:
    """Join, renew or change for the sum that was confirmed; asking again for the same never pays twice."""
    return _payment_out(await join(_at(desk, body.node), body.tier_id, amount=body.amount))


@router.post("/memberships/{membership_id}/cancel")
async def cancel(desk: DeskOf, membership_id: str) -> MembershipsOut:
    """Renew no more."""
    return await _tell_node(desk, membership_id, "cancel")


@router.post("/memberships/{membership_id}/resume")
async def resume(desk: DeskOf, membership_id: str) -> MembershipsOut:
    """Take a cancellation back."""
    return await _tell_node(desk, membership_id, "resume")


@router.post("/memberships/{membership_id}/change")
async def change(desk: DeskOf, membership_id: str, body: ChangeIn) -> MembershipsOut:
    """Say which tier the next period is for."""
    return await _tell_node(desk, membership_id, "change", body)


@router.get("/members")
async def members(desk: SellerDeskOf) -> tuple[MembershipOut, ...]:
    """List the members of this creator's tiers at a node."""
    return await desk.node.call(tuple[MembershipOut, ...], "GET", "/members")


@router.get("/items/{content_id}/access")
async def access(desk: FilmDeskOf, content: ContentOf) -> AccessOut:
    """Say how an item is to be had."""
    return await desk.node.browse(AccessOut, f"/content/{content}/access")


@router.put("/items/{content_id}/access")
async def set_access(desk: FilmDeskOf, content: ContentOf, body: AccessIn) -> AccessOut:
    """Change how an own item is to be had."""
    changed = await desk.node.call(AccessOut, "PUT", f"/content/{content}/access", body=body)
    desk.events.publish("catalogue", content)
    return changed


@router.get("/refunds")
async def list_refunds(desk: SellerDeskOf, side: Literal["viewer", "creator"] = "viewer") -> tuple[RefundOut, ...]:
    """List the refunds that were asked for from here, or of this creator."""
    return await refunds.listed(desk, side)


@router.post("/refunds")
async def ask_refund(desk: DeskOf, body: RefundAskIn) -> RefundOut:
    """Ask a creator for the money of a receipt."""
    return await refunds.ask(_at(desk, body.node), body)


@router.post("/refunds/{receipt}/pay")
async def pay_refund(desk: SellerDeskOf, receipt: str, body: RefundConfirmIn) -> tuple[RefundOut, ...]:
    """Give the money of a receipt back."""
    await refunds.pay(desk, receipt, body.amount)
    return await refunds.listed(desk, "creator")


@router.post("/refunds/{receipt}/refuse")
async def refuse_refund(desk: SellerDeskOf, receipt: str) -> RefundOut:
    """Refuse to give the money of a receipt back."""
    return await desk.node.call(RefundOut, "POST", f"/refunds/{receipt}/refuse")


def _at(desk: Desk, node: str) -> Desk:
    return desk.at(node) if node else desk


async def _tell_node(desk: Desk, membership_id: str, what: str, body: ChangeIn | None = None) -> MembershipsOut:
    row = await to_thread.run_sync(_find, desk, membership_id)
    at = desk.at(row.node)
    changed = await at.node.call(MembershipOut, "POST", f"/subscriptions/{membership_id}/{what}", body=body)
    if changed.id == membership_id:
        await to_thread.run_sync(keep, at, (changed,))
    desk.events.publish("membership", membership_id)
    return await to_thread.run_sync(_state, desk)


def _find(desk: Desk, membership_id: str) -> Membership:
    with desk.database.read() as session:
        row = session.get(Membership, membership_id)
    if row is None:
        raise ProblemError("membership.not_found")
    return row


def _state(desk: Desk) -> MembershipsOut:
    now = desk.clock.now()
    with desk.database.read() as session:
        latest = select(MembershipPayment).order_by(MembershipPayment.at.desc(), MembershipPayment.intent)
        payments = tuple(_payment_out(row) for row in session.scalars(latest.limit(_HISTORY)))
    return MembershipsOut(memberships=tuple(_out(desk, row, now) for row in kept(desk)), payments=payments)


def _out(desk: Desk, row: Membership, now: datetime) -> OwnMembershipOut:
    said = MembershipOut.model_validate(row.said)
    state: MembershipState = said.state
    if state in ("active", "ending") and row.paid_until <= now:
        state = "lapsed"
    node = "" if row.node == (desk.home or desk).node.uri else row.node
    reason, is_pass = row.reason or said.reason, said.creator == desk.chain.escrow
    return OwnMembershipOut(membership=said, node=node, state=state, reason=reason, is_pass=is_pass)


def _payment_out(row: MembershipPayment) -> OwnPaymentOut:
    return OwnPaymentOut(
        receipt=row.intent,
        kind=row.kind,
        creator=row.creator,
        creator_name=row.creator_name,
        tier_id=row.tier_id,
        tier_name=row.tier_name,
        amount=row.amount,
        until=from_unix_seconds(row.until),
        state=cast("Literal['signed', 'sent', 'unknown', 'paid', 'refused']", row.state),
        auto=bool(row.auto),
        transaction=None if row.transaction is None else Bytes32(row.transaction),
        at=row.at,
    )
