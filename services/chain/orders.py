"""A creator's signed orders to the Escrow, which anyone may bring: withdraw to me, let this key sell my tiers.

Source: Escrow's EIP-712 domain and types. An order works once and in sequence; ``nonces`` tells which is next.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from services.chain.abi import WORD, address_word, dynamic_bytes, selector, uint_word
from services.chain.calls import Call
from services.chain.hashing import SignatureError, keccak256, recover_address, sign_digest
from services.units.address import Address
from services.wire.problems import ProblemError

DOMAIN_NAME = "Museclock Escrow"
DOMAIN_VERSION = "1"

_DOMAIN_TYPE = keccak256(b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")
_WITHDRAW_TYPE = keccak256(b"WithdrawCreator(address creator,uint256 nonce,uint256 deadline)")
_APPOINT_TYPE = keccak256(
    b"AppointSeller(address creator,address seller,bool isAppointed,uint256 nonce,uint256 deadline)"
)
_WITHDRAW = selector("withdrawCreatorWithSignature(address,uint256,bytes)")
_APPOINT = selector("appointSellerWithSignature(address,address,bool,uint256,bytes)")
_APPOINT_SELF = selector("appointSeller(address,bool)")
_APPOINT_POOL = selector("appointPoolSeller(address,bool)")
_NONCES = selector("nonces(address)")
_IS_SELLER = selector("isSeller(address,address)")


class Order(Protocol):
    """What a creator signs for the Escrow."""

    @property
    def creator(self) -> Address: ...

    @property
    def digest(self) -> bytes: ...


def require_creator(order: Order, signature: bytes) -> None:
    """Keep strangers' orders from costing gas; the Escrow checks the same.

    Raises ProblemError: payment.refused (reason: signature).
    """
    try:
        signer = recover_address(order.digest, signature)
    except SignatureError as exc:
        raise ProblemError("payment.refused", reason="signature") from exc
    if signer != order.creator:
        raise ProblemError("payment.refused", reason="signature")


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawOrder:
    """Send the creator's whole balance to the creator. deadline: Unix seconds, the last at which it works."""

    chain_id: int
    escrow: Address
    creator: Address
    nonce: int
    deadline: int

    @property
    def digest(self) -> bytes:
        """What the creator signs."""
        words = address_word(self.creator) + uint_word(self.nonce) + uint_word(self.deadline)
        return escrow_digest(self.chain_id, self.escrow, _WITHDRAW_TYPE + words)

    def signed_call(self, key: bytes) -> Call:
        """Sign with the creator's key (32 bytes) and give the call that anyone may send."""
        return self.call(sign_digest(self.digest, key))

    def call(self, signature: bytes) -> Call:
        """Give the call that brings a signed order."""
        head = address_word(self.creator) + uint_word(self.deadline) + uint_word(3 * WORD)
        return Call(self.escrow, _WITHDRAW + head + dynamic_bytes(signature))


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointOrder:
    """Let a node's key sign quotes for the creator, or no longer. deadline as in WithdrawOrder."""

    chain_id: int
    escrow: Address
    creator: Address
    seller: Address
    is_appointed: bool
    nonce: int
    deadline: int

    @property
    def digest(self) -> bytes:
        """What the creator signs."""
        words = self._parties() + uint_word(self.nonce) + uint_word(self.deadline)
        return escrow_digest(self.chain_id, self.escrow, _APPOINT_TYPE + words)

    def signed_call(self, key: bytes) -> Call:
        """Sign with the creator's key (32 bytes) and give the call that anyone may send."""
        return self.call(sign_digest(self.digest, key))

    def call(self, signature: bytes) -> Call:
        """Give the call that brings a signed order."""
        head = self._parties() + uint_word(self.deadline) + uint_word(5 * WORD)
        return Call(self.escrow, _APPOINT + head + dynamic_bytes(signature))

    def _parties(self) -> bytes:
        return address_word(self.creator) + address_word(self.seller) + uint_word(int(self.is_appointed))


def appoint_seller_call(escrow: Address, seller: Address, *, is_appointed: bool) -> Call:
    """Let a node's key sell the sender's tiers, or no longer."""
    return Call(escrow, _APPOINT_SELF + address_word(seller) + uint_word(int(is_appointed)))


def appoint_pool_seller_call(escrow: Address, seller: Address, *, is_appointed: bool) -> Call:
    """Let a node's key sell the pooled pass, or no longer; only the Escrow's owner may."""
    return Call(escrow, _APPOINT_POOL + address_word(seller) + uint_word(int(is_appointed)))


def order_nonce_call(escrow: Address, creator: Address) -> Call:
    """Ask which nonce a creator's next order must carry."""
    return Call(escrow, _NONCES + address_word(creator))


def is_seller_call(escrow: Address, creator: Address, seller: Address) -> Call:
    """Ask whether a key may sign quotes for a creator."""
    return Call(escrow, _IS_SELLER + address_word(creator) + address_word(seller))


def escrow_digest(chain_id: int, escrow: Address, struct: bytes) -> bytes:
    """Hash a struct (its type's hash, then its words) for the Escrow's EIP-712 domain."""
    return keccak256(b"\x19\x01" + escrow_domain(chain_id, escrow) + keccak256(struct))


@lru_cache(maxsize=16)
def escrow_domain(chain_id: int, escrow: Address) -> bytes:
    """Hash the Escrow's EIP-712 domain."""
    return keccak256(
        _DOMAIN_TYPE
        + keccak256(DOMAIN_NAME.encode())
        + keccak256(DOMAIN_VERSION.encode())
        + uint_word(chain_id)
        + address_word(escrow)
    )
