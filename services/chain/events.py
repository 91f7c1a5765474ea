"""Reads the Escrow's events and the contracts' errors from what a chain answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from services.chain.abi import read_address, read_text, read_uint, selector, topic, words
from services.chain.errors import ChainReverted, ChainUnreachable
from services.chain.gateway import (
    Allocated,
    Collected,
    CreatorWithdrawn,
    EscrowEvent,
    Paid,
    PlatformWithdrawn,
    Subscribed,
)
from services.units.address import Address, Bytes32, bytes32, raw
from services.units.ids import ContentId
from services.units.money import Money

PAID = topic("Paid(address,address,bytes32,uint32,uint32,uint256,uint256,uint256,bytes32)")
COLLECTED = topic("Collected(address,uint256,uint256,uint256)")
SUBSCRIBED = topic("Subscribed(address,address,bytes32,address,uint64,uint256,uint256,uint256,bytes32)")
ALLOCATED = topic("Allocated(bytes32,address,uint256,uint256,uint256)")
CREATOR_WITHDRAWN = topic("CreatorWithdrawn(address,uint256)")
PLATFORM_WITHDRAWN = topic("PlatformWithdrawn(address,uint256)")

AUTHORIZATION_USED = topic("AuthorizationUsed(address,bytes32)")
TRANSFER = topic("Transfer(address,address,uint256)")

_ERROR_TEXT = selector("Error(string)")
_PANIC = selector("Panic(uint256)")
_NAMED_ERRORS = {
    selector(signature): signature.split("(")[0]
    for signature in (
        "NothingToWithdraw()",
        "ZeroAddress()",
        "ZeroAmount()",
        "InvalidChunkRange(uint32,uint32)",
        "NotACreator(address)",
        "NothingToCollect()",
        "OrderExpired(uint256)",
        "InvalidOrder(address)",
        "SalesPaused()",
        "OwnerRequired()",
        "QuoteExpired(uint64)",
        "NotASeller(address,address)",
        "NotLater(uint64)",
        "WrongAmount(uint256,uint256)",
        "PoolTooSmall(uint256,uint256)",
        "RoundTaken(bytes32)",
        "NoSuchProposal(bytes32)",
        "TooEarly(uint64)",
        "NotTheEscrow(address)",
        "NotTheSettlement(address)",
        "InvalidConfig()",
        "InvalidAmount()",
        "WrongDeposit(uint256,uint256)",
        "NotAllowed(address)",
        "InvalidBatch()",
        "ClaimTooLarge(bytes32,uint128,uint128)",
        "InvalidSignature()",
        "WrongRefundNonce(uint256,uint256)",
        "WithdrawalTooLarge(uint128,uint128)",
        "WithdrawalPending()",
        "NoWithdrawal()",
        "WithdrawalTooEarly(uint256)",
        "OwnableUnauthorizedAccount(address)",
        "OwnableInvalidOwner(address)",
        "ReentrancyGuardReentrantCall()",
        "SafeERC20FailedOperation(address)",
        "SafeCastOverflowedUintDowncast(uint8,uint256)",
        "ERC20InvalidReceiver(address)",
        "ERC20InvalidSender(address)",
        "ERC20InsufficientBalance(address,uint256,uint256)",
        "ERC20InsufficientAllowance(address,uint256,uint256)",
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RawLog:
    """One log as the chain gives it."""

    emitter: Address
    topics: tuple[Bytes32, ...]
    data: bytes
    block_number: int
    timestamp: int
    tx: Bytes32
    log_index: int


def read_events(logs: Sequence[RawLog], *, escrow: Address) -> list[EscrowEvent]:
    """Decode what the Escrow emitted, in order; other contracts' logs are passed over.

    Raises ChainUnreachable for an Escrow log that is none: such a node is not to be believed.
    """
    try:
        found = [_read(log) for log in logs if log.emitter == escrow and log.topics]
    except (ValueError, IndexError, TypeError, OverflowError) as exc:
        # TypeError: fewer words than the event has.
        raise ChainUnreachable("the node gave a malformed log") from exc
    return [event for event in found if event is not None]


def read_revert(data: bytes) -> ChainReverted:
    """Name the error in a call's return data."""
    head, body = data[:4], data[4:]
    try:
        if head == _ERROR_TEXT:
            return ChainReverted("Error", (read_text(body),))
        if head == _PANIC:
            return ChainReverted("Panic", (read_uint(body),))
        return ChainReverted(_NAMED_ERRORS.get(head, ""), tuple(read_uint(word) for word in words(body)))
    except ValueError:
        return ChainReverted("")


def _read(log: RawLog) -> EscrowEvent | None:
    reader = MONEY_EVENTS.get(log.topics[0])
    return None if reader is None else reader(log)


def _place(log: RawLog) -> dict[str, Any]:
    return {
        "block_number": log.block_number,
        "timestamp": log.timestamp,
        "tx": log.tx,
        "log_index": log.log_index,
    }


def _split(amount: bytes, creator_share: bytes, platform_share: bytes) -> dict[str, Any]:
    return {
        "amount": Money(read_uint(amount)),
        "creator_share": Money(read_uint(creator_share)),
        "platform_share": Money(read_uint(platform_share)),
    }


def _account(log: RawLog, index: int) -> Address:
    return read_address(raw(log.topics[index]))


def _paid(log: RawLog) -> Paid:
    first, count, *split, nonce = words(log.data)
    return Paid(
        payer=_account(log, 1),
        creator=_account(log, 2),
        content_id=ContentId(log.topics[3]),
        first_chunk=read_uint(first),
        chunk_count=read_uint(count),
        nonce=bytes32(nonce),
        **_split(*split),
        **_place(log),
    )


def _collected(log: RawLog) -> Collected:
    return Collected(creator=_account(log, 1), **_split(*words(log.data)), **_place(log))


def _subscribed(log: RawLog) -> Subscribed:
    payer, until, *split, nonce = words(log.data)
    return Subscribed(
        viewer=_account(log, 1),
        creator=_account(log, 2),
        tier=log.topics[3],
        payer=read_address(payer),
        until=read_uint(until),
        nonce=bytes32(nonce),
        **_split(*split),
        **_place(log),
    )


def _allocated(log: RawLog) -> Allocated:
    split = _split(*words(log.data))
    return Allocated(round_id=log.topics[1], creator=_account(log, 2), **split, **_place(log))


def _creator_withdrawn(log: RawLog) -> CreatorWithdrawn:
    return CreatorWithdrawn(creator=_account(log, 1), amount=Money(read_uint(log.data)), **_place(log))


def _platform_withdrawn(log: RawLog) -> PlatformWithdrawn:
    return PlatformWithdrawn(to=_account(log, 1), amount=Money(read_uint(log.data)), **_place(log))


MONEY_EVENTS: dict[Bytes32, Callable[[RawLog], EscrowEvent]] = {
    PAID: _paid,
    COLLECTED: _collected,
    SUBSCRIBED: _subscribed,
    ALLOCATED: _allocated,
    CREATOR_WITHDRAWN: _creator_withdrawn,
    PLATFORM_WITHDRAWN: _platform_withdrawn,
}
"""What is read of the Escrow's events, by first topic."""
