"""Paying a purchase by one transfer into the creator's till (x402 ``exact``), where a seller offers nothing better.

The transfer does not say what it is for. Its nonce follows from the purchase, so the token itself takes no second one
for the same chunks, whoever signs again: an old copy of the books, or a second device of the same wallet.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from services.chain.authorization import (
    DOMAIN_NAME,
    DOMAIN_VERSION,
    PaymentTerms,
    TransferTerms,
    payment_nonce,
    sign_transfer,
    transfer_nonce,
)
from services.chain.message import checksum
from services.chain.till import till_address
from services.desk.context import Desk
from services.desk.tables import Purchase
from services.units.ids import IntentId
from services.units.money import ZERO, Money
from services.wire.problems import ProblemError
from services.wire.sellers import sent_offers
from services.wire.x402 import Authorization, ExactRequirements, Payload, PaymentRequired, network

# In any other flow, or with any other method, the money would go another way than what is signed here (x402, exact).
_FLOWS, _METHODS = ("authorization", "upfront"), ("eip3009",)


def exact_offer(required: PaymentRequired, terms: PaymentTerms) -> dict[str, Any]:
    """Give the offer that says just what will be signed, as the seller wrote it.

    Raises ProblemError: payment.terms_changed where there is none, request.invalid.
    """
    payee = till_address(terms.escrow, terms.creator)
    wanted = (network(terms.chain_id), str(terms.amount.micros), terms.token, payee, DOMAIN_NAME, DOMAIN_VERSION)
    for offer, sent in zip(required.accepts, sent_offers(required.sent), strict=True):
        if isinstance(offer, ExactRequirements) and _says(offer) == wanted and _is_plain(sent["extra"]):
            return sent
    raise ProblemError("payment.terms_changed")


def signed_transfer(terms: PaymentTerms, intent: IntentId, offer: dict[str, Any], key: bytes) -> dict[str, Any]:
    """Sign the transfer and write it as the payment that goes over the wire, with the offer word for word."""
    transfer = _transfer(terms, intent)
    signature = sign_transfer(terms.chain_id, terms.token, transfer, key)
    message = Authorization(
        payer=transfer.payer,
        to=transfer.payee,
        value=str(transfer.amount.micros),
        valid_after=str(transfer.valid_after),
        valid_before=str(transfer.valid_before),
        nonce=transfer.nonce,
    )
    payload = Payload(signature="0x" + signature.hex(), authorization=message).model_dump(mode="json", by_alias=True)
    # Servers of others compare addresses as they are written with their checksum.
    payload["authorization"] |= {"from": checksum(transfer.payer), "to": checksum(transfer.payee)}
    return {"x402Version": 2, "accepted": offer, "payload": payload}


def was_transferred(desk: Desk, terms: PaymentTerms, intent: IntentId) -> bool:
    """Ask the chain whether a transfer paid for a purchase before. Blocking. Raises ChainUnreachable."""
    return desk.chain.authorization_used(terms.payer, _transfer(terms, intent).nonce)


def was_paid_into_escrow(desk: Desk, terms: PaymentTerms) -> bool:
    """Ask the chain whether the Escrow was paid for a purchase before. Blocking. Raises ChainUnreachable."""
    return desk.chain.authorization_used(terms.payer, payment_nonce(terms))


def transferred(desk: Desk) -> Money:
    """Add up the signed transfers that the token has taken. Blocking. Raises ChainUnreachable."""
    by_itself = select(Purchase).where(Purchase.channel_id.is_(None), Purchase.money != "released")
    with desk.database.read() as session:
        signed = [(row.amount, row.payment) for row in session.scalars(by_itself)]
    taken = ZERO
    for amount, payment in signed:
        if payment["accepted"]["scheme"] == "exact":
            message = Payload.model_validate(payment["payload"]).authorization
            # The token moves what was signed under a nonce, or nothing.
            taken = taken + (amount if desk.chain.authorization_used(message.payer, message.nonce) else ZERO)
    return taken


def _transfer(terms: PaymentTerms, intent: IntentId) -> TransferTerms:
    payee = till_address(terms.escrow, terms.creator)
    return TransferTerms(
        payer=terms.payer,
        payee=payee,
        amount=terms.amount,
        valid_after=terms.valid_after,
        valid_before=terms.valid_before,
        nonce=transfer_nonce(terms.chain_id, payee, intent),
    )


def _says(offer: ExactRequirements) -> tuple[str, ...]:
    return (offer.network, offer.amount, offer.asset, offer.pay_to, offer.extra.name, offer.extra.version)


def _is_plain(extra: dict[str, Any]) -> bool:
    flow, method = extra.get("paymentFlow", _FLOWS[0]), extra.get("assetTransferMethod", _METHODS[0])
    return flow in _FLOWS and method in _METHODS
