"""A sale paid into the Escrow: the authorization's nonce binds creator, content and chunks."""

from __future__ import annotations

from services.chain.authorization import SignedAuthorization, payment_nonce, recover_payer
from services.chain.calls import Call, pay_call
from services.chain.gateway import Receipt
from services.node.context import Node
from services.node.sales.booking import book, sync
from services.node.sales.offer import Offer
from services.node.sales.terms import escrow_requirements, escrow_terms
from services.wire.problems import ProblemError
from services.wire.x402 import EscrowPayment

MARGIN_S = 10
"""An authorization that ends sooner might expire on its way into a block."""


def check(node: Node, offer: Offer, payment: EscrowPayment) -> None:
    """Compare a stranger's payment with the offer, before anything is written or sent.

    Raises ProblemError: payment.terms_changed (another price, payee, token or chain), payment.refused.
    """
    if payment.accepted != escrow_requirements(node, offer):
        raise ProblemError("payment.terms_changed")
    message = payment.payload.authorization
    if not int(message.valid_after) < int(message.valid_before):
        raise ProblemError("payment.refused", reason="expired")
    signed = _signed(node, offer, payment)
    bound = (message.payer, message.to, int(message.value), message.nonce)
    if bound != (offer.account, node.chain.escrow, offer.amount.micros, payment_nonce(signed.terms)):
        raise ProblemError("payment.terms_changed")
    if not signed.terms.valid_after <= node.chain.head().timestamp < signed.terms.valid_before - MARGIN_S:
        raise ProblemError("payment.refused", reason="expired")
    if recover_payer(signed) != offer.account:
        raise ProblemError("payment.refused", reason="signature")


def call(node: Node, offer: Offer, payment: EscrowPayment) -> Call:
    """Write a checked payment as a call."""
    return pay_call(_signed(node, offer, payment))


def enter(node: Node, offer: Offer, payment: EscrowPayment, receipt: Receipt) -> None:
    """Enter a payment that took effect."""
    with node.database.write() as session:
        book(session, receipt.events)


def look_up(node: Node, offer: Offer, payment: EscrowPayment) -> None:
    """Enter a payment that somebody else brought to the chain before us, if so."""
    sync(node)


def _signed(node: Node, offer: Offer, payment: EscrowPayment) -> SignedAuthorization:
    message = payment.payload.authorization
    wanted = escrow_terms(node, offer, valid_after=int(message.valid_after), valid_before=int(message.valid_before))
    return SignedAuthorization(wanted, bytes.fromhex(payment.payload.signature[2:]))
