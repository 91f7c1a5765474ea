"""The routes that sell: ``stream`` asks for a key, ``pay`` brings the money; both answer the same request alike.

Any x402 client may pay without signing in: the payer is who signed. Who has a session pays for that account only.
"""

from __future__ import annotations

from typing import Annotated, Any

from anyio import to_thread
from fastapi import Header, Query, Response
from sqlalchemy.orm import Session

from services.chain import reasons
from services.http.late_routes import LateRouter
from services.node.access import entitled_chunks, refuse_unsold, why
from services.node.channels.payment import pay_by_channel, refund_channel
from services.node.channels.vouchers import Sold
from services.node.context import Node
from services.node.door import Caller, MaybeCaller, NodeOf
from services.node.memberships.receipts import leave_receipt
from services.node.sales.offer import (
    NOBODY,
    Offer,
    make_offer,
    next_unowned,
    owns_any,
)
from services.node.sales.service import sell
from services.node.sales.terms import failure_headers, offer_headers
from services.node.seeds.next_chunk import IdempotencyKey, bought_by_key, take_next
from services.node.tables import Item
from services.units.address import Address
from services.units.money import ZERO
from services.wire.node import KeysOut, PayIn, StreamIn
from services.wire.problems import ProblemError
from services.wire.x402 import (
    PAYMENT_RESPONSE,
    ChannelPayment,
    EscrowPayment,
    ExactPayment,
    Payment,
    RefundPayload,
    Settled,
    decode_payment,
    encode,
    network,
)

router = LateRouter(tags=["sales"])
Signature = Annotated[str | None, Header(alias="PAYMENT-SIGNATURE")]
# Source: x402 v2, error codes of the scheme exact on EVM chains.
_ERRORS = {
    "expired": "invalid_exact_evm_payload_authorization_valid_before",
    "signature": "invalid_exact_evm_payload_signature",
    "nonce": "invalid_exact_evm_nonce_already_used",
    reasons.INVALID_SIGNATURE: "invalid_exact_evm_payload_signature",
    reasons.AUTHORIZATION_USED: "invalid_exact_evm_nonce_already_used",
    reasons.AUTHORIZATION_EXPIRED: "invalid_exact_evm_payload_authorization_valid_before",
    reasons.AUTHORIZATION_EARLY: "invalid_exact_evm_payload_authorization_valid_after",
}
# A request without a body names no chunk.
_NEXT_STREAMED, _NEXT_UNOWNED = StreamIn(), PayIn()
_PAID: dict[int | str, dict[str, Any]] = {402: {"description": "Payment required (x402 v2)"}}


@router.post("/content/{content_id}/stream", responses=_PAID)
async def stream(
    node: NodeOf,
    caller: MaybeCaller,
    content_id: str,
    response: Response,
    body: StreamIn = _NEXT_STREAMED,
    payment: Signature = None,
    idempotency_key: IdempotencyKey = None,
) -> KeysOut:
    """Give the key of a chunk that the account may have, else 402 with the offer; with a payment, sell it.

    Without a chunk, an account gets one after the other; the same idempotency key gives the same one again.

    Problem codes: content.not_found, content.owned, content.members_only, content.not_for_sale, content.taken_down,
    account.blocked, payment.required, payment.refused, payment.terms_changed, payment.insufficient, payment.unknown,
    payment.in_progress, payment.scheme, channel.total, channel.busy, channel.balance, channel.refused,
    channel.not_found, chain.unreachable, disk.full.
    """
    given = _read(payment, caller)
    if isinstance(given, ChannelPayment) and isinstance(given.payload, RefundPayload):
        return await _give_back(node, content_id, given.payload, response)
    account = _account(given, caller)
    if body.chunk is None and caller is not None:
        body = StreamIn(chunk=await to_thread.run_sync(take_next, node, caller, content_id, idempotency_key))
    with node.database.read() as session:
        film = node.shelf.get(session, content_id)
        index = body.chunk if body.chunk is not None else _next(session, film.item, account)
        reason = why(session, caller, film, index, node.clock.now())
        if reason is None and (given is None or not film.is_sold):
            refuse_unsold(session, film, account)
    if reason is not None:
        if reason == "member" and caller is not None:
            await to_thread.run_sync(leave_receipt, node, caller, film)
        keys = film.keys(node.keys, {index})
        return KeysOut(content_id=film.item.content_id, keys=keys, amount=ZERO, transaction=None)
    offer = make_offer(film, account, index, 1)
    sold = await _sell(node, offer, given, is_caller=caller is not None)
    _settled(response, sold.settled)
    return sold.keys


