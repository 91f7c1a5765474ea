"""The words and columns of sums and lines."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from studio.kit.format import DASH, chunks, day, full_day, moment, money, money_exact, number, short
from studio.kit.metrics import moved, span
from studio.kit.table import Cell, Column
from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from services.wire.figures import BreakdownOut, Grouping, IncomeLineOut, SumOut

GROUPINGS: tuple[tuple[Grouping, str], ...] = (
    ("day", mark("Day")),
    ("item", mark("Film")),
    ("tier", mark("Tier")),
    ("source", mark("Kind")),
)
_KINDS = {
    "charge": mark("by the part"),
    "paid": mark("by the part"),
    "transfer": mark("by the part"),
    "subscribed": mark("membership"),
    "allocated": mark("pooled pass"),
    "tip": mark("tip"),
}


def name_of(row: SumOut, by: Grouping) -> str:
    """Give what people call a sum."""
    if row.key == "all":
        return tr("All payments of this time")
    if by == "day":
        return day(date.fromisoformat(row.key))
    return row.name or {"tip": tr("Tips"), "pool": tr("Pooled pass")}.get(row.key, short(row.key))


def span_of(sums: BreakdownOut) -> str:
    """Name the days that sums are of, with their years where they are of two."""
    if sums.first == sums.last:
        return day(sums.last)
    named = day if sums.first.year == sums.last.year else full_day
    return tr("{first} to {last}", first=named(sums.first), last=named(sums.last))


def sum_columns(by: Grouping) -> list[Column[SumOut]]:
    """Give the columns of the sums."""
    title = tr(dict(GROUPINGS)[by])
    return [
        Column(title, lambda row: Cell(name_of(row, by), tip=row.name or row.key), width=0),
        Column(
            tr("Payments"),
            lambda row: Cell(number(row.payments), muted=not row.payments),
            width=100,
            right=True,
            at_need=True,
        ),
        Column(
            tr("Paid time"),
            lambda row: Cell(span(row.paid_ms) if row.paid_ms else DASH, muted=True),
            width=120,
            right=True,
            at_need=True,
        ),
        Column(
            tr("Viewers paid"),
            lambda row: Cell(money(row.gross), muted=True, tip=money_exact(row.gross)),
            width=120,
            right=True,
            at_need=True,
        ),
        Column(tr("Your share"), lambda row: Cell(money(row.net), tip=money_exact(row.net)), width=120, right=True),
        Column(tr("Trend"), _change, width=190, right=True, at_need=True),
    ]


def _change(row: SumOut) -> Cell:
    if not row.net and not row.net_before:
        return Cell(DASH, muted=True)
    words = moved(row.net.micros, row.net_before.micros, than="")
    return Cell(
        words.strip(), muted=True, tip=tr("{net_before} in the period before", net_before=money_exact(row.net_before))
    )


def line_columns() -> list[Column[IncomeLineOut]]:
    """Give the columns of the ledger's lines."""
    return [
        Column(tr("When"), lambda line: Cell(moment(line.at)), width=130, at_need=True),
        Column(tr("What"), _what, width=0),
        Column(
            tr("By"),
            lambda line: Cell(short(line.payer) if line.payer else tr("unknown"), muted=True, tip=line.payer),
            width=130,
            at_need=True,
        ),
        Column(tr("Paid"), lambda line: Cell(money_exact(line.gross), muted=True), width=96, right=True, at_need=True),
        Column(tr("Your share"), lambda line: Cell(money_exact(line.net)), width=100, right=True),
        Column(tr("On the chain"), _chain, width=170, right=True, at_need=True),
    ]


def _what(line: IncomeLineOut) -> Cell:
    what = line.name or tr(_KINDS.get(line.kind, line.kind))
    if line.first_chunk is not None and line.chunk_count is not None:
        what = f"{what}, {chunks(line.first_chunk, line.chunk_count)}"
    return Cell(
        what, tip=tr("{kind}; line {seq} of the ledger", kind=tr(_KINDS.get(line.kind, line.kind)), seq=line.seq)
    )


def _chain(line: IncomeLineOut) -> Cell:
    if line.transaction:
        tip = tr("Enter opens {transaction}", transaction=line.transaction)
        if line.channel:
            tip = tr("{tip}, which claimed this voucher with others of the channel {channel}", tip=tip,
                     channel=line.channel)  # fmt: skip
        return Cell(short(line.transaction), "ok", badge=True, tip=tip)
    if line.channel and line.is_claimed:
        return Cell(
            tr("claimed"),
            "ok",
            badge=True,
            tip=tr("Voucher of the channel {channel}; the chain has it.", channel=line.channel),
        )
    if line.channel:
        return Cell(
            tr("on its way"),
            "info",
            badge=True,
            tip=tr("Voucher of the channel {channel}; not claimed yet.", channel=line.channel),
        )
    return Cell(DASH, muted=True)
