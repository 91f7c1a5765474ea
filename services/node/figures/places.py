"""Where on a film's timeline a payment belongs: the chunks that it bought, and each one's part of the money."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from sqlalchemy import bindparam, select

from services.db.plain import Prepared, Unit
from services.node.sales.charges import BOOKED
from services.node.tables import Charge, Item, Sale

OUTSIDE = -1
"""The place of what was paid for a film and for no chunk that is known."""
_SIGNED = Prepared(select(Item.signed).where(Item.content_id == bindparam("content")), ("content",))
_CHARGE = Prepared(
    select(Charge.first_chunk, Charge.chunk_count).where(
        BOOKED, Charge.channel_id == bindparam("channel"), Charge.cumulative == bindparam("total")
    ),
    ("channel", "total"),
)
_TRANSFER = Prepared(
    select(Sale.first_chunk, Sale.chunk_count).where(
        Sale.payer == bindparam("payer"), Sale.nonce == bindparam("nonce")
    ),
    ("payer", "nonce"),
)
_PAID = Prepared(
    select(Sale.first_chunk, Sale.chunk_count)
    .where(
        Sale.content_id == bindparam("content"),
        Sale.payer == bindparam("payer"),
        Sale.transaction == bindparam("transaction"),
        Sale.amount == bindparam("amount"),
    )
    .limit(2),
    ("content", "payer", "transaction", "amount"),
)


@dataclass(frozen=True, slots=True)
class Timeline:
    """A film's chunks: where each ends (and the next begins), in milliseconds, and its price in micro-USDC."""

    ends_ms: tuple[int, ...]
    prices: tuple[int, ...]

    def starts_ms(self, index: int) -> int:
        """Give where a chunk begins."""
        return self.ends_ms[index - 1] if index else 0

    def length_ms(self, first: int, count: int) -> int:
        """Give the media time of a range."""
        return self.ends_ms[first + count - 1] - self.starts_ms(first)

    def split(self, net: int, first: int, count: int) -> list[tuple[int, int]]:
        """Give each chunk of a range its part of a sum, in proportion to its price; the parts add up to the sum.

        Where all of them became free after they were paid, by their length.
        """
        weights: Sequence[int] = self.prices[first : first + count]
        if not any(weights):
            weights = [self.length_ms(index, 1) for index in range(first, first + count)]
        whole = sum(weights)
        ends = [net * reached // whole for reached in accumulate(weights)]
        before = (0, *ends[:-1])
        return [(first + at, end - start) for at, (start, end) in enumerate(zip(before, ends, strict=True))]


def timeline_of(signed: str) -> Timeline:
    """Read a film's chunks from its published file, which was checked when it was published."""
    rows = json.loads(signed)["manifest"]["chunks"]
    return Timeline(tuple(int(row[5]) for row in rows), tuple(int(row[6]) for row in rows))


class Places:
    """Looks payments up in one unit of work."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._timelines: dict[str, Timeline | None] = {}

    def timeline(self, content: str) -> Timeline | None:
        """Give a film's chunks; None for what this node never published."""
        if content not in self._timelines:
            row = _SIGNED.first(self._unit, content)
            self._timelines[content] = None if row is None else timeline_of(row[0])
        return self._timelines[content]

    def bought(self, kind: str, ref: str, payer: str, content: str, gross: int) -> tuple[int, int] | None:
        """Give the first chunk and the number of chunks that an entry paid for; None where nobody wrote that down."""
        timeline = self.timeline(content)
        if timeline is None:
            return None
        found = self._row(kind, ref, payer, content, gross)
        if found is None or found[0] < 0 or found[1] < 1 or found[0] + found[1] > len(timeline.ends_ms):
            return None
        return found

    def _row(self, kind: str, ref: str, payer: str, content: str, gross: int) -> tuple[int, int] | None:
        head, _, tail = ref.rpartition(":")
        row: tuple[int, int] | None = None
        if kind == "charge" and tail.isdecimal():
            row = _CHARGE.first(self._unit, head, int(tail))
        elif kind == "transfer":
            row = _TRANSFER.first(self._unit, head, tail)
        elif kind == "paid":
            rows = _PAID.all(self._unit, content, payer, head, gross)
            # Two payments of one kind in one transaction cannot be told apart.
            row = rows[0] if len(rows) == 1 else None
        return row