@router.post("/content/{content_id}/pay", responses=_PAID)
async def pay(
    node: NodeOf,
    caller: MaybeCaller,
    content_id: str,
    response: Response,
    body: PayIn = _NEXT_UNOWNED,
    payment: Signature = None,
    idempotency_key: IdempotencyKey = None,
) -> KeysOut:
    """Sell a range of chunks; without a first one, the next that the account does not own.

    The same idempotency key means the same chunks: once they are bought it gives their keys, and buys nothing.

    Problem codes: content.not_found, content.owned, content.members_only, content.not_for_sale, content.taken_down,
    account.blocked, payment.required, payment.refused, payment.terms_changed, payment.insufficient, payment.unknown,
    payment.in_progress, payment.scheme, channel.total, channel.busy, channel.balance, channel.refused,
    channel.not_found, chain.unreachable, disk.full.
    """
    given = _read(payment, caller)
    if isinstance(given, ChannelPayment) and isinstance(given.payload, RefundPayload):
        return await _give_back(node, content_id, given.payload, response)
    if idempotency_key is not None and caller is not None and body.first_chunk is None:
        body, goods = await to_thread.run_sync(bought_by_key, node, caller, content_id, idempotency_key, body)
        if goods is not None:
            return goods
    sold = await sell_chunks(node, content_id, body, given, caller)
    _settled(response, sold.settled)
    return sold.keys


@router.get("/content/{content_id}/pay", responses=_PAID)
async def pay_by_address(
    node: NodeOf,
    caller: MaybeCaller,
    content_id: str,
    response: Response,
    wanted: Annotated[PayIn, Query()],
    payment: Signature = None,
    idempotency_key: IdempotencyKey = None,
) -> KeysOut:
    """Sell to clients that can only fetch an address. Stock clients ask here for the price, and for their refund.

    Problem codes: content.not_found, content.owned, content.members_only, content.not_for_sale, content.taken_down,
    account.blocked, payment.required, payment.refused, payment.terms_changed, payment.insufficient, payment.unknown,
    payment.in_progress, payment.scheme, channel.total, channel.busy, channel.balance, channel.refused,
    channel.not_found, chain.unreachable, disk.full.
    """
    return await pay(node, caller, content_id, response, wanted, payment, idempotency_key)


@router.get("/content/{content_id}/keys")
def owned_keys(node: NodeOf, caller: Caller, content_id: str) -> KeysOut:
    """Give all keys that the account owns, so that a new device or a reinstall pays nothing again.

    Problem codes: content.not_found, content.taken_down.
    """
    with node.database.read() as session:
        film = node.shelf.get(session, content_id)
        keys = film.keys(node.keys, entitled_chunks(session, caller, film))
    return KeysOut(content_id=film.item.content_id, keys=keys, amount=ZERO, transaction=None)


def _next(session: Session, item: Item, account: Address) -> int:
    return 0 if account == item.creator else next_unowned(session, item, account)


def _read(header: str | None, caller: Address | None) -> Payment | None:
    """Read the payment; with a session nobody pays for another. Raises ProblemError: payment.refused."""
    if header is None:
        return None
    payment = decode_payment(header)
    if caller is not None and payer_of(payment) != caller:
        raise ProblemError("payment.refused", reason="payer")
    return payment


def payer_of(payment: Payment) -> Address:
    """Tell who says to pay; whether it is so, the signature shows later."""
    if isinstance(payment, ChannelPayment):
        return payment.payload.channel_config.payer
    return payment.payload.authorization.payer


def _account(payment: Payment | None, caller: Address | None) -> Address:
    return caller or (payer_of(payment) if payment else NOBODY)


