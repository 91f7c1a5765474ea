"""A tip: the viewer's signed transfer into the creator's till, brought by the node, and booked as a tip of that viewer.

The till splits it as it splits everything. The token takes a nonce once, so the same tip again moves nothing.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.chain import reasons
from services.chain.authorization import TransferTerms, transfer_digest
from services.chain.calls import transfer_authorized_call
from services.chain.errors import ChainRefused, ChainReverted, OutcomeUnknown
from services.chain.hashing import SignatureError, recover_address
from services.node.context import Node
from services.node.sales.booking import book_charges
from services.node.sales.service import submission_id
from services.node.sales.terms import till_of
from services.node.tables import ChainPosition
from services.node.till import accrue, claim_tip, expect
from services.node.tips.tables import Tip
from services.units.address import Address, Bytes32
from services.units.ids import IntentId, named_intent
from services.units.money import ZERO
from services.units.time import from_unix_seconds
from services.wire.problems import ProblemError
from services.wire.tips import TipIn
from services.wire.x402 import Payload, read_money

MARGIN_S = 10
_WAIT_S = 20.0
_LOOK_BACK_BLOCKS = 10_000
_SHOWN = 100


def give(node: Node, payer: Address, creator: Address, given: TipIn) -> Tip:
    """Bring a tip; the same one again moves nothing, and keeps its first words. Blocking.

    Raises ProblemError: payment.terms_changed, payment.refused, payment.insufficient, payment.unknown.
    """
    terms = _terms(given.payload)
    signature = bytes.fromhex(given.payload.signature[2:])
    with node.database.read() as session:
        known = session.get(Tip, (payer, terms.nonce))
    if known is not None and known.state == "paid":
        return known
    intent = submission_id(named_intent(f"tip/1\x1f{payer}\x1f{terms.nonce}"), signature)
    if node.relayer.find(intent) is None:
        _check(node, payer, creator, terms, signature)
    with node.database.write() as session:
        row = session.get(Tip, (payer, terms.nonce))
        if row is None:
            row = Tip(payer=payer, nonce=terms.nonce, creator=creator, amount=terms.amount, at=node.clock.now())
            row.message, row.transaction = " ".join(given.message.split()), None
            session.add(row)
        if (row.creator, row.amount) != (creator, terms.amount):
            raise ProblemError("payment.terms_changed")
        if row.state != "paid":
            row.state, row.error = "received", None
            row.payment = given.payload.model_dump(mode="json", by_alias=True)
    return _settle(node, row, intent, terms, signature)


def received(session: Session, creator: Address) -> list[Tip]:
    """List the tips that a creator got, the latest first."""
    wanted = select(Tip).where(Tip.creator == creator, Tip.state == "paid")
    return list(session.scalars(wanted.order_by(Tip.at.desc(), Tip.nonce).limit(_SHOWN)))


def _check(node: Node, payer: Address, creator: Address, terms: TransferTerms, signature: bytes) -> None:
    if (terms.payer, terms.payee) != (payer, till_of(node, creator)) or terms.amount <= ZERO or payer == creator:
        raise ProblemError("payment.terms_changed")
    if not terms.valid_after < node.chain.head().timestamp < terms.valid_before - MARGIN_S:
        raise ProblemError("payment.refused", reason="expired")
    try:
        signer = recover_address(transfer_digest(node.chain.chain_id, node.chain.token, terms), signature)
    except SignatureError as exc:
        raise ProblemError("payment.refused", reason="signature") from exc
    if signer != payer:
        raise ProblemError("payment.refused", reason="signature")


def _settle(node: Node, row: Tip, intent: IntentId, terms: TransferTerms, signature: bytes) -> Tip:
    try:
        ticket = node.relayer.submit(intent, transfer_authorized_call(node.chain.token, terms, signature))
        found = node.relayer.wait(ticket, timeout_s=_WAIT_S)
    except ChainReverted as exc:
        return _look_up(node, row, exc.reason)
    except (ChainRefused, OutcomeUnknown) as exc:
        raise ProblemError("payment.unknown") from exc
    if not found.is_ok:
        return _look_up(node, row, found.reason)
    return _enter(node, row, found.tx, found.block_number, from_unix_seconds(found.timestamp))


def _look_up(node: Node, row: Tip, reason: str) -> Tip:
    """Find out whether somebody else brought the transfer before us; else it failed."""
    since = max(node.chain.since_block, node.chain.head().number - _LOOK_BACK_BLOCKS)
    payee = till_of(node, row.creator)
    found = node.chain.find_transfer(row.payer, payee, row.nonce, since_block=since)
    if found is not None and found.amount == row.amount:
        return _enter(node, row, found.tx, found.block_number, from_unix_seconds(found.timestamp))
    with node.database.write() as session:
        kept = session.get_one(Tip, (row.payer, row.nonce))
        kept.state, kept.error = "failed", reason
    code = "payment.insufficient" if reason == reasons.INSUFFICIENT_BALANCE else "payment.refused"
    raise ProblemError(code, reason=reason)


def _enter(node: Node, row: Tip, tx: Bytes32, block: int, at: datetime) -> Tip:
    # The shares follow the order of the books: what was sold before comes before.
    book_charges(node)
    ref, payer = f"{row.payer}:{row.nonce}", f"payer:{row.payer}"
    with node.database.write() as session:
        kept = session.get_one(Tip, (row.payer, row.nonce))
        if kept.state == "paid":
            return kept
        kept.state, kept.transaction, kept.error = "paid", tx, None
        seen = session.get(ChainPosition, "escrow")
        # It may have been collected already, and booked as a tip from nobody known.
        is_late = seen is not None and block <= seen.block
        if is_late and claim_tip(session, kept.creator, kept.amount, ref=ref, at=at, payer=payer):
            return kept
        expect(session, kept.creator, kept.amount)
        accrue(session, kind="tip", ref=ref, at=at, payer=payer, creator=kept.creator, amount=kept.amount, item="tip")
    return kept


def _terms(payload: Payload) -> TransferTerms:
    message = payload.authorization
    return TransferTerms(
        payer=message.payer,
        payee=message.to,
        amount=read_money(message.value),
        valid_after=int(message.valid_after),
        valid_before=int(message.valid_before),
        nonce=message.nonce,
    )
