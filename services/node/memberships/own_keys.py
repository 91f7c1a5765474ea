"""Memberships of accounts whose keys the node itself keeps: it appoints, quotes and pays for them in one step."""

from __future__ import annotations

from services.chain.abi import read_uint
from services.chain.hashing import sign_digest
from services.chain.membership import Subscription, sign_subscription
from services.chain.orders import AppointOrder, order_nonce_call
from services.node.context import Node
from services.node.memberships.quoting import chain_quote, make_quote
from services.node.memberships.sellers import appoint, is_appointed
from services.node.memberships.service import subscribe
from services.node.memberships.tables import MembershipPayment
from services.node.tables import Tier
from services.units.address import Address
from services.units.ids import IntentId
from services.wire.memberships import AppointIn, MembershipPaymentIn
from services.wire.problems import ProblemError
from services.wire.x402 import Authorization, Payload

_VALIDITY_S = 300
_BACKDATED_S = 60


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
