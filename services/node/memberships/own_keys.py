"""Memberships of accounts whose keys the node itself keeps: it appoints, quotes and pays for them in one step."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.chain.abi import read_uint
from services.chain.hashing import sign_digest
from services.chain.membership import Subscription, sign_subscription
from services.chain.orders import AppointOrder, order_nonce_call
from services.node.context import Node
from services.node.memberships.quoting import chain_quote, make_quote
from services.node.memberships.record import find, state_of
from services.node.memberships.sellers import appoint, is_appointed
from services.node.memberships.service import subscribe
from services.node.memberships.tables import MembershipPayment
from services.node.sales.booking import sync
from services.node.tables import Tier
from services.units.address import Address
from services.units.ids import IntentId
from services.wire.memberships import AppointIn, MembershipPaymentIn
from services.wire.problems import ProblemError
from services.wire.x402 import Authorization, Payload

_VALIDITY_S = 300
_BACKDATED_S = 60
_LAST_DAY = timedelta(days=1)
"""When a desk would renew."""
_JOINING = threading.Lock()


def subscribe_here(node: Node, viewer: Address, tier: Tier, *, payer: Address | None = None) -> IntentId:
    """Join with a key that lives on this node; gives the receipt's id. payer: who gives it to the viewer. Blocking.

    Raises ProblemError: payment.required for everybody whose owner alone can sign, and as make_quote and subscribe do.
    """
    payer = payer or viewer
    key = node.names.key_of(payer)
    if key is None:
        raise ProblemError("payment.required", amount=tier.price.micros)
    creator_key = node.names.key_of(tier.creator)
    if creator_key is not None:
        appoint_here(node, tier.creator, creator_key)
    row = make_quote(node, viewer, tier.id)
    return subscribe(node, viewer, tier.creator, tier.id, _signed(node, row, payer, key))


def join_here(node: Node, viewer: Address, tier: Tier) -> IntentId:
    """Join as subscribe_here does; of a membership that goes on, until its last day, the receipt is given again.

    Such a request carries nothing that tells a second wish from a lost answer. Blocking. Raises ProblemError.
    """
    with _JOINING:
        sync(node)
        with node.database.read() as session:
            known = None if node.names.key_of(viewer) is None else _going_on(session, viewer, tier, node.clock.now())
        return known or subscribe_here(node, viewer, tier)


def _going_on(session: Session, viewer: Address, tier: Tier, now: datetime) -> IntentId | None:
    row = find(session, viewer, tier.creator, tier.id)
    if row is None or state_of(row, now) != "active" or row.paid_until <= now + _LAST_DAY:
        return None
    same = (MembershipPayment.viewer == viewer, MembershipPayment.creator == tier.creator)
    this = (MembershipPayment.tier_id == tier.id, MembershipPayment.state == "paid")
    latest = select(MembershipPayment.id).where(*same, *this).order_by(MembershipPayment.until.desc()).limit(1)
    found = session.scalar(latest)
    return None if found is None else IntentId(found)


def appoint_here(node: Node, creator: Address, key: bytes) -> None:
    """Let a creator whose key lives on this node appoint its seller. Blocking."""
    if is_appointed(node, creator):
        return
    order = AppointOrder(
        chain_id=node.chain.chain_id,
        escrow=node.chain.escrow,
        creator=creator,
        seller=node.authorizer.address,
        is_appointed=True,
        nonce=read_uint(node.chain.ask(order_nonce_call(node.chain.escrow, creator))),
        deadline=node.chain.head().timestamp + _VALIDITY_S,
    )
    signature = "0x" + sign_digest(order.digest, key).hex()
    appoint(node, creator, AppointIn(nonce=order.nonce, deadline=order.deadline, signature=signature))


def _signed(node: Node, row: MembershipPayment, payer: Address, key: bytes) -> MembershipPaymentIn:
    now = node.chain.head().timestamp
    signed = sign_subscription(
        Subscription(
            quote=chain_quote(node, row),
            quote_signature=row.quote_signature,
            token=node.chain.token,
            payer=payer,
            valid_after=max(0, now - _BACKDATED_S),
            valid_before=now + _VALIDITY_S,
        ),
        key,
    )
    message = Authorization(
        payer=payer,
        to=node.chain.escrow,
        value=str(row.amount.micros),
        valid_after=str(signed.valid_after),
        valid_before=str(signed.valid_before),
        nonce=signed.nonce,
    )
    payload = Payload(signature="0x" + signed.signature.hex(), authorization=message)
    return MembershipPaymentIn(until=row.until, deadline=row.deadline, payload=payload)
