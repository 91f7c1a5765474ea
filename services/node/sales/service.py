"""A sale by one transaction, from the authorization to the key: written down first, sent once, looked up in doubt."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import replace
from typing import Any, Protocol

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.chain import reasons
from services.chain.calls import Call
from services.chain.errors import ChainRefused, ChainReverted, OutcomeUnknown
from services.chain.gateway import Receipt
from services.node.access import refuse_unsold
from services.node.context import Node
from services.node.sales import by_escrow, by_transfer
from services.node.sales.booking import sync
from services.node.sales.offer import Offer, owns_any
from services.node.sales.shelf import is_current
from services.node.standing import refuse_taken_down
from services.node.tables import Sale
from services.units.address import Bytes32
from services.units.ids import IntentId
from services.wire.node import KeysOut
from services.wire.problems import ProblemError
from services.wire.x402 import EscrowPayment, ExactPayment, read_payment

_WAIT_S = 20.0
# One attempt at a time for each intent, to save work. What is right does not hang on it: other workers have locks of
# their own, and the database decides who begins a sale and with which authorization it goes on.
_LOCKS = tuple(threading.Lock() for _ in range(64))
Payment = EscrowPayment | ExactPayment


def sell(node: Node, offer: Offer, payment: Payment, *, is_caller: bool) -> KeysOut:
    """Take a payment and hand out the keys. The same payment again gives the same answer and moves nothing.

    is_caller: the payer is signed in. A payment is public once it is on the chain, so its repetition proves nothing:
    who repeats one without a session gets no key. Raises ProblemError: payment.terms_changed, payment.refused,
    payment.insufficient, payment.unknown, content.owned, chain.unreachable.
    """
    with _LOCKS[int(offer.intent[:8], 16) % len(_LOCKS)]:
        sale = _sale(node, offer.intent)
        if sale is None:
            sale = _received(node, offer, payment)
        if sale is not None and sale.state != "failed" and not is_caller:
            raise ProblemError("content.owned" if sale.state == "paid" else "payment.in_progress")
        if sale is None:
            _settle(node, offer, payment)
        elif sale.state != "paid":
            _settle(node, *_resumed(node, offer, payment, sale))
        return _handed_over(node, offer)


def submission_id(intent: IntentId, signature: bytes) -> IntentId:
    """Derive the id of the transaction that carries one authorization.

    A new signature for the same intent (the old one had expired) is another transaction; the token accepts one.
    """
    return IntentId(hashlib.sha256(f"museclock/submission/1\x1f{intent}\x1f{signature.hex()}".encode()).hexdigest())


class _Way(Protocol):
    """What differs between the ways to pay; see the functions of by_escrow and by_transfer."""

    def check(self, node: Node, offer: Offer, payment: Any) -> None: ...

    def call(self, node: Node, offer: Offer, payment: Any) -> Call: ...

    def enter(self, node: Node, offer: Offer, payment: Any, receipt: Receipt) -> None: ...

    def look_up(self, node: Node, offer: Offer, payment: Any) -> None: ...


def _way(payment: Payment) -> _Way:
    return by_escrow if isinstance(payment, EscrowPayment) else by_transfer


def _sale(node: Node, intent: IntentId) -> Sale | None:
    with node.database.read() as session:
        return session.get(Sale, intent)


def _received(node: Node, offer: Offer, payment: Payment) -> Sale | None:
    """Write a new sale down; gives the sale of another worker that was faster, if one was."""
    _way(payment).check(node, offer, payment)
    if _open_overlaps(node, offer):
        sync(node)
    now = node.chain.head().timestamp
    with node.database.write() as session:
        found = session.get(Sale, offer.intent)
        if found is not None:
            return found
        if owns_any(session, offer):
            raise ProblemError("content.owned")
        refuse_unsold(session, offer.film, offer.account)
        if not is_current(session, offer.film):
            raise ProblemError("payment.terms_changed")
        if any(_valid_before(sale) > now for sale in session.scalars(_overlapping(offer))):
            # Both could reach the chain, and the same chunk would be paid twice.
            raise ProblemError("payment.in_progress")
        _refuse_used(session, offer, payment)
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
                nonce=payment.payload.authorization.nonce,
                state="received",
                at=node.clock.now(),
            )
        )
    return None


def _refuse_used(session: Session, offer: Offer, payment: Payment) -> None:
    """One signed transfer buys one thing, whatever became of its first sale."""
    nonce = payment.payload.authorization.nonce
    used = select(Sale.intent).where(Sale.payer == offer.account, Sale.nonce == nonce, Sale.intent != offer.intent)
    if session.scalar(used) is not None:
        raise ProblemError("payment.refused", reason="nonce")


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


def _earlier(sale: Sale) -> Payment | None:
    """Read the payment that a sale began with."""
    if not sale.payment:
        return None
    payment = read_payment(sale.payment["accepted"]["scheme"], sale.payment)
    return payment if isinstance(payment, EscrowPayment | ExactPayment) else None


def _valid_before(sale: Sale) -> int:
    earlier = _earlier(sale)
    return int(earlier.payload.authorization.valid_before) if earlier else 0


def _resumed(node: Node, offer: Offer, payment: Payment, sale: Sale) -> tuple[Offer, Payment]:
    """Go on with an earlier attempt: with its own authorization while that may still arrive, else with the new one.

    An earlier one is for what it was taken for, whatever the film costs by now.

    Another worker may be about to send the earlier one: while it is valid, nobody sends another for the same chunks.
    """
    earlier = _earlier(sale)
    if earlier is not None and sale.state == "received":
        is_sent = node.relayer.find(_submission(offer, earlier)) is not None
        if is_sent or _valid_before(sale) > node.chain.head().timestamp:
            return replace(offer, amount=sale.amount), earlier
    _way(payment).check(node, offer, payment)
    with node.database.write() as session:
        _refuse_used(session, offer, payment)
        row = session.get_one(Sale, offer.intent)
        if (row.state, row.nonce, row.payment) != (sale.state, sale.nonce, sale.payment):
            # Another worker went on meanwhile; whoever asks again goes on with what that one chose.
            raise ProblemError("payment.in_progress")
        row.payment, row.state, row.error = payment.model_dump(mode="json", by_alias=True), "received", None
        row.nonce, row.amount = payment.payload.authorization.nonce, offer.amount
    return offer, payment


def _settle(node: Node, offer: Offer, payment: Payment) -> None:
    way = _way(payment)
    try:
        tx = node.relayer.submit(_submission(offer, payment), way.call(node, offer, payment))
        receipt = node.relayer.wait(tx, timeout_s=_WAIT_S)
    except ChainReverted as exc:
        _refuse(node, offer, payment, exc.reason)
    except (ChainRefused, OutcomeUnknown) as exc:
        raise ProblemError("payment.unknown") from exc
    else:
        if receipt.is_ok:
            way.enter(node, offer, payment, receipt)
        else:
            _refuse(node, offer, payment, receipt.reason)


def _refuse(node: Node, offer: Offer, payment: Payment, reason: str) -> None:
    # Anybody may have brought the same authorization to the chain before us: then it is paid, not refused.
    _way(payment).look_up(node, offer, payment)
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
        refuse_taken_down(session, offer.item.content_id)
        return KeysOut(
            content_id=offer.item.content_id,
            keys=offer.film.keys(node.keys, frozenset(offer.wanted)),
            amount=sale.amount,
            transaction=Bytes32(sale.transaction),
        )


def _submission(offer: Offer, payment: Payment) -> IntentId:
    return submission_id(offer.intent, bytes.fromhex(payment.payload.signature[2:]))
