"""Memberships: the quote that a creator's seller signs, the payer's authorization, and the call that brings both.

Source: Escrow's EIP-712 domain and types (IMemberships). Pure: no clock, no network.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.chain.abi import WORD, address_word, bytes32_word, dynamic_bytes, selector, uint_word
from services.chain.authorization import receive_digest
from services.chain.calls import Call
from services.chain.hashing import SignatureError, keccak256, recover_address, sign_digest
from services.chain.orders import escrow_digest
from services.units.address import Address, Bytes32, bytes32
from services.units.money import Money
from services.wire.problems import ProblemError

_UINT64_END = 1 << 64
_SUBSCRIBE_TAG = keccak256(b"museclock/v1/subscribe")
_QUOTE_TYPE = keccak256(
    b"Quote(address viewer,address creator,bytes32 tier,uint256 amount,uint64 until,uint64 deadline)"
)
_QUOTE = "(address,address,bytes32,uint256,uint64,uint64)"
_SUBSCRIBE = selector(f"subscribe({_QUOTE},bytes,(address,uint256,uint256,uint256,bytes))")
_SUBSCRIPTION_NONCE = selector(f"subscriptionNonce(address,{_QUOTE})")
_PAID_UNTIL = selector("paidUntil(address,address,bytes32)")
_QUOTE_WORDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """An offer: this viewer may have this tier until then for this amount. Times in Unix seconds of the chain.

    creator is the Escrow's own address for the pooled pass. Raises ValueError for what the Escrow would refuse.
    """

    chain_id: int
    escrow: Address
    viewer: Address
    creator: Address
    tier: Bytes32
    amount: Money
    until: int
    deadline: int

    def __post_init__(self) -> None:
        if self.amount.micros <= 0:
            raise ValueError("a membership needs an amount")
        if not (0 < self.until < _UINT64_END and 0 <= self.deadline < _UINT64_END):
            raise ValueError("not a time of the chain")

    @property
    def digest(self) -> bytes:
        """What the seller signs."""
        return escrow_digest(self.chain_id, self.escrow, _QUOTE_TYPE + quote_words(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A signed quote and its payment by ERC-3009; the payer may be another than the viewer (a gift)."""

    quote: Quote
    quote_signature: bytes
    token: Address
    payer: Address
    valid_after: int
    valid_before: int
    signature: bytes = b""

    @property
    def nonce(self) -> Bytes32:
        """The ERC-3009 nonce of the payment."""
        return subscription_nonce(self.payer, self.quote)


def quote_words(quote: Quote) -> bytes:
    """Encode a quote as the Escrow's call and its EIP-712 type hold it."""
    return (
        address_word(quote.viewer)
        + address_word(quote.creator)
        + bytes32_word(quote.tier)
        + uint_word(quote.amount.micros)
        + uint_word(quote.until)
        + uint_word(quote.deadline)
    )


def sign_quote(quote: Quote, key: bytes) -> bytes:
    """Sign a quote with the key of the creator or of a seller whom the creator appointed (32 bytes)."""
    return sign_digest(quote.digest, key)


def recover_seller(quote: Quote, signature: bytes) -> Address:
    """Tell who signed a quote; ask the Escrow whether that is a seller. Raises ProblemError: payment.refused."""
    try:
        return recover_address(quote.digest, signature)
    except SignatureError as exc:
        raise ProblemError("payment.refused", reason="signature") from exc


def subscription_nonce(payer: Address, quote: Quote) -> Bytes32:
    """Compute the payment's nonce as the Escrow does: it binds payer, viewer, creator, tier and end.

    The amount is not in it, so the token takes at most one payment for the same period, whatever was quoted.
    """
    return bytes32(
        keccak256(
            _SUBSCRIBE_TAG
            + uint_word(quote.chain_id)
            + address_word(quote.escrow)
            + address_word(payer)
            + address_word(quote.viewer)
            + address_word(quote.creator)
            + bytes32_word(quote.tier)
            + uint_word(quote.until)
        )
    )


def sign_subscription(subscription: Subscription, key: bytes) -> Subscription:
    """Sign the payment with the payer's key (32 bytes)."""
    return replace(subscription, signature=sign_digest(subscription_digest(subscription), key))


def subscription_digest(subscription: Subscription) -> bytes:
    """Hash what the payer signs: ReceiveWithAuthorization to the Escrow, in the token's domain."""
    quote = subscription.quote
    return receive_digest(
        quote.chain_id,
        subscription.token,
        payer=subscription.payer,
        payee=quote.escrow,
        amount=quote.amount,
        valid_after=subscription.valid_after,
        valid_before=subscription.valid_before,
        nonce=subscription.nonce,
    )


def subscribe_call(subscription: Subscription) -> Call:
    """Bring both signatures to the Escrow; anyone may send it."""
    quote = subscription.quote
    quote_signature = dynamic_bytes(subscription.quote_signature)
    head = (_QUOTE_WORDS + 2) * WORD
    authorization = (
        address_word(subscription.payer)
        + uint_word(quote.amount.micros)
        + uint_word(subscription.valid_after)
        + uint_word(subscription.valid_before)
        + uint_word(5 * WORD)
        + dynamic_bytes(subscription.signature)
    )
    places = uint_word(head) + uint_word(head + len(quote_signature))
    return Call(quote.escrow, _SUBSCRIBE + quote_words(quote) + places + quote_signature + authorization)


def subscription_nonce_call(payer: Address, quote: Quote) -> Call:
    """Ask the Escrow for the nonce of a membership's payment."""
    return Call(quote.escrow, _SUBSCRIPTION_NONCE + address_word(payer) + quote_words(quote))


def paid_until_call(escrow: Address, viewer: Address, creator: Address, tier: Bytes32) -> Call:
    """Ask until when a membership is paid (Unix seconds, 0 for never)."""
    return Call(escrow, _PAID_UNTIL + address_word(viewer) + address_word(creator) + bytes32_word(tier))
