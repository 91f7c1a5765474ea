"""What a model of channels knows, in plain numbers, and whether each move must succeed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from services.units.address import Address, Bytes32


@dataclass(slots=True)
class ChannelBook:
    """One channel as the model keeps it; pending is (amount, time) of a withdrawal under way."""

    payer: Address
    receiver: Address
    deposited: int = 0
    claimed: int = 0
    nonce: int = 0
    pending: tuple[int, int] | None = None
    highest_claim: int = 0

    @property
    def free(self) -> int:
        """What can still be claimed, refunded or withdrawn."""
        return self.deposited - self.claimed

    def claim(self, total: int) -> int:
        """Claim up to a total; gives the step."""
        step = max(0, total - self.claimed)
        self.claimed += step
        return step

    def refund(self, amount: int) -> int:
        """Give back; gives what really went."""
        given = min(amount, self.free)
        self.deposited -= given
        self.nonce += 1
        if self.pending is not None:
            left = self.pending[0] - given
            self.pending = (left, self.pending[1]) if left > 0 else None
        return given

    def finalize(self) -> int:
        """Carry a withdrawal out; gives what really went."""
        assert self.pending is not None
        given = min(self.pending[0], self.free)
        self.deposited -= given
        self.pending = None
        return given


@dataclass(slots=True)
class ChannelModel:
    """All channels, everybody's money, and who is blocked."""

    books: dict[Bytes32, ChannelBook] = field(default_factory=dict)
    money: dict[Address, int] = field(default_factory=lambda: defaultdict(int))
    claimed: dict[Address, int] = field(default_factory=lambda: defaultdict(int))
    settled: dict[Address, int] = field(default_factory=lambda: defaultdict(int))
    blocked: set[Address] = field(default_factory=set)
    used: set[tuple[Bytes32, int]] = field(default_factory=set)

    def can_receive(self, owner: Address) -> bool:
        """Whether the token lets money go there."""
        return owner not in self.blocked

    @property
    def owed(self) -> int:
        """What the contract must hold: free money of all channels, and what was claimed and not sent."""
        free = sum(book.free for book in self.books.values())
        return free + sum(self.claimed.values()) - sum(self.settled.values())
