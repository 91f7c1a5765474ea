"""A payment into the Escrow as it goes over the wire."""

from __future__ import annotations

from services.chain.authorization import PaymentTerms, sign_authorization
from services.wire.x402 import Authorization, EscrowPayment, EscrowRequirements, Payload


def signed_payment(terms: PaymentTerms, offer: EscrowRequirements, key: bytes) -> EscrowPayment:
    """Sign terms with the payer's key (32 bytes) and write them as the payment of an offer."""
    signed = sign_authorization(terms, key)
    return EscrowPayment(
        accepted=offer,
        payload=Payload(
            signature="0x" + signed.signature.hex(),
            authorization=Authorization(
                payer=terms.payer,
                to=terms.escrow,
                value=str(terms.amount.micros),
                valid_after=str(terms.valid_after),
                valid_before=str(terms.valid_before),
                nonce=signed.nonce,
            ),
        ),
    )
