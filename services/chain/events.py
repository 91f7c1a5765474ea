"""Reads the Escrow's events and the contracts' errors from what a chain answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.chain.abi import read_address, read_text, read_uint, selector, topic, words
from services.chain.errors import ChainReverted, ChainUnreachable
from services.chain.gateway import CreatorWithdrawn, EscrowEvent, Paid, PlatformWithdrawn
from services.units.address import Address, Bytes32, bytes32, raw
from services.units.ids import ContentId
from services.units.money import Money

PAID = topic("Paid(address,address,bytes32,uint32,uint32,uint256,uint256,uint256,bytes32)")
CREATOR_WITHDRAWN = topic("CreatorWithdrawn(address,uint256)")
PLATFORM_WITHDRAWN = topic("PlatformWithdrawn(address,uint256)")

_ERROR_TEXT = selector("Error(string)")
_PANIC = selector("Panic(uint256)")
_NAMED_ERRORS = {
    selector(signature): signature.split("(")[0]
    for signature in (
        "NothingToWithdraw()",
        "ZeroAddress()",
        "ZeroAmount()",
        "InvalidChunkRange(uint32,uint32)",
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
    except (ValueError, IndexError) as exc:
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
    if log.topics[0] == PAID:
        return _paid(log)
    if log.topics[0] not in (CREATOR_WITHDRAWN, PLATFORM_WITHDRAWN):
        return None
    owner, amount = read_address(raw(log.topics[1])), Money(read_uint(log.data))
    if log.topics[0] == CREATOR_WITHDRAWN:
        return CreatorWithdrawn(
            creator=owner,
            amount=amount,
            block_number=log.block_number,
            timestamp=log.timestamp,
            tx=log.tx,
            log_index=log.log_index,
        )
    return PlatformWithdrawn(
        to=owner,
        amount=amount,
        block_number=log.block_number,
        timestamp=log.timestamp,
        tx=log.tx,
        log_index=log.log_index,
    )


def _paid(log: RawLog) -> Paid:
    first, count, amount, creator_share, platform_share, nonce = words(log.data)
    return Paid(
        block_number=log.block_number,
        timestamp=log.timestamp,
        tx=log.tx,
        log_index=log.log_index,
        payer=read_address(raw(log.topics[1])),
        creator=read_address(raw(log.topics[2])),
        content_id=ContentId(log.topics[3]),
        first_chunk=read_uint(first),
        chunk_count=read_uint(count),
        amount=Money(read_uint(amount)),
        creator_share=Money(read_uint(creator_share)),
        platform_share=Money(read_uint(platform_share)),
        nonce=bytes32(nonce),
    )
