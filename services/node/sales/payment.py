"""Checks a payment that a stranger sent against the offer, before anything is written or sent."""

from __future__ import annotations

from services.chain.authorization import SignedAuthorization, payment_nonce, recover_payer
from services.node.context import Node
from services.node.sales.offer import Offer, requirements, terms
from services.wire.problems import ProblemError
from services.wire.x402 import Payment

_MARGIN_S = 10
"""An authorization that ends sooner might expire on its way into a block."""


def checked(node: Node, offer: Offer, payment: Payment) -> SignedAuthorization:
    """Read a payment as an authorization for exactly this offer.

    Raises ProblemError: payment.terms_changed (another price, payee, token or chain), payment.refused.
    """
    if payment.accepted != requirements(node, offer):
        raise ProblemError("payment.terms_changed")
    message = payment.payload.authorization
    if not int(message.valid_after) < int(message.valid_before):
        raise ProblemError("payment.refused", reason="expired")
    wanted = terms(node, offer, valid_after=int(message.valid_after), valid_before=int(message.valid_before))
    bound = (message.payer, message.to, int(message.value), message.nonce)
    if bound != (offer.account, node.chain.escrow, offer.amount.micros, payment_nonce(wanted)):
        raise ProblemError("payment.terms_changed")
    now = node.chain.head().timestamp
    if not wanted.valid_after <= now < wanted.valid_before - _MARGIN_S:
        raise ProblemError("payment.refused", reason="expired")
    signed = SignedAuthorization(wanted, bytes.fromhex(payment.payload.signature[2:]))
    if recover_payer(signed) != offer.account:
        raise ProblemError("payment.refused", reason="signature")
    return signed
