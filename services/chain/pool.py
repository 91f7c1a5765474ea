"""The pooled pass: calls that announce, take back and carry out a distribution. Source: IPool."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.chain.abi import WORD, address_word, bytes32_word, selector, uint_word
from services.chain.calls import Call
from services.units.address import Address, Bytes32
from services.units.money import Money

_SHARES = "(address,uint256)[]"
_PROPOSE = selector(f"proposeDistribution(bytes32,{_SHARES})")
_CANCEL = selector("cancelDistribution(bytes32)")
_DISTRIBUTE = selector(f"distribute(bytes32,{_SHARES})")
_BALANCE = selector("poolBalance()")
_RESERVED = selector("poolReserved()")
_PROPOSALS = selector("proposals(bytes32)")
_DELAY = selector("distributionDelay()")


@dataclass(frozen=True, slots=True)
class Share:
    """One creator's part of the pool, the platform's tenth included."""

    creator: Address
    amount: Money


def propose_distribution_call(escrow: Address, round_id: Bytes32, shares: Sequence[Share]) -> Call:
    """Announce who gets how much of the pool; only the Escrow's owner may."""
    return Call(escrow, _PROPOSE + _round_and_shares(round_id, shares))


def cancel_distribution_call(escrow: Address, round_id: Bytes32) -> Call:
    """Take an announced distribution back; only the Escrow's owner may."""
    return Call(escrow, _CANCEL + bytes32_word(round_id))


def distribute_call(escrow: Address, round_id: Bytes32, shares: Sequence[Share]) -> Call:
    """Carry an announced distribution out, once its time has come; anyone may send it."""
    return Call(escrow, _DISTRIBUTE + _round_and_shares(round_id, shares))


def pool_balance_call(escrow: Address) -> Call:
    """Ask what is in the pool and not set aside."""
    return Call(escrow, _BALANCE)


def pool_reserved_call(escrow: Address) -> Call:
    """Ask what announced distributions have set aside."""
    return Call(escrow, _RESERVED)


def proposal_call(escrow: Address, round_id: Bytes32) -> Call:
    """Ask for the sum and the earliest time (Unix seconds) of an announced distribution: two words."""
    return Call(escrow, _PROPOSALS + bytes32_word(round_id))


def distribution_delay_call(escrow: Address) -> Call:
    """Ask how long a distribution is public before it can be carried out, in seconds."""
    return Call(escrow, _DELAY)


def _round_and_shares(round_id: Bytes32, shares: Sequence[Share]) -> bytes:
    rows = b"".join(address_word(share.creator) + uint_word(share.amount.micros) for share in shares)
    return bytes32_word(round_id) + uint_word(2 * WORD) + uint_word(len(shares)) + rows
