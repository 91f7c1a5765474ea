"""Money in whole micro-USDC (6 decimals). No float enters or leaves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import total_ordering

MICROS_PER_USDC = 1_000_000
CHUNK_UNIT_MS = 10_000
PLATFORM_DIVISOR = 10
WEI_PER_MICRO = 10**12
# The largest value that SQLite and PostgreSQL keep exactly in a 64-bit column.
MAX_MICROS = 2**63 - 1

_DOLLARS = re.compile(r"\$?\s*([0-9]{1,12})(?:\.([0-9]{1,6}))?")


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An amount of USDC in micro-USDC; may be negative (a ledger line)."""

    micros: int

    def __post_init__(self) -> None:
        if type(self.micros) is not int:
            raise TypeError(f"money takes a whole number of micro-USDC, not {self.micros!r}")
        if abs(self.micros) > MAX_MICROS:
            raise OverflowError(f"{self.micros} micro-USDC does not fit the ledger")

    @classmethod
    def parse(cls, text: str) -> Money:
        """Read what a person typed, such as ``$2.99`` or ``0.005``.

        At most 6 decimals and no sign; raises ValueError otherwise.
        """
        match = _DOLLARS.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"not an amount in dollars: {text!r}")
        whole, fraction = match.group(1), (match.group(2) or "").ljust(6, "0")
        return cls(int(whole) * MICROS_PER_USDC + int(fraction))

    @property
    def dollars(self) -> Decimal:
        """The exact value in dollars, for showing only."""
        return Decimal(self.micros).scaleb(-6)

    def __add__(self, other: Money) -> Money:
        return Money(self.micros + other.micros)

    def __sub__(self, other: Money) -> Money:
        return Money(self.micros - other.micros)

    def __neg__(self) -> Money:
        return Money(-self.micros)

    def __mul__(self, times: int) -> Money:
        return Money(self.micros * times)

    def __lt__(self, other: Money) -> bool:
        return self.micros < other.micros

    def __bool__(self) -> bool:
        return self.micros != 0


ZERO = Money(0)


def total(amounts: list[Money]) -> Money:
    """Add amounts up."""
    return Money(sum(amount.micros for amount in amounts))


def chunk_price(per_ten_seconds: Money, *, start_ms: int, end_ms: int) -> Money:
    """Price the part of a film from start_ms to end_ms.

    Differences of one floored running total, so that the prices of all chunks add up to the price of the
    whole, wherever the cuts lie. The viewer keeps what the floor drops.
    """
    if not 0 <= start_ms <= end_ms:
        raise ValueError(f"not a part of a film: {start_ms} to {end_ms} ms")
    rate = per_ten_seconds.micros
    return Money(rate * end_ms // CHUNK_UNIT_MS - rate * start_ms // CHUNK_UNIT_MS)


def platform_fee(gross_before: Money, amount: Money) -> Money:
    """Compute the platform's tenth of a payment, given the creator's gross before it.

    The difference of one floored running total, as the Escrow does it; the creator owns the remainder.
    """
    after = gross_before + amount
    return Money(after.micros // PLATFORM_DIVISOR - gross_before.micros // PLATFORM_DIVISOR)


def gas_to_money(wei: int) -> Money:
    """Convert gas money (18 decimals on Arc) to micro-USDC, rounded up against the payer."""
    return Money(-(-wei // WEI_PER_MICRO))
