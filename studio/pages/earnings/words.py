"""The words and columns of sums and lines."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from studio.kit.format import DASH, chunks, day, moment, money, money_exact, short
from studio.kit.metrics import moved, span
from studio.kit.table import Cell, Column

if TYPE_CHECKING:
    from services.wire.figures import Grouping, IncomeLineOut, SumOut

GROUPINGS: tuple[tuple[Grouping, str], ...] = (
    ("day", "Day"),
    ("item", "Film"),
    ("tier", "Tier"),
    ("source", "Kind"),
)
_KINDS = {
    "charge": "by the part",
    "paid": "by the part",
    "transfer": "by the part",
    "subscribed": "membership",
    "allocated": "pooled pass",
    "tip": "tip",
}


def name_of(row: SumOut, by: Grouping) -> str:
    """Give what people call a sum."""
    if by == "day":
        return day(date.fromisoformat(row.key))
    return row.name or {"tip": "Tips", "pool": "Pooled pass"}.get(row.key, short(row.key))


def sum_columns(by: Grouping) -> list[Column[SumOut]]:
    """Give the columns of the sums."""
    title = dict(GROUPINGS)[by]
    return [
        Column(title, lambda row: Cell(name_of(row, by), tip=row.name or row.key), width=0),
        Column("Payments", lambda row: Cell(f"{row.payments:,}", muted=not row.payments), width=100, right=True),
        Column("Paid time", lambda row: Cell(span(row.paid_ms) if row.paid_ms else DASH, muted=True), width=120,
               right=True),
        Column("Viewers paid", lambda row: Cell(money(row.gross), muted=True, tip=money_exact(row.gross)), width=120,
               right=True),
        Column("Your share", lambda row: Cell(money(row.net), tip=money_exact(row.net)), width=120, right=True),
        Column("Change", _change, width=190, right=True),
    ]  # fmt: skip


def _change(row: SumOut) -> Cell:
    if not row.net and not row.net_before:
        return Cell(DASH, muted=True)
    words = moved(row.net.micros, row.net_before.micros, than="")
    return Cell(words.strip(), muted=True, tip=f"{money_exact(row.net_before)} in the period before")


def line_columns() -> list[Column[IncomeLineOut]]:
    """Give the columns of the ledger's lines."""
    return [
        Column("When", lambda line: Cell(moment(line.at)), width=130),
        Column("What", _what, width=0),
        Column("By", lambda line: Cell(short(line.payer) if line.payer else "unknown", muted=True, tip=line.payer),
               width=130),
        Column("Paid", lambda line: Cell(money_exact(line.gross), muted=True), width=96, right=True),
        Column("Your share", lambda line: Cell(money_exact(line.net)), width=100, right=True),
        Column("On the chain", _chain, width=170, right=True),
    ]  # fmt: skip


def _what(line: IncomeLineOut) -> Cell:
    what = line.name or _KINDS.get(line.kind, line.kind)
    if line.first_chunk is not None and line.chunk_count is not None:
        what = f"{what}, {chunks(line.first_chunk, line.chunk_count)}"
    return Cell(what, tip=f"{_KINDS.get(line.kind, line.kind)}; line {line.seq} of the ledger")


def _chain(line: IncomeLineOut) -> Cell:
    if line.transaction:
        return Cell(short(line.transaction), "ok", badge=True, tip=f"Enter copies {line.transaction}")
    if line.channel and line.is_claimed:
        return Cell("claimed", "ok", badge=True, tip=f"Voucher of the channel {line.channel}; the chain has it.")
    if line.channel:
        return Cell("on its way", "info", badge=True, tip=f"Voucher of the channel {line.channel}; not claimed yet.")
    return Cell(DASH, muted=True)
