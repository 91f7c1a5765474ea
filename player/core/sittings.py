"""Receipts put together by sitting: what was paid without a longer pause belongs together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from services.units.money import ZERO, total

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from services.units.money import Money
    from services.wire.desk import ReceiptOut

APART = timedelta(minutes=30)
"""A longer pause than this ends a sitting."""
_PAID = ("keyed", "disputed")


@dataclass(frozen=True, slots=True)
class Sitting:
    """The receipts of one sitting, newest first; never empty."""

    receipts: tuple[ReceiptOut, ...]

    @property
    def began_at(self) -> datetime:
        """When the first of them was paid."""
        return self.receipts[-1].at

    @property
    def paid(self) -> Money:
        """What was charged; nothing counts that was refused or is still being looked up."""
        return total([receipt.amount for receipt in self._charged()]) or ZERO

    @property
    def parts(self) -> int:
        """How many parts were paid for."""
        return sum(receipt.chunk_count for receipt in self._charged())

    def _charged(self) -> list[ReceiptOut]:
        return [receipt for receipt in self.receipts if receipt.state in _PAID]


def sittings(receipts: Iterable[ReceiptOut]) -> tuple[Sitting, ...]:
    """Put receipts together, the latest sitting first."""
    newest_first = sorted(receipts, key=lambda receipt: receipt.at, reverse=True)
    made: list[list[ReceiptOut]] = []
    for receipt in newest_first:
        if made and made[-1][-1].at - receipt.at <= APART:
            made[-1].append(receipt)
        else:
            made.append([receipt])
    return tuple(Sitting(tuple(one)) for one in made)
