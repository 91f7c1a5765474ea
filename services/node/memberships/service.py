"""A membership's payment, from the authorization to the record: written down first, sent once, looked up in doubt."""

from __future__ import annotations

import threading

from services.chain import reasons
from services.chain.errors import ChainRefused, ChainReverted, OutcomeUnknown
from services.chain.hashing import SignatureError, recover_address
from services.chain.membership import Subscription, subscribe_call, subscription_digest
from services.node.context import Node
from services.node.memberships.quoting import chain_quote, pair
from services.node.memberships.tables import MembershipPayment
from services.node.memberships.turns import take_turn
from services.node.sales.booking import book, sync
from services.node.sales.service import submission_id
from services.units.address import Address
from services.units.ids import IntentId, membership_intent
from services.units.money import Money
from services.wire.memberships import MembershipPaymentIn
from services.wire.problems import ProblemError
from services.wire.x402 import Payload

MARGIN_S = 10
"""An authorization or a quote that ends sooner might expire on its way into a block."""
_WAIT_S = 20.0
_LOCKS = tuple(threading.Lock() for _ in range(64))


def subscribe(node: Node, viewer: Address, creator: Address, tier_id: str, given: MembershipPaymentIn) -> IntentId:
    """Take the payment of a quote; gives the receipt's id. The same payment again moves nothing. Blocking.

    Raises ProblemError: payment.terms_changed (not what was quoted), payment.refused, payment.insufficient,
    payment.unknown, chain.unreachable.
    """
    intent = membership_intent(viewer=viewer, creator=creator, tier=tier_id, until=given.until)
    with _LOCKS[int(intent[:8], 16) % len(_LOCKS)]:
        row = _row(node, intent)
        if row.state != "paid":
            _settle(node, intent, _taken(node, row, given))
    return intent


def _row(node: Node, intent: IntentId) -> MembershipPayment:
    with node.database.read() as session:
        row = session.get(MembershipPayment, intent)
    if row is None:
        raise ProblemError("payment.terms_changed")
    return row


def _taken(node: Node, row: MembershipPayment, given: MembershipPaymentIn) -> Subscription:
    """Give what is to be sent: the first authorization while it may still arrive, else the new one, written down."""
    if row.state == "received":
        earlier = _subscription(node, row, Payload.model_validate(row.payment))
        if node.relayer.find(_submission(row, earlier)) is not None:
            return earlier
    new = _checked(node, row, given)
    with node.database.write() as session:
        take_turn(session, pair(row.viewer, row.creator))
        kept = session.get_one(MembershipPayment, row.id, populate_existing=True)
        if kept.deadline != given.deadline:
            raise ProblemError("payment.terms_changed")
        if kept.state != "paid":
            kept.state, kept.payer, kept.error = "received", new.payer, None
            kept.payment = given.payload.model_dump(mode="json", by_alias=True)
    return new


def _checked(node: Node, row: MembershipPayment, given: MembershipPaymentIn) -> Subscription:
    """Compare a stranger's payment with the quote, before anything is written or sent."""
    message, wanted = given.payload.authorization, _subscription(node, row, given.payload)
    bound = (given.deadline, message.to, Money(int(message.value)), message.nonce)
    if bound != (row.deadline, node.chain.escrow, row.amount, wanted.nonce):
        raise ProblemError("payment.terms_changed")
    now = node.chain.head().timestamp
    if row.deadline < now + MARGIN_S or not wanted.valid_after < now < wanted.valid_before - MARGIN_S:
        raise ProblemError("payment.refused", reason="expired")
    try:
        signer = recover_address(subscription_digest(wanted), wanted.signature)
    except SignatureError as exc:
        raise ProblemError("payment.refused", reason="signature") from exc
    if signer != wanted.payer:
        raise ProblemError("payment.refused", reason="signature")
    return wanted


def _subscription(node: Node, row: MembershipPayment, payload: Payload) -> Subscription:
    message = payload.authorization
    return Subscription(
        quote=chain_quote(node, row),
        quote_signature=row.quote_signature,
        token=node.chain.token,
        payer=message.payer,
        valid_after=int(message.valid_after),
        valid_before=int(message.valid_before),
        signature=bytes.fromhex(payload.signature[2:]),
    )


def _settle(node: Node, intent: IntentId, subscription: Subscription) -> None:
    try:
        ticket = node.relayer.submit(submission_id(intent, subscription.signature), subscribe_call(subscription))
        receipt = node.relayer.wait(ticket, timeout_s=_WAIT_S)
    except ChainReverted as exc:
        _refuse(node, intent, exc.reason)
    except (ChainRefused, OutcomeUnknown) as exc:
        raise ProblemError("payment.unknown") from exc
    else:
        if not receipt.is_ok:
            _refuse(node, intent, receipt.reason)
        with node.database.write() as session:
            book(session, receipt.events)


def _refuse(node: Node, intent: IntentId, reason: str) -> None:
    # Anybody may have brought the same two signatures to the chain before us: then it is paid, not refused.
    sync(node)
    with node.database.write() as session:
        row = session.get_one(MembershipPayment, intent)
        take_turn(session, pair(row.viewer, row.creator))
        session.refresh(row)
        if row.state == "paid":
            return
        row.state, row.error = "failed", reason
    code = "payment.insufficient" if reason == reasons.INSUFFICIENT_BALANCE else "payment.refused"
    raise ProblemError(code, reason=reason)


def _submission(row: MembershipPayment, subscription: Subscription) -> IntentId:
    return submission_id(IntentId(row.id), subscription.signature)
