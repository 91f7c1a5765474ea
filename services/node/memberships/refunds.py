"""Refunds: a viewer asks, and the creator gives the whole sum of a receipt back, once.

The Escrow has split the money the moment it came, and nobody can take a share out of it again. So the creator pays from
the own wallet, by a signed transfer that the node brings; the platform's tenth is the creator's loss. The transfer's
nonce follows from the receipt: the token takes one. Of a pass the operator is asked (services.node.passes.refunded).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.chain import reasons
from services.chain.authorization import TransferTerms, transfer_digest, transfer_nonce
from services.chain.calls import transfer_authorized_call
from services.chain.errors import ChainRefused, ChainReverted, OutcomeUnknown
from services.chain.hashing import SignatureError, recover_address
from services.db.ledger import Line, post
from services.node.context import Node
from services.node.memberships.shortening import shorten
from services.node.memberships.tables import MembershipPayment, Refund
from services.node.memberships.turns import take_turn
from services.node.passes.refunded import TURN, giver, move_fee, pass_payment, refuse_shared, under_way
from services.node.sales.charges import find_charge
from services.node.sales.service import submission_id
from services.node.tables import Sale
from services.units.address import Address, Bytes32
from services.units.ids import IntentId, refund_intent
from services.units.membership import tier_word
from services.units.money import Money
from services.units.time import from_unix_seconds
from services.wire.problems import ProblemError
from services.wire.x402 import Payload

MARGIN_S = 10
_WAIT_S = 20.0
_LOOK_BACK_BLOCKS = 10_000
OPEN = ("asked", "received", "failed")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was paid: by whom, to whom, for which item of the ledger."""

    payer: Address
    creator: Address
    item: str
    amount: Money


def ask(node: Node, caller: Address, receipt: str, reason: str) -> Refund:
    """Ask for a receipt's money back; again changes nothing. Blocking.

    Raises ProblemError: refund.not_found, refund.shared_out (a pass, after a month of it was shared out).
    """
    with node.database.write() as session:
        take_turn(session, f"refund:{receipt}")
        row = session.get(Refund, receipt)
        if row is None:
            paid = _receipt(node, session, receipt)
            if paid is None or paid.payer != caller:
                raise ProblemError("refund.not_found")
            row = Refund(
                receipt=receipt, viewer=paid.payer, creator=paid.creator, item=paid.item, amount=paid.amount,
                reason=" ".join(reason.split()), state="asked", asked_at=node.clock.now(),
            )  # fmt: skip
            session.add(row)
        elif row.viewer != caller:
            raise ProblemError("refund.not_found")
    return row


def refuse(node: Node, creator: Address, receipt: str) -> Refund:
    """Refuse to give a receipt's money back; it may still be given later. Blocking.

    Raises ProblemError: refund.not_found, refund.state (it is paid, or on its way).
    """
    with node.database.write() as session:
        row = _asked_of(session, creator, receipt)
        if row.state not in ("asked", "failed", "refused"):
            raise ProblemError("refund.state", state=row.state)
        row.state, row.ended_at = "refused", node.clock.now()
    return row


def pay(node: Node, creator: Address, receipt: str, payload: Payload) -> Refund:
    """Bring the creator's signed transfer; the same one again moves nothing. Blocking.

    Raises ProblemError: refund.not_found, refund.shared_out, payment.terms_changed, payment.refused,
    payment.insufficient, payment.unknown, chain.unreachable.
    """
    with node.database.read() as session:
        row = _asked_of(session, creator, receipt, to_write=False)
    if row.state == "paid":
        return row
    signature = bytes.fromhex(payload.signature[2:])
    intent = submission_id(refund_intent(receipt), signature)
    terms = _terms(payload)
    if node.relayer.find(intent) is None:
        _check(node, row, terms, signature)
    with node.database.write() as session:
        row = _asked_of(session, creator, receipt)
        if row.state == "paid":
            return row
        of_pass = pass_payment(node, session, receipt)
        if of_pass is not None and row.state != "received":
            take_turn(session, TURN)
            refuse_shared(session, of_pass)
        row.state, row.error, row.payment = "received", None, payload.model_dump(mode="json", by_alias=True)
    return _settle(node, receipt, intent, terms, signature)


def end_overdue(node: Node) -> None:
    """Look up what became of passes' refunds that came and got no answer. Blocking.

    Raises ProblemError: refund.state for one that may still happen; chain.unreachable.
    """
    with node.database.read() as session:
        open_ones = [receipt for receipt, state in under_way(node, session).items() if state == "received"]
        rows = [session.get_one(Refund, receipt) for receipt in open_ones]
    for row in rows:
        terms = _terms(Payload.model_validate(row.payment))
        if node.chain.head().timestamp < terms.valid_before:
            raise ProblemError("refund.state", state=row.state)
        try:
            _look_up(node, row.receipt, terms, reasons.AUTHORIZATION_EXPIRED)
        except ProblemError as problem:
            if problem.code != "payment.refused":
                raise