async def sell_chunks(node: Node, content_id: str, body: PayIn, given: Payment | None, caller: Address | None) -> Sold:
    """Sell the chunks of a request that is no refund; a payment is the caller's, if there is one."""
    account, film = _account(given, caller), node.shelf.known(content_id)
    if film is not None and film.is_sold and given is not None and body.first_chunk is not None:
        # What comes with a payment is looked at where the payment is taken: one look into the database a sale.
        offer, is_owned = make_offer(film, account, body.first_chunk, body.chunk_count), False
    else:
        offer, is_owned = _offered(node, content_id, body, account, is_paid=given is not None)
    if offer.amount == ZERO or account == offer.item.creator or (given is None and is_owned):
        # Said before anything is signed. What comes with a payment may be the repetition of one that was lost.
        raise ProblemError("content.owned")
    return await _sell(node, offer, given, is_caller=caller is not None)


def _offered(node: Node, content_id: str, body: PayIn, account: Address, *, is_paid: bool) -> tuple[Offer, bool]:
    """Look up what is asked for, and whether some of it is owned. Raises ProblemError for what is not sold."""
    with node.database.read() as session:
        film = node.shelf.get(session, content_id)
        first = body.first_chunk if body.first_chunk is not None else next_unowned(session, film.item, account)
        offer = make_offer(film, account, first, body.chunk_count)
        is_owned = (not is_paid or not film.is_sold) and owns_any(session, offer)
        if (not is_paid or not film.is_sold) and not is_owned:
            refuse_unsold(session, film, account)
    return offer, is_owned


async def _sell(node: Node, offer: Offer, payment: Payment | None, *, is_caller: bool) -> Sold:
    if payment is None:
        needed = ProblemError("payment.required", amount=offer.amount.micros)
        needed.headers = offer_headers(node, offer, error="Payment required")
        raise needed
    try:
        return await _take(node, offer, payment, is_caller=is_caller)
    except ProblemError as problem:
        if problem.code != "payment.terms_changed":
            raise
        anew = await to_thread.run_sync(_renewed, node, offer)
        if anew.amount == offer.amount:
            raise
    return await _take(node, anew, payment, is_caller=is_caller)


def _renewed(node: Node, offer: Offer) -> Offer:
    """Price an offer again: another worker may have changed the film. Raises ProblemError: content.owned.

    Whoever paid the price before it changed, and lost the answer, is told so instead of being asked for another.
    """
    node.shelf.forget(offer.item.content_id)
    with node.database.read() as session:
        film = node.shelf.get(session, offer.item.content_id)
        anew = make_offer(film, offer.account, offer.first_chunk, offer.chunk_count)
        if anew.amount == ZERO or owns_any(session, anew):
            raise ProblemError("content.owned")
    return anew


async def _take(node: Node, offer: Offer, payment: Payment, *, is_caller: bool) -> Sold:
    if isinstance(payment, ChannelPayment):
        return await pay_by_channel(node, offer, payment, is_caller=is_caller)
    return await to_thread.run_sync(_by_transaction, node, offer, payment, is_caller)


def _by_transaction(node: Node, offer: Offer, payment: EscrowPayment | ExactPayment, is_caller: bool) -> Sold:
    try:
        keys = sell(node, offer, payment, is_caller=is_caller)
    except ProblemError as problem:
        if problem.code in ("payment.refused", "payment.insufficient"):
            problem.headers = failure_headers(node, offer, error=_error_of(problem))
        raise
    settled = Settled(
        success=True, transaction=keys.transaction or "", network=network(node.chain.chain_id), payer=offer.account
    )
    return Sold(keys, settled)


def _error_of(problem: ProblemError) -> str:
    """Name a refusal as stock clients know it."""
    if problem.code == "payment.insufficient":
        return "insufficient_funds"
    return _ERRORS.get(problem.params.get("reason", ""), "invalid_payload")


async def _give_back(node: Node, content_id: str, payload: RefundPayload, response: Response) -> KeysOut:
    """Refund a channel where it was spent, as stock clients ask for it; there is no key in the answer."""
    with node.database.read() as session:
        film = node.shelf.get(session, content_id)
        # What a 402 offers to somebody who owns nothing: the payer may own the whole film by now.
        offer = make_offer(film, NOBODY, next_unowned(session, film.item, NOBODY), 1)
    _settled(response, await refund_channel(node, payload, offer=offer))
    return KeysOut(content_id=film.item.content_id, keys=(), amount=ZERO, transaction=None)


def _settled(response: Response, settled: Settled) -> None:
    response.headers[PAYMENT_RESPONSE] = encode(settled)
    response.headers["Cache-Control"] = "private"
