"""What the desk is willing to sign: exactly what the creator's manifest says, whatever a node asks for."""

from __future__ import annotations

from services.chain.authorization import PaymentTerms
from services.desk.context import Desk
from services.media.manifest import Manifest
from services.units.address import Address
from services.units.money import Money, total
from services.wire.problems import ProblemError
from services.wire.x402 import EscrowExtra, EscrowRequirements, PaymentRequired, network

_VALIDITY_S = 120
# The chain's clock may lag behind the moment of the head that was read.
_BACKDATED_S = 60


def price_of(manifest: Manifest, first_chunk: int, chunk_count: int) -> Money:
    """Add the signed prices up. Raises ProblemError: content.not_found outside the film."""
    if first_chunk < 0 or chunk_count < 1 or first_chunk + chunk_count > len(manifest.chunks):
        raise ProblemError("content.not_found")
    return total([chunk.price for chunk in manifest.chunks[first_chunk : first_chunk + chunk_count]])


def accepted(desk: Desk, manifest: Manifest, required: PaymentRequired, wanted: PaymentTerms) -> EscrowRequirements:
    """Check that the Escrow's offer says just what will be signed. Raises ProblemError: payment.terms_changed."""
    offer = required.escrow
    if offer is None:
        raise ProblemError("payment.terms_changed")
    expected = EscrowRequirements(
        network=network(desk.chain.chain_id),
        amount=str(wanted.amount.micros),
        asset=desk.chain.token,
        pay_to=desk.chain.escrow,
        max_timeout_seconds=offer.max_timeout_seconds,
        extra=EscrowExtra(
            name="USDC",
            version="2",
            creator=manifest.creator,
            content_id=manifest.content_id,
            first_chunk=wanted.first_chunk,
            chunk_count=wanted.chunk_count,
        ),
    )
    if offer != expected:
        raise ProblemError("payment.terms_changed")
    return offer


def terms_for(desk: Desk, manifest: Manifest, *, payer: Address, wanted: range, chain_time: int) -> PaymentTerms:
    """Write the terms of a purchase, valid for two minutes of the chain's time."""
    return PaymentTerms(
        chain_id=desk.chain.chain_id,
        token=desk.chain.token,
        escrow=desk.chain.escrow,
        payer=payer,
        creator=manifest.creator,
        content_id=manifest.content_id,
        first_chunk=wanted.start,
        chunk_count=len(wanted),
        amount=price_of(manifest, wanted.start, len(wanted)),
        valid_after=max(0, chain_time - _BACKDATED_S),
        valid_before=chain_time + _VALIDITY_S,
    )
