"""What the rest of the product knows of a chain: one Protocol, its answers, and no library behind it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from services.chain.calls import Call
from services.units.address import Address, Bytes32
from services.units.ids import ContentId
from services.units.money import Money


@dataclass(frozen=True, slots=True)
class Block:
    """A block's number and its time in Unix seconds; several blocks may share a time."""

    number: int
    timestamp: int


@dataclass(frozen=True, slots=True)
class Fees:
    """What a transaction offers, in wei per gas."""

    max_fee_per_gas: int
    max_priority_fee_per_gas: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainEvent:
    """Where an event stands on the chain; (tx, log_index) names it for ever."""

    block_number: int
    timestamp: int
    tx: Bytes32
    log_index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid(ChainEvent):
    """A payer paid for chunks; amount is creator_share + platform_share."""

    payer: Address
    creator: Address
    content_id: ContentId
    first_chunk: int
    chunk_count: int
    amount: Money
    creator_share: Money
    platform_share: Money
    nonce: Bytes32


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatorWithdrawn(ChainEvent):
    """A creator's whole balance left to the creator."""

    creator: Address
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformWithdrawn(ChainEvent):
    """The platform's whole balance left to its fixed address."""

    to: Address
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected(ChainEvent):
    """What had come into a creator's till was credited; amount is creator_share + platform_share."""

    creator: Address
    amount: Money
    creator_share: Money
    platform_share: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribed(ChainEvent):
    """A membership was paid up to ``until`` (Unix seconds).

    amount is creator_share + platform_share; for the pooled pass the creator is the Escrow, and both shares are zero.
    """

    viewer: Address
    creator: Address
    tier: Bytes32
    payer: Address
    until: int
    amount: Money
    creator_share: Money
    platform_share: Money
    nonce: Bytes32


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocated(ChainEvent):
    """A creator got a share of the pool; amount is creator_share + platform_share."""

    round_id: Bytes32
    creator: Address
    amount: Money
    creator_share: Money
    platform_share: Money


EscrowEvent = Paid | Collected | Subscribed | Allocated | CreatorWithdrawn | PlatformWithdrawn
"""What moved money in the Escrow's books."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer of USDC that an authorization made."""

    tx: Bytes32
    block_number: int
    timestamp: int
    amount: Money


class ReceiptStatus(Enum):
    """How a transaction ended; on Arc the first receipt is final."""

    OK = "ok"
    REVERTED = "reverted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A transaction's end.

    fee_wei is what its sender paid; error_name and reason as in ChainReverted, empty when it took effect or the
    chain does not tell.
    """

    tx: Bytes32
    status: ReceiptStatus
    block_number: int
    timestamp: int
    gas_used: int
    fee_wei: int
    events: tuple[EscrowEvent, ...]
    error_name: str = ""
    reason: str = ""

    @property
    def is_ok(self) -> bool:
        """Whether it took effect."""
        return self.status is ReceiptStatus.OK


class ChainGateway(Protocol):
    """One chain with one token and one Escrow. Blocking and thread-safe: call from worker threads.

    Every method may raise ChainUnreachable, and WrongChain when the other end serves another chain.
    """

    @property
    def chain_id(self) -> int: ...

    @property
    def token(self) -> Address: ...

    @property
    def escrow(self) -> Address: ...

    @property
    def since_block(self) -> int:
        """The block from which the Escrow can have events: nobody needs to look at those before it."""

    def check(self) -> None:
        """Compare chain id, token domain and Escrow with what is expected. Raises WrongChain, NotDeployed."""

    def head(self) -> Block:
        """Give the latest block."""

    def token_balance(self, owner: Address) -> Money:
        """Give a USDC balance."""

    def gas_balance(self, owner: Address) -> int:
        """Give the balance that pays gas, in wei (18 decimals)."""

    def nonce(self, owner: Address) -> int:
        """Count the owner's transactions in blocks."""

    def fees(self) -> Fees:
        """Propose fees that stay good for some minutes."""

    def creator_balance(self, creator: Address) -> Money:
        """Give what a creator can withdraw now."""

    def creator_gross(self, creator: Address) -> Money:
        """Give all that was ever paid to a creator."""

    def platform_balance(self) -> Money:
        """Give what the platform can withdraw now."""

    def authorization_used(self, payer: Address, nonce: Bytes32) -> bool:
        """Tell whether an authorization was used or canceled; find_paid tells which."""

    def ask(self, call: Call) -> bytes:
        """Run a view and give its answer; empty when there is no contract. Raises ChainReverted."""

    def code(self, owner: Address) -> bytes:
        """Give a contract's code; empty for everybody else."""

    def simulate(self, call: Call, sender: Address) -> int:
        """Try a call without sending it and give the gas it needs. Raises ChainReverted."""

    def broadcast(self, encoded: bytes) -> Bytes32:
        """Send a signed transaction and give its hash; sending the same bytes again changes nothing.

        Raises ChainRefused when it can have no effect; after ChainUnreachable it may have had one.
        """

    def receipt(self, tx: Bytes32) -> Receipt | None:
        """Look a transaction's end up; None while there is none."""

    def escrow_events(self, first_block: int, last_block: int) -> list[EscrowEvent]:
        """List the Escrow's events in these blocks, both included, oldest first."""

    def find_paid(self, payer: Address, content_id: ContentId, nonce: Bytes32, *, since_block: int) -> Paid | None:
        """Find the payment that used a nonce, whoever brought it to the chain."""

    def proof(self, tx: Bytes32) -> dict[str, Any] | None:
        """Give what shows offline that a block holds a transaction and its logs; None where the chain gives no such."""

    def find_transfer(self, payer: Address, payee: Address, nonce: Bytes32, *, since_block: int) -> Transfer | None:
        """Find the token's transfer to a payee that used a payer's ERC-3009 nonce, whoever brought it to the chain."""
