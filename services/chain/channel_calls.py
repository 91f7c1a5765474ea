"""Calls to the channels' contract, as data, and what its views answer.

Source: the published interface of x402 v2, batch-settlement. A channel's state is read by the views, never from events:
of those the interface fixes only the one for transfers to receivers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.chain.abi import (
    WORD,
    address_word,
    bytes32_word,
    dynamic_bytes,
    read_uint,
    selector,
    uint_word,
    words,
)
from services.chain.calls import Call
from services.chain.channels import COLLECTOR, SETTLEMENT, ChannelConfig, Claim, Deposit, config_words
from services.units.address import Address, Bytes32
from services.units.money import Money

_CONFIG = "(address,address,address,address,address,uint40,bytes32)"
_CLAIMS = f"(({_CONFIG},uint128),bytes,uint128)[]"
_CONFIG_WORDS = 7
_DEPOSIT = selector(f"deposit({_CONFIG},uint128,address,bytes)")
_CLAIM = selector(f"claim({_CLAIMS})")
_CLAIM_SIGNED = selector(f"claimWithSignature({_CLAIMS},bytes)")
_SETTLE = selector("settle(address,address)")
_REFUND = selector(f"refund({_CONFIG},uint128)")
_REFUND_SIGNED = selector(f"refundWithSignature({_CONFIG},uint128,uint256,bytes)")
_INITIATE_WITHDRAW = selector(f"initiateWithdraw({_CONFIG},uint128)")
_FINALIZE_WITHDRAW = selector(f"finalizeWithdraw({_CONFIG})")
_MULTICALL = selector("multicall(bytes[])")
_CHANNELS = selector("channels(bytes32)")
_PENDING = selector("pendingWithdrawals(bytes32)")
_REFUND_NONCE = selector("refundNonce(bytes32)")
_RECEIVERS = selector("receivers(address,address)")


@dataclass(frozen=True, slots=True)
class ChannelBalance:
    """What was deposited less what went back, and how much of it was claimed."""

    balance: Money
    total_claimed: Money


@dataclass(frozen=True, slots=True)
class PendingWithdrawal:
    """A payer's withdrawal under way; zeros when there is none. initiated_at: Unix seconds."""

    amount: Money
    initiated_at: int


def deposit_call(deposit: Deposit) -> Call:
    """Put a payer's money into a channel by his signature; anyone may send it."""
    consent = (
        uint_word(deposit.valid_after)
        + uint_word(deposit.valid_before)
        + uint_word(deposit.salt)
        + uint_word(4 * WORD)
        + dynamic_bytes(deposit.signature)
    )
    head = uint_word(deposit.amount.micros) + address_word(COLLECTOR) + uint_word((_CONFIG_WORDS + 3) * WORD)
    return Call(SETTLEMENT, _DEPOSIT + config_words(deposit.config) + head + dynamic_bytes(consent))


def claim_call(claims: Sequence[Claim]) -> Call:
    """Claim by vouchers; only receiver or receiver's authorizer of every row."""
    return Call(SETTLEMENT, _CLAIM + uint_word(WORD) + _claims(claims))


def claim_signed_call(claims: Sequence[Claim], signature: bytes) -> Call:
    """Claim by vouchers and the authorizer's signature; anyone may send it."""
    rows = _claims(claims)
    head = uint_word(2 * WORD) + uint_word(2 * WORD + len(rows))
    return Call(SETTLEMENT, _CLAIM_SIGNED + head + rows + dynamic_bytes(signature))


def settle_call(receiver: Address, token: Address) -> Call:
    """Send a receiver all that was claimed for it; anyone may send it."""
    return Call(SETTLEMENT, _SETTLE + address_word(receiver) + address_word(token))


def refund_call(config: ChannelConfig, amount: Money) -> Call:
    """Give unclaimed money back; only receiver or receiver's authorizer."""
    return Call(SETTLEMENT, _REFUND + config_words(config) + uint_word(amount.micros))