def nonce_of(node: Node, row: Refund) -> Bytes32:
    """Give the only nonce under which a receipt's money can be given back."""
    return transfer_nonce(node.chain.chain_id, row.viewer, refund_intent(row.receipt))


def listed(session: Session, account: Address, *, is_creator: bool) -> list[Refund]:
    """List what an account asked for, or what was asked of it, the latest first."""
    whose = Refund.creator == account if is_creator else Refund.viewer == account
    return list(
        session.scalars(select(Refund).where(whose).order_by(Refund.asked_at.desc(), Refund.receipt).limit(200))
    )


def _asked_of(session: Session, creator: Address, receipt: str, *, to_write: bool = True) -> Refund:
    # Who only reads sees one state and must not wait for a row: what another changed meanwhile ends it on PostgreSQL.
    row = session.get(Refund, receipt, with_for_update=to_write or None)
    if row is None or row.creator != creator:
        raise ProblemError("refund.not_found")
    return row


def _receipt(node: Node, session: Session, receipt: str) -> Receipt | None:
    membership = session.get(MembershipPayment, receipt)
    if membership is not None and membership.state == "paid" and membership.payer is not None:
        item, creator = f"tier:{tier_word(membership.tier_id)}", membership.creator
        if creator == node.chain.escrow:
            refuse_shared(session, membership)
            creator = giver(node)
        return Receipt(membership.payer, creator, item, membership.amount)
    sale = session.get(Sale, receipt)
    if sale is not None and sale.state == "paid":
        return Receipt(sale.payer, sale.creator, sale.content_id, sale.amount)
    channel, _, total = receipt.partition(":")
    is_total = total.isdecimal() and len(total) < 19
    charge = find_charge(session, channel, Money(int(total))) if is_total else None
    return None if charge is None else Receipt(charge.payer, charge.creator, charge.content_id, charge.amount)


def _terms(payload: Payload) -> TransferTerms:
    message = payload.authorization
    return TransferTerms(
        payer=message.payer,
        payee=message.to,
        amount=Money(int(message.value)),
        valid_after=int(message.valid_after),
        valid_before=int(message.valid_before),
        nonce=message.nonce,
    )


def _check(node: Node, row: Refund, terms: TransferTerms, signature: bytes) -> None:
    wanted = (row.creator, row.viewer, row.amount, nonce_of(node, row))
    if (terms.payer, terms.payee, terms.amount, terms.nonce) != wanted:
        raise ProblemError("payment.terms_changed")
    if not terms.valid_after < node.chain.head().timestamp < terms.valid_before - MARGIN_S:
        raise ProblemError("payment.refused", reason="expired")
    try:
        signer = recover_address(transfer_digest(node.chain.chain_id, node.chain.token, terms), signature)
    except SignatureError as exc:
        raise ProblemError("payment.refused", reason="signature") from exc
    if signer != row.creator:
        raise ProblemError("payment.refused", reason="signature")


def _settle(node: Node, receipt: str, intent: IntentId, terms: TransferTerms, signature: bytes) -> Refund:
    try:
        ticket = node.relayer.submit(intent, transfer_authorized_call(node.chain.token, terms, signature))
        found = node.relayer.wait(ticket, timeout_s=_WAIT_S)
    except ChainReverted as exc:
        return _look_up(node, receipt, terms, exc.reason)
    except (ChainRefused, OutcomeUnknown) as exc:
        raise ProblemError("payment.unknown") from exc
    if not found.is_ok:
        return _look_up(node, receipt, terms, found.reason)
    return _enter(node, receipt, found.tx, from_unix_seconds(found.timestamp))


def _look_up(node: Node, receipt: str, terms: TransferTerms, reason: str) -> Refund:
    """Find out whether somebody else brought the transfer before us; else it failed."""
    since = max(node.chain.since_block, node.chain.head().number - _LOOK_BACK_BLOCKS)
    found = node.chain.find_transfer(terms.payer, terms.payee, terms.nonce, since_block=since)
    if found is not None:
        return _enter(node, receipt, found.tx, from_unix_seconds(found.timestamp))
    with node.database.write() as session:
        row = session.get_one(Refund, receipt, with_for_update=True)
        if row.state == "paid":
            # Another worker brought it meanwhile.
            return row
        row.state, row.error = "failed", reason
    code = "payment.insufficient" if reason == reasons.INSUFFICIENT_BALANCE else "payment.refused"
    raise ProblemError(code, reason=reason)


def _enter(node: Node, receipt: str, tx: Bytes32, at: datetime) -> Refund:
    """Enter the money on both sides, and take back the time that it had bought."""
    with node.database.write() as session:
        row = session.get_one(Refund, receipt, with_for_update=True)
        lines: tuple[Line, ...] = (
            Line(f"payer:{row.viewer}", row.amount, row.item),
            Line(f"refunded:{row.creator}", -row.amount, row.item),
        )
        if row.state != "paid" and pass_payment(node, session, receipt) is not None:
            lines += move_fee(session, row, at)
        if post(session, kind="refunded", ref=receipt, at=at, lines=lines):
            row.state, row.transaction, row.error, row.ended_at = "paid", tx, None, at
            shorten(session, receipt, at)
    return row
