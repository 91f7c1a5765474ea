"""Hand-assembled contracts and signatures that no honest part of the project would make."""

from __future__ import annotations

from services.chain.abi import WORD, address_word, bytes32_word, dynamic_bytes, selector, uint_word
from services.chain.authorization import PaymentTerms, SignedAuthorization, domain_separator, payment_nonce
from services.chain.calls import Call
from services.chain.hashing import keccak256, sign_digest
from services.units.address import Address, Bytes32
from tests.fixtures.chain import Person, Stage

_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141

ACCEPTING_WALLET = bytes.fromhex("631626ba7e60e01b5f5260205ff3")
"""ERC-1271: answers its magic value to everything."""

REFUSING_WALLET = bytes.fromhex("60205ff3")
"""ERC-1271: answers zero to everything."""

REENTERING_TOKEN = bytes.fromhex("5f545f525f5f60045f5f335af16002016001556001" + "5f5260205ff3")
"""On any call: calls its caller with the selector in slot 0, puts 2 + success into slot 1, answers true."""

CALLING_TOKEN = bytes.fromhex(
    "366024146024575f545f525f5f60045f5f6002545af160020160015560015f5260205ff3" + "5b6103e85f5260205ff3"
)
"""Answers 1,000 to balanceOf. On any other call: calls the address in slot 2 with the selector in slot 0, puts
2 + success into slot 1, answers true."""


def forwarding_code(target: Address, data: bytes) -> bytes:
    """Make a contract that, on any call, sends these data to target and goes on whatever comes of it."""
    size = len(data).to_bytes(2, "big").hex()
    head = f"61{size}60335f395f5f61{size}5f5f73{target[2:]}5af15060015f5260205ff3"
    code = bytes.fromhex(head)
    return code + bytes(0x33 - len(code)) + data


_TYPED = "(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
TRANSFER_TYPE = keccak256(b"TransferWithAuthorization" + _TYPED.encode())
RECEIVE_TYPE = keccak256(b"ReceiveWithAuthorization" + _TYPED.encode())
CANCEL_TYPE = keccak256(b"CancelAuthorization(address authorizer,bytes32 nonce)")


def malleated(signature: bytes) -> bytes:
    """Give the other signature that the same key and digest allow: high s, flipped v."""
    s = _ORDER - int.from_bytes(signature[32:64], "big")
    return signature[:32] + s.to_bytes(32, "big") + bytes((55 - signature[64],))


def typed_digest(stage: Stage, struct: bytes) -> bytes:
    """Hash a struct for the token's domain."""
    return keccak256(b"\x19\x01" + domain_separator(stage.chain_id, stage.token) + keccak256(struct))


def transfer_digest(terms: PaymentTerms) -> bytes:
    """Hash the same terms as a TransferWithAuthorization, which anybody could bring straight to the token."""
    struct = TRANSFER_TYPE + authorization_words(
        terms.payer,
        terms.escrow,
        terms.amount.micros,
        terms.valid_after,
        terms.valid_before,
        payment_nonce(terms),
    )
    return keccak256(b"\x19\x01" + domain_separator(terms.chain_id, terms.token) + keccak256(struct))


def authorization_words(payer: Address, to: Address, value: int, after: int, before: int, nonce: Bytes32) -> bytes:
    """Encode what both authorization types hold."""
    return (
        address_word(payer)
        + address_word(to)
        + uint_word(value)
        + uint_word(after)
        + uint_word(before)
        + bytes32_word(nonce)
    )


def cancel_call(stage: Stage, who: Person, nonce: Bytes32) -> Call:
    """Cancel an authorization by its signer."""
    digest = typed_digest(stage, CANCEL_TYPE + address_word(who.address) + bytes32_word(nonce))
    data = (
        selector("cancelAuthorization(address,bytes32,bytes)")
        + address_word(who.address)
        + bytes32_word(nonce)
        + uint_word(3 * WORD)
        + dynamic_bytes(sign_digest(digest, who.key))
    )
    return Call(stage.token, data)


def raw_pay_call(
    signed: SignedAuthorization,
    *,
    amount: int | None = None,
    first: int | None = None,
    count: int | None = None,
    resign: Person | None = None,
) -> Call:
    """Make a payment with terms that PaymentTerms would not take; resign: sign the amount properly."""
    terms = signed.terms
    value = terms.amount.micros if amount is None else amount
    signature = signed.signature
    if resign is not None:
        struct = RECEIVE_TYPE + authorization_words(
            terms.payer, terms.escrow, value, terms.valid_after, terms.valid_before, signed.nonce
        )
        domain = domain_separator(terms.chain_id, terms.token)
        signature = sign_digest(keccak256(b"\x19\x01" + domain + keccak256(struct)), resign.key)
    data = (
        selector("pay((address,bytes32,uint32,uint32),(address,uint256,uint256,uint256,bytes))")
        + address_word(terms.creator)
        + bytes32_word(terms.content_id)
        + uint_word(terms.first_chunk if first is None else first)
        + uint_word(terms.chunk_count if count is None else count)
        + uint_word(5 * WORD)
        + address_word(terms.payer)
        + uint_word(value)
        + uint_word(terms.valid_after)
        + uint_word(terms.valid_before)
        + uint_word(5 * WORD)
        + dynamic_bytes(signature)
    )
    return Call(terms.escrow, data)