def refund_signed_call(config: ChannelConfig, amount: Money, nonce: int, signature: bytes) -> Call:
    """Give unclaimed money back by the authorizer's signature; anyone may send it."""
    head = uint_word(amount.micros) + uint_word(nonce) + uint_word((_CONFIG_WORDS + 3) * WORD)
    return Call(SETTLEMENT, _REFUND_SIGNED + config_words(config) + head + dynamic_bytes(signature))


def initiate_withdraw_call(config: ChannelConfig, amount: Money) -> Call:
    """Ask for unclaimed money back; only payer or payer's authorizer."""
    return Call(SETTLEMENT, _INITIATE_WITHDRAW + config_words(config) + uint_word(amount.micros))


def finalize_withdraw_call(config: ChannelConfig) -> Call:
    """Take it after the delay; only payer or payer's authorizer."""
    return Call(SETTLEMENT, _FINALIZE_WITHDRAW + config_words(config))


def multicall_call(calls: Sequence[Call]) -> Call:
    """Do several calls to the channels in one transaction: all, or none. Raises ValueError for other contracts."""
    if any(call.to != SETTLEMENT or call.value for call in calls):
        raise ValueError("only calls to the channels go together")
    tails = [dynamic_bytes(call.data) for call in calls]
    return Call(SETTLEMENT, _MULTICALL + uint_word(WORD) + uint_word(len(calls)) + _listed(tails))


def channel_call(channel: Bytes32) -> Call:
    """Ask for a channel's balance; read_channel reads the answer."""
    return Call(SETTLEMENT, _CHANNELS + bytes32_word(channel))


def pending_withdrawal_call(channel: Bytes32) -> Call:
    """Ask for the withdrawal under way; read_pending reads the answer."""
    return Call(SETTLEMENT, _PENDING + bytes32_word(channel))


def refund_nonce_call(channel: Bytes32) -> Call:
    """Ask which nonce the next signed refund must carry."""
    return Call(SETTLEMENT, _REFUND_NONCE + bytes32_word(channel))


def receiver_call(receiver: Address, token: Address) -> Call:
    """Ask what was claimed for a receiver and what of it was sent: two words."""
    return Call(SETTLEMENT, _RECEIVERS + address_word(receiver) + address_word(token))


def read_channel(answer: bytes) -> ChannelBalance:
    """Decode channel_call's answer; raises ValueError or OverflowError for what is none."""
    balance, claimed = _two(answer)
    return ChannelBalance(Money(balance), Money(claimed))


def read_pending(answer: bytes) -> PendingWithdrawal:
    """Decode pending_withdrawal_call's answer; raises as read_channel does."""
    amount, initiated_at = _two(answer)
    return PendingWithdrawal(Money(amount), initiated_at)


def read_settled(answer: bytes) -> Money:
    """Decode what of a receiver's money was sent to it, from receiver_call's answer; raises as read_channel does."""
    return Money(_two(answer)[1])


def _two(answer: bytes) -> tuple[int, int]:
    first, second = words(answer)
    return read_uint(first), read_uint(second)


def _claims(claims: Sequence[Claim]) -> bytes:
    return uint_word(len(claims)) + _listed([_claim(claim) for claim in claims])


def _claim(claim: Claim) -> bytes:
    voucher = config_words(claim.config) + uint_word(claim.voucher.max_claimable.micros)
    place = uint_word((_CONFIG_WORDS + 3) * WORD)
    return voucher + place + uint_word(claim.total_claimed.micros) + dynamic_bytes(claim.voucher.signature)


def _listed(tails: Sequence[bytes]) -> bytes:
    """Lay out an array of dynamic elements: where each begins, then the elements."""
    places, at = [], len(tails) * WORD
    for tail in tails:
        places.append(uint_word(at))
        at += len(tail)
    return b"".join([*places, *tails])
