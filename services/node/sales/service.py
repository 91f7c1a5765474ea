"""A sale from the authorization to the key: written down first, sent once, looked up when in doubt."""

from __future__ import annotations

import hashlib
import threading

from sqlalchemy import Select, select

from services.chain import reasons
from services.chain.authorization import SignedAuthorization
from services.chain.calls import pay_call
from services.chain.errors import ChainRefused, ChainReverted, OutcomeUnknown
from services.chain.gateway import Receipt
from services.node.context import Node
from services.node.sales.booking import book, sync
from services.node.sales.offer import Offer, keys_of, owns_any, terms
from services.node.sales.payment import checked
from services.node.tables import Sale
from services.units.address import Bytes32
from services.units.ids import IntentId
from services.wire.node import KeysOut
from services.wire.problems import ProblemError
from services.wire.x402 import Payment

_WAIT_S = 20.0
# One attempt at a time for each intent; the token's nonce guards what other processes do.
_LOCKS = tuple(threading.Lock() for _ in range(64))


def sell(node: Node, offer: Offer, payment: Payment) -> KeysOut:
    """Take a payment and hand out the keys. The same payment again gives the same answer and moves nothing.

    Raises ProblemError: payment.terms_changed, payment.refused, payment.insufficient, payment.unknown,
    content.owned, chain.unreachable.
    """
    with _LOCKS[int(offer.intent[:8], 16) % len(_LOCKS)]:
        sale = _sale(node, offer.intent)
        if sale is None or sale.state != "paid":
            authorization = _resumed(node, offer, payment, sale) if sale else _received(node, offer, payment)
            _settle(node, offer, authorization)
        return _handed_over(node, offer)


def submission_id(intent: IntentId, signature: bytes) -> IntentId:
    """Derive the id of the transaction that carries one authorization.

    A new signature for the same intent (the old one had expired) is another transaction; the token accepts one.
    """
    return IntentId(hashlib.sha256(f"museclock/submission/1\x1f{intent}\x1f{signature.hex()}".encode()).hexdigest())


def _sale(node: Node, intent: IntentId) -> Sale | None:
    with node.database.read() as session:
        return session.get(Sale, intent)


def _received(node: Node, offer: Offer, payment: Payment) -> SignedAuthorization:
    signed = checked(node, offer, payment)
    if _open_overlaps(node, offer):
        sync(node)
    now = node.chain.head().timestamp
    with node.database.write() as session:
        if owns_any(session, offer):
            raise ProblemError("content.owned")
        if any(_valid_before(sale) > now for sale in session.scalars(_overlapping(offer))):
            # Both could reach the chain, and the same chunk would be paid twice.
            raise ProblemError("payment.in_progress")
        session.add(
            Sale(
                intent=offer.intent,
                payer=offer.account,
                creator=offer.item.creator,
                content_id=offer.item.content_id,
                first_chunk=offer.first_chunk,
                chunk_count=offer.chunk_count,
                amount=offer.amount,
                payment=payment.model_dump(mode="json", by_alias=True),
                state="received",
                at=node.clock.now(),
            )
        )
    return signed


def _overlapping(offer: Offer) -> Select[Sale]:
    """Find other purchases of some of the same chunks whose end is not known."""
    return select(Sale).where(
        Sale.content_id == offer.item.content_id,
        Sale.payer == offer.account,
        Sale.intent != offer.intent,
        Sale.state == "received",
        Sale.first_chunk < offer.wanted.stop,
        Sale.first_chunk + Sale.chunk_count > offer.wanted.start,
    )


def _open_overlaps(node: Node, offer: Offer) -> bool:
    with node.database.read() as session:
        return session.scalar(_overlapping(offer).limit(1)) is not None


def _valid_before(sale: Sale) -> int:
    return int(Payment.model_validate(sale.payment).payload.authorization.valid_before) if sale.payment else 0


def _resumed(node: Node, offer: Offer, payment: Payment, sale: Sale) -> SignedAuthorization:
    """Go on with an earlier attempt: with its own authorization while that may still arrive, else with the new one."""
    earlier = Payment.model_validate(sale.payment) if sale.payment else payment
    if sale.state == "received" and node.book.find(_submission(offer, earlier)) is not None:
        return _as_signed(node, offer, earlier)
    signed = checked(node, offer, payment)
    with node.database.write() as session:
        row = session.get_one(Sale, offer.intent)
        row.payment, row.state, row.error = payment.model_dump(mode="json", by_alias=True), "received", None
    return signed


def _settle(node: Node, offer: Offer, authorization: SignedAuthorization) -> None:
    call = pay_call(authorization)
    submission = submission_id(offer.intent, authorization.signature)
    try:
        receipt = node.relayer.wait(node.relayer.submit(submission, call), timeout_s=_WAIT_S)
    except ChainReverted as exc:
        _refuse(node, offer, exc.reason)
    except (ChainRefused, OutcomeUnknown) as exc:
        raise ProblemError("payment.unknown") from exc
    else:
        _settled(node, offer, receipt)


def _settled(node: Node, offer: Offer, receipt: Receipt) -> None:
    if not receipt.is_ok:
        _refuse(node, offer, receipt.reason)
    with node.database.write() as session:
        book(session, receipt.events)


def _refuse(node: Node, offer: Offer, reason: str) -> None:
    # Anybody may have brought the same authorization to the chain before us: then it is paid, not refused.
    sync(node)
    with node.database.write() as session:
        row = session.get_one(Sale, offer.intent)
        if row.state == "paid":
            return
        row.state, row.error = "failed", reason
    code = "payment.insufficient" if reason == reasons.INSUFFICIENT_BALANCE else "payment.refused"
    raise ProblemError(code, reason=reason)


def _handed_over(node: Node, offer: Offer) -> KeysOut:
    with node.database.read() as session:
        sale = session.get(Sale, offer.intent)
        if sale is None or sale.state != "paid" or sale.transaction is None:
            raise ProblemError("payment.unknown")
        return KeysOut(
            content_id=offer.item.content_id,
            keys=keys_of(node, session, offer.item, frozenset(offer.wanted)),
            amount=sale.amount,
            transaction=Bytes32(sale.transaction),
        )


def _as_signed(node: Node, offer: Offer, payment: Payment) -> SignedAuthorization:
    message = payment.payload.authorization
    wanted = terms(node, offer, valid_after=int(message.valid_after), valid_before=int(message.valid_before))
    return SignedAuthorization(wanted, bytes.fromhex(payment.payload.signature[2:]))


def _submission(offer: Offer, payment: Payment) -> IntentId:
    return submission_id(offer.intent, bytes.fromhex(payment.payload.signature[2:]))
