"""Signs what a node asks for before it acts: payments, withdrawals."""

from __future__ import annotations

from dataclasses import dataclass

from services.chain.authorization import PaymentTerms
from services.chain.escrow_payment import signed_payment
from services.chain.hashing import sign_digest
from services.chain.orders import WithdrawOrder
from services.node.named.wallets import NamedWallet
from services.units.address import Address, address
from services.units.money import Money
from services.wire.problems import ProblemError
from services.wire.x402 import EscrowRequirements, PaymentRequired, decode, encode

_VALID_S = 300
_SKEW_S = 60


@dataclass(frozen=True, slots=True)
class Chain:
    """The chain that payments are for, and its present time in Unix seconds."""

    chain_id: int
    token: Address
    escrow: Address
    now: int


def chunk_payment(header: str, wallet: NamedWallet, chain: Chain) -> str:
    """Answer the PAYMENT-REQUIRED of a 402 by a payment into the Escrow. Raises ProblemError: payment.scheme."""
    offer: EscrowRequirements | None = decode(PaymentRequired, header).escrow
    if offer is None:
        raise ProblemError("payment.scheme", scheme="escrow")
    terms = PaymentTerms(
        chain_id=chain.chain_id,
        token=chain.token,
        escrow=chain.escrow,
        payer=wallet.address,
        creator=offer.extra.creator,
        content_id=offer.extra.content_id,
        first_chunk=offer.extra.first_chunk,
        chunk_count=offer.extra.chunk_count,
        amount=Money(int(offer.amount)),
        valid_after=chain.now - _SKEW_S,
        valid_before=chain.now + _VALID_S,
    )
    return encode(signed_payment(terms, offer, wallet.key))


def withdrawal(params: dict[str, str], wallet: NamedWallet, chain: Chain) -> dict[str, object]:
    """Sign the withdrawal that a node says it could bring to the chain; gives the body that carries it."""
    order = WithdrawOrder(
        chain_id=chain.chain_id,
        escrow=address(params["escrow"]),
        creator=wallet.address,
        nonce=int(params["nonce"]),
        deadline=chain.now + _VALID_S,
    )
    signature = "0x" + sign_digest(order.digest, wallet.key).hex()
    return {"nonce": order.nonce, "deadline": order.deadline, "signature": signature}
