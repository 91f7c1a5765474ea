"""A payer's ERC-3009 authorization to the Escrow: its terms, the nonce that binds them, signing and checking.

Sources: ERC-3009 and EIP-712; the nonce is Escrow.paymentNonce. Pure: no clock, no network.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from services.chain.abi import address_word, bytes32_word, uint_word
from services.chain.hashing import SignatureError, keccak256, recover_address, sign_digest
from services.units.address import Address, Bytes32, bytes32
from services.units.ids import ContentId, IntentId
from services.units.money import Money
from services.wire.problems import ProblemError

# The EIP-712 domain of USDC on Arc, which MockUSDC shares (facts: docs.arc.io, seen 2026-11).
DOMAIN_NAME = "USDC"
DOMAIN_VERSION = "2"
_UINT32_END = 1 << 32

_PAY_TAG = keccak256(b"museclock/v1/pay")
_EXACT_TAG = keccak256(b"museclock/v1/exact")
_DOMAIN_TYPE = keccak256(b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")
_TRANSFER_TYPE = keccak256(
    b"TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,"
    b"bytes32 nonce)"
)
_RECEIVE_TYPE = keccak256(
    b"ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,"
    b"bytes32 nonce)"
)


@dataclass(frozen=True, slots=True)
class PaymentTerms:
    """All that a payment for chunks first_chunk … first_chunk + chunk_count − 1 fixes.

    Valid strictly between valid_after and valid_before, in Unix seconds of the chain. Raises ValueError for terms
    that the Escrow would refuse in any case.
    """

    chain_id: int
    token: Address
    escrow: Address
    payer: Address
    creator: Address
    content_id: ContentId
    first_chunk: int
    chunk_count: int
    amount: Money
    valid_after: int
    valid_before: int

    def __post_init__(self) -> None:
        if self.amount.micros <= 0:
            raise ValueError("a payment needs an amount")
        if self.first_chunk < 0 or self.chunk_count < 1 or self.first_chunk + self.chunk_count >= _UINT32_END:
            raise ValueError(f"not a range of chunks: {self.first_chunk}, {self.chunk_count}")
        if not 0 <= self.valid_after < self.valid_before:
            raise ValueError("the authorization is never valid")


@dataclass(frozen=True, slots=True)
class SignedAuthorization:
    """Terms and the payer's signature over them (r, s, v in 65 bytes)."""

    terms: PaymentTerms
    signature: bytes

    @property
    def nonce(self) -> Bytes32:
        """The ERC-3009 nonce that was signed."""
        return payment_nonce(self.terms)


def payment_nonce(terms: PaymentTerms) -> Bytes32:
    """Compute the nonce as the Escrow does: it binds chain, escrow, payer, creator, content and chunks.

    Amount and times are not in it, so the token takes at most one payment for the same chunks, whatever was signed.
    """
    return bytes32(
        keccak256(
            _PAY_TAG
            + uint_word(terms.chain_id)
            + address_word(terms.escrow)
            + address_word(terms.payer)
            + address_word(terms.creator)
            + bytes32_word(terms.content_id)
            + uint_word(terms.first_chunk)
            + uint_word(terms.chunk_count)
        )
    )


def sign_authorization(terms: PaymentTerms, key: bytes) -> SignedAuthorization:
    """Sign terms with the payer's key (32 bytes)."""
    return SignedAuthorization(terms, sign_digest(authorization_digest(terms), key))


def recover_payer(signed: SignedAuthorization) -> Address:
    """Tell who signed; compare with ``signed.terms.payer``. Raises ProblemError: payment.refused."""
    try:
        return recover_address(authorization_digest(signed.terms), signed.signature)
    except SignatureError as exc:
        raise ProblemError("payment.refused", reason="signature") from exc


def authorization_digest(terms: PaymentTerms) -> bytes:
    """Hash what is signed (EIP-712): the token's domain and the ReceiveWithAuthorization message."""
    return receive_digest(
        terms.chain_id,
        terms.token,
        payer=terms.payer,
        payee=terms.escrow,
        amount=terms.amount,
        valid_after=terms.valid_after,
        valid_before=terms.valid_before,
        nonce=payment_nonce(terms),
    )


@dataclass(frozen=True, slots=True)
class TransferTerms:
    """An ERC-3009 transfer that anybody may bring. Times in Unix seconds, exclusive; the nonce is the payer's own."""

    payer: Address
    payee: Address
    amount: Money
    valid_after: int
    valid_before: int
    nonce: Bytes32


def transfer_nonce(chain_id: int, payee: Address, intent: IntentId) -> Bytes32:
    """Derive the nonce of a purchase that one transfer pays: the token takes at most one, whatever was signed."""
    return bytes32(keccak256(_EXACT_TAG + uint_word(chain_id) + address_word(payee) + bytes.fromhex(intent)))


def sign_transfer(chain_id: int, token: Address, terms: TransferTerms, key: bytes) -> bytes:
    """Sign a transfer with the payer's key (32 bytes); gives r, s, v in 65 bytes."""
    return sign_digest(transfer_digest(chain_id, token, terms), key)


def transfer_digest(chain_id: int, token: Address, terms: TransferTerms) -> bytes:
    """Hash an ERC-3009 TransferWithAuthorization in the token's domain."""
    return _digest(chain_id, token, _TRANSFER_TYPE, terms)


def receive_digest(
    chain_id: int,
    token: Address,
    *,
    payer: Address,
    payee: Address,
    amount: Money,
    valid_after: int,
    valid_before: int,
    nonce: Bytes32,
) -> bytes:
    """Hash an ERC-3009 ReceiveWithAuthorization in the token's domain; only the payee can bring it."""
    terms = TransferTerms(payer, payee, amount, valid_after, valid_before, nonce)
    return _digest(chain_id, token, _RECEIVE_TYPE, terms)


def _digest(chain_id: int, token: Address, type_hash: bytes, terms: TransferTerms) -> bytes:
    message = keccak256(
        type_hash
        + address_word(terms.payer)
        + address_word(terms.payee)
        + uint_word(terms.amount.micros)
        + uint_word(terms.valid_after)
        + uint_word(terms.valid_before)
        + bytes32_word(terms.nonce)
    )
    return keccak256(b"\x19\x01" + domain_separator(chain_id, token) + message)


@lru_cache(maxsize=16)
def domain_separator(chain_id: int, token: Address) -> bytes:
    """Hash the token's EIP-712 domain; the token's DOMAIN_SEPARATOR() must give the same."""
    return keccak256(
        _DOMAIN_TYPE
        + keccak256(DOMAIN_NAME.encode())
        + keccak256(DOMAIN_VERSION.encode())
        + uint_word(chain_id)
        + address_word(token)
    )
