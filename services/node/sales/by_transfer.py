"""A sale paid by x402's ``exact``: one signed transfer into the creator's till, by any client.

The transfer itself says nothing of what it is for: this node's row does, written before the transfer is brought.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from services.chain.authorization import TransferTerms, transfer_digest
from services.chain.calls import Call, transfer_authorized_call
from services.chain.gateway import Receipt
from services.chain.hashing import SignatureError, recover_address
from services.node.context import Node
from services.node.sales.booking import book_charges, entitle
from services.node.sales.offer import Offer
from services.node.sales.terms import is_offered, till_of
from services.node.tables import ChainPosition, Sale
from services.node.till import accrue, claim_tip, expect
from services.units.address import Bytes32
from services.units.money import ZERO, Money, platform_fee
from services.units.time import from_unix_seconds
from services.wire.problems import ProblemError
from services.wire.x402 import ExactPayment, read_money

MARGIN_S = 10
"""An authorization that ends sooner might expire on its way into a block."""
_LOOK_BACK_BLOCKS = 10_000


def check(node: Node, offer: Offer, payment: ExactPayment) -> None:
    """Compare a stranger's payment with the offer. Raises ProblemError: payment.terms_changed, payment.refused."""
    if not is_offered(node, offer, payment.accepted):
        raise ProblemError("payment.terms_changed")
    terms = _terms(payment)
    if (terms.payer, terms.payee, terms.amount) != (offer.account, till_of(node, offer.item.creator), offer.amount):
        raise ProblemError("payment.terms_changed")
    if not terms.valid_after < node.chain.head().timestamp < terms.valid_before - MARGIN_S:
        raise ProblemError("payment.refused", reason="expired")
    digest = transfer_digest(node.chain.chain_id, node.chain.token, terms)
    try:
        signer = recover_address(digest, bytes.fromhex(payment.payload.signature[2:]))
    except SignatureError as exc:
        raise ProblemError("payment.refused", reason="signature") from exc
    if signer != offer.account:
        raise ProblemError("payment.refused", reason="signature")


def call(node: Node, offer: Offer, payment: ExactPayment) -> Call:
    """Write a checked payment as a call."""
    return transfer_authorized_call(node.chain.token, _terms(payment), bytes.fromhex(payment.payload.signature[2:]))


def enter(node: Node, offer: Offer, payment: ExactPayment, receipt: Receipt) -> None:
    """Enter a payment that took effect."""
    _enter(node, offer, payment, receipt.tx, receipt.block_number, from_unix_seconds(receipt.timestamp))


def look_up(node: Node, offer: Offer, payment: ExactPayment) -> None:
    """Enter a payment that somebody else brought to the chain before us, if so."""
    terms = _terms(payment)
    since = max(node.chain.since_block, node.chain.head().number - _LOOK_BACK_BLOCKS)
    found = node.chain.find_transfer(terms.payer, terms.payee, terms.nonce, since_block=since)
    if found is not None and found.amount == offer.amount:
        _enter(node, offer, payment, found.tx, found.block_number, from_unix_seconds(found.timestamp))


def _terms(payment: ExactPayment) -> TransferTerms:
    message = payment.payload.authorization
    return TransferTerms(
        payer=message.payer,
        payee=message.to,
        amount=read_money(message.value),
        valid_after=int(message.valid_after),
        valid_before=int(message.valid_before),
        nonce=message.nonce,
    )


def _enter(node: Node, offer: Offer, payment: ExactPayment, tx: Bytes32, block: int, at: datetime) -> None:
    # The shares follow the order of the books: what was sold before comes before.
    book_charges(node)
    ref = f"{offer.account}:{payment.payload.authorization.nonce}"
    with node.database.write() as session:
        sale = session.get_one(Sale, offer.intent)
        if sale.state == "paid":
            return
        sale.amount, sale.share, sale.at = offer.amount, _account(session, offer, ref, block, at), at
        sale.state, sale.transaction, sale.error = "paid", tx, None
        entitle(session, sale)


def _account(session: Session, offer: Offer, ref: str, block: int, at: datetime) -> Money:
    """Enter the money; gives the creator's share."""
    payer, creator = f"payer:{offer.account}", offer.item.creator
    seen = session.get(ChainPosition, "escrow")
    # It may have been collected already, and booked as a tip: nobody knew then what it was for.
    is_late = seen is not None and block <= seen.block
    if is_late and claim_tip(session, creator, offer.amount, ref=ref, at=at, payer=payer):
        return offer.amount - platform_fee(ZERO, offer.amount)
    expect(session, creator, offer.amount)
    share = accrue(
        session,
        kind="transfer",
        ref=ref,
        at=at,
        payer=payer,
        creator=creator,
        amount=offer.amount,
        item=offer.item.content_id,
    )
    return share or ZERO
