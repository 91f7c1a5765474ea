"""The routes that sell: ``stream`` asks for a key, ``pay`` brings the money; both answer the same request alike."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Response
from sqlalchemy.orm import Session

from services.node.context import Node
from services.node.door import Caller, NodeOf
from services.node.sales.offer import (
    Offer,
    find_item,
    keys_of,
    make_offer,
    may_have,
    may_have_all,
    next_unowned,
    owns_any,
    payment_required,
)
from services.node.sales.service import sell
from services.node.tables import Item
from services.units.address import Address
from services.units.money import ZERO
from services.wire.node import KeysOut, PayIn, StreamIn
from services.wire.problems import ProblemError
from services.wire.x402 import PAYMENT_REQUIRED, PAYMENT_RESPONSE, Payment, Settled, decode, encode, network

router = APIRouter(tags=["sales"])
Signature = Annotated[str | None, Header(alias="PAYMENT-SIGNATURE")]


@router.post("/content/{content_id}/stream", responses={402: {"description": "Payment required (x402 v2)"}})
def stream(
    node: NodeOf, caller: Caller, content_id: str, response: Response, body: StreamIn, payment: Signature = None
) -> KeysOut:
    """Give the key of a chunk that the account may have, else 402 with the offer; with a payment, sell it."""
    with node.database.read() as session:
        item = find_item(session, content_id)
        index = body.chunk if body.chunk is not None else _next(session, item, caller)
        if may_have(session, item, caller, index):
            return KeysOut(
                content_id=item.content_id,
                keys=keys_of(node, session, item, {index}),
                amount=ZERO,
                transaction=None,
            )
        offer = make_offer(session, item, caller, index, 1)
    return _sell(node, offer, payment, response)


@router.post("/content/{content_id}/pay", responses={402: {"description": "Payment required (x402 v2)"}})
def pay(
    node: NodeOf, caller: Caller, content_id: str, response: Response, body: PayIn, payment: Signature = None
) -> KeysOut:
    """Sell a range of chunks; without a first one, the next that the account does not own."""
    with node.database.read() as session:
        item = find_item(session, content_id)
        first = body.first_chunk if body.first_chunk is not None else next_unowned(session, item, caller)
        offer = make_offer(session, item, caller, first, body.chunk_count)
        is_owned = owns_any(session, offer)
    if offer.amount == ZERO or caller == item.creator or (payment is None and is_owned):
        # Said before anything is signed. What comes with a payment may be the repetition of one that was lost.
        raise ProblemError("content.owned")
    return _sell(node, offer, payment, response)


@router.get("/content/{content_id}/keys")
def owned_keys(node: NodeOf, caller: Caller, content_id: str) -> KeysOut:
    """Give all keys that the account owns, so that a new device or a reinstall pays nothing again."""
    with node.database.read() as session:
        item = find_item(session, content_id)
        keys = keys_of(node, session, item, may_have_all(session, item, caller))
    return KeysOut(content_id=item.content_id, keys=keys, amount=ZERO, transaction=None)


def _next(session: Session, item: Item, caller: Address) -> int:
    return 0 if caller == item.creator else next_unowned(session, item, caller)


def _sell(node: Node, offer: Offer, header: str | None, response: Response) -> KeysOut:
    if header is None:
        required = payment_required(node, offer, error="Payment required")
        needed = ProblemError("payment.required", amount=offer.amount.micros)
        needed.headers = {PAYMENT_REQUIRED: encode(required), "Cache-Control": "no-store"}
        raise needed
    sold = sell(node, offer, decode(Payment, header))
    settled = Settled(
        success=True,
        transaction=sold.transaction or "",
        network=network(node.chain.chain_id),
        payer=offer.account,
    )
    response.headers[PAYMENT_RESPONSE] = encode(settled)
    return sold
