"""Calls to the contracts, as data: where to and which bytes."""

from __future__ import annotations

from dataclasses import dataclass

from services.chain.abi import WORD, address_word, bytes32_word, dynamic_bytes, selector, uint_word
from services.chain.authorization import SignedAuthorization, TransferTerms
from services.units.address import Address, Bytes32
from services.units.money import Money

_PURCHASE = "(address,bytes32,uint32,uint32)"
_PAY = selector(f"pay({_PURCHASE},(address,uint256,uint256,uint256,bytes))")
_PAYMENT_NONCE = selector(f"paymentNonce(address,{_PURCHASE})")
_WITHDRAW_CREATOR = selector("withdrawCreator()")
_WITHDRAW_PLATFORM = selector("withdrawPlatform()")
_MINT = selector("mint(address,uint256)")
_BLACKLIST, _UNBLACKLIST = selector("blacklist(address)"), selector("unBlacklist(address)")
_TRANSFER = selector("transfer(address,uint256)")
_TRANSFER_WITH_AUTHORIZATION = selector(
    "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)"
)
_BALANCE_OF = selector("balanceOf(address)")
_CREATOR_BALANCES = selector("creatorBalances(address)")
_CREATOR_GROSS = selector("creatorGross(address)")
_PLATFORM_BALANCE = selector("platformBalance()")
_AUTHORIZATION_STATE = selector("authorizationState(address,bytes32)")
_DOMAIN_SEPARATOR = selector("DOMAIN_SEPARATOR()")
_TOKEN = selector("token()")


@dataclass(frozen=True, slots=True)
class Call:
    """What a transaction does: ``to`` is None to create a contract, value is wei of gas money."""

    to: Address | None
    data: bytes = b""
    value: int = 0


def pay_call(signed: SignedAuthorization) -> Call:
    """Bring a payer's authorization to the Escrow."""
    terms = signed.terms
    authorization = (
        address_word(terms.payer)
        + uint_word(terms.amount.micros)
        + uint_word(terms.valid_after)
        + uint_word(terms.valid_before)
        + uint_word(5 * WORD)
        + dynamic_bytes(signed.signature)
    )
    return Call(terms.escrow, _PAY + _purchase(signed) + uint_word(5 * WORD) + authorization)


def transfer_authorized_call(token: Address, terms: TransferTerms, signature: bytes) -> Call:
    """Bring a payer's signed transfer to the token; signature is r, s, v in 65 bytes."""
    message = (
        address_word(terms.payer)
        + address_word(terms.payee)
        + uint_word(terms.amount.micros)
        + uint_word(terms.valid_after)
        + uint_word(terms.valid_before)
        + bytes32_word(terms.nonce)
    )
    return Call(token, _TRANSFER_WITH_AUTHORIZATION + message + uint_word(signature[64]) + signature[:64])


def withdraw_creator_call(escrow: Address) -> Call:
    """Send the sender's whole creator balance to the sender."""
    return Call(escrow, _WITHDRAW_CREATOR)


def withdraw_platform_call(escrow: Address) -> Call:
    """Send the platform's whole balance to its fixed address."""
    return Call(escrow, _WITHDRAW_PLATFORM)


def block_account_call(token: Address, account: Address, *, is_blocked: bool) -> Call:
    """Keep an account from sending and receiving USDC, or let it again; only the token's issuer may."""
    return Call(token, (_BLACKLIST if is_blocked else _UNBLACKLIST) + address_word(account))


def mint_call(token: Address, to: Address, amount: Money) -> Call:
    """Create demo money; only MockUSDC's issuer may."""
    return Call(token, _MINT + address_word(to) + uint_word(amount.micros))


def transfer_call(token: Address, to: Address, amount: Money) -> Call:
    """Send the sender's USDC."""
    return Call(token, _TRANSFER + address_word(to) + uint_word(amount.micros))


def balance_of_call(token: Address, owner: Address) -> Call:
    """Ask for a USDC balance."""
    return Call(token, _BALANCE_OF + address_word(owner))


def creator_balance_call(escrow: Address, creator: Address) -> Call:
    """Ask what a creator can withdraw."""
    return Call(escrow, _CREATOR_BALANCES + address_word(creator))


def creator_gross_call(escrow: Address, creator: Address) -> Call:
    """Ask what was ever paid to a creator."""
    return Call(escrow, _CREATOR_GROSS + address_word(creator))


def platform_balance_call(escrow: Address) -> Call:
    """Ask what the platform can withdraw."""
    return Call(escrow, _PLATFORM_BALANCE)


def payment_nonce_call(signed: SignedAuthorization) -> Call:
    """Ask the Escrow for the nonce of a purchase."""
    terms = signed.terms
    return Call(terms.escrow, _PAYMENT_NONCE + address_word(terms.payer) + _purchase(signed))


def authorization_state_call(token: Address, payer: Address, nonce: Bytes32) -> Call:
    """Ask whether an authorization was used or canceled."""
    return Call(token, _AUTHORIZATION_STATE + address_word(payer) + bytes32_word(nonce))


def domain_separator_call(token: Address) -> Call:
    """Ask for the token's EIP-712 domain."""
    return Call(token, _DOMAIN_SEPARATOR)


def escrow_token_call(escrow: Address) -> Call:
    """Ask which token the Escrow takes."""
    return Call(escrow, _TOKEN)


def _purchase(signed: SignedAuthorization) -> bytes:
    terms = signed.terms
    return (
        address_word(terms.creator)
        + bytes32_word(terms.content_id)
        + uint_word(terms.first_chunk)
        + uint_word(terms.chunk_count)
    )
