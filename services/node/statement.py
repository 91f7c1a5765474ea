"""Statements: an account's lines in the ledger between two UTC days, with balances that they reconcile.

The balances come from the days' roll-ups, not from the lines: a statement that does not add up shows damage. Its first
part fixes up to which line it goes, so that what is entered meanwhile is in none of its parts.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from services.chain.errors import ChainUnreachable
from services.db.books import LedgerDay, LedgerLine
from services.node.context import Node
from services.node.cursors import read_cursor, write_cursor
from services.node.sales.booking import sync
from services.node.till import pending
from services.units.address import Address
from services.units.money import ZERO, Money
from services.units.time import iso
from services.wire.problems import ProblemError
from services.wire.statements import Book, StatementLine, StatementOut

_BATCH = 1_000
_FIELDS = ("seq", "at", "book", "kind", "ref", "item", "usdc")


@dataclass(frozen=True, slots=True)
class Period:
    """Two UTC days and what lies between them, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise ProblemError("request.invalid", field="to")

    @property
    def start(self) -> datetime:
        return datetime.combine(self.first, time.min, UTC)

    @property
    def end(self) -> datetime:
        """The last moment of it."""
        return datetime.combine(self.last, time.max, UTC)


def books_of(account: Address) -> dict[str, Book]:
    """Name an account's accounts in the ledger."""
    return {
        f"payer:{account}": "paid",
        f"creator:{account}": "earned",
        pending(account): "pending",
        f"withdrawn:{account}": "withdrawn",
        f"refunded:{account}": "refunded",
    }


def statement(node: Node, account: Address, period: Period, *, limit: int, cursor: str = "") -> StatementOut:
    """Give a part of a statement. Blocking. Raises ProblemError: request.invalid for a cursor that is not its."""
    listed = f"statement\x1f{account}\x1f{period.first}\x1f{period.last}"
    done, top = read_cursor(node.keys, listed, cursor, count=2) if cursor else (0, None)
    block = _caught_up(node)
    with node.database.read() as session:
        if top is None:
            top = _newest(session)
        opening, closing = _balances(session, account, period, top)
        lines = _lines(session, account, period, after=done, top=top, limit=limit + 1)
    following = write_cursor(node.keys, listed, lines[limit - 1].seq, top) if len(lines) > limit else None
    return StatementOut(
        account=account,
        first=period.first,
        last=period.last,
        opening=opening,
        closing=closing,
        lines=tuple(lines[:limit]),
        cursor=following,
        block=block,
        as_of=node.clock.now(),
    )


def statement_csv(node: Node, account: Address, period: Period) -> Iterator[str]:
    """Write a whole statement as CSV: a line a book before and after, the lines between. Blocking."""
    _caught_up(node)
    with node.database.read() as session:
        top = _newest(session)
        opening, closing = _balances(session, account, period, top)
    return _pieces(node, account, period, top, opening, closing)


def _pieces(
    node: Node, account: Address, period: Period, top: int, opening: dict[Book, Money], closing: dict[Book, Money]
) -> Iterator[str]:
    """Write piece by piece; lines up to top never change, so no connection is held between pieces."""
    yield _row(*_FIELDS)
    yield _balance_rows(period.start, "opening", opening)
    done = 0
    while True:
        with node.database.read() as session:
            lines = _lines(session, account, period, after=done, top=top, limit=_BATCH)
        yield "".join(
            _row(line.seq, iso(line.at), line.book, line.kind, line.ref, line.item, _dollars(line.amount))
            for line in lines
        )
        if len(lines) < _BATCH:
            break
        done = lines[-1].seq
    yield _balance_rows(period.end, "closing", closing)


def _balance_rows(at: datetime, kind: str, balances: dict[Book, Money]) -> str:
    return "".join(_row("", iso(at), book, kind, "", "", _dollars(money)) for book, money in balances.items())


def _dollars(money: Money) -> str:
    return format(money.dollars, "f")


def _caught_up(node: Node) -> int | None:
    try:
        return sync(node)
    except ChainUnreachable:
        # What was sold by vouchers is entered already; what the chain knows comes later.
        return None


def _newest(session: Session) -> int:
    return session.scalar(select(func.max(LedgerLine.seq))) or 0


def _balances(
    session: Session, account: Address, period: Period, top: int
) -> tuple[dict[Book, Money], dict[Book, Money]]:
    """Give what there was before the first day and after the last, leaving out what was entered after line top."""
    first = period.first.isoformat(), period.start
    before = _sums(session, account, top, LedgerDay.day < first[0], LedgerLine.at < first[1])
    last = period.last.isoformat(), period.end
    return before, _sums(session, account, top, LedgerDay.day <= last[0], LedgerLine.at <= last[1])


def _sums(
    session: Session, account: Address, top: int, by_day: ColumnElement[bool], by_time: ColumnElement[bool]
) -> dict[Book, Money]:
    names = books_of(account)
    rolled = select(LedgerDay.account, func.sum(LedgerDay.amount)).where(LedgerDay.account.in_(names), by_day)
    later = select(LedgerLine.account, func.sum(LedgerLine.amount)).where(
        LedgerLine.account.in_(names), LedgerLine.seq > top, by_time
    )
    found = dict.fromkeys(names.values(), ZERO)
    for name, amount in session.execute(rolled.group_by(LedgerDay.account)):
        found[names[name]] += amount
    for name, amount in session.execute(later.group_by(LedgerLine.account)):
        found[names[name]] -= amount
    return found


def _lines(
    session: Session, account: Address, period: Period, *, after: int, top: int, limit: int
) -> list[StatementLine]:
    names = books_of(account)
    wanted = select(LedgerLine).where(
        LedgerLine.account.in_(names),
        LedgerLine.seq > after,
        LedgerLine.seq <= top,
        LedgerLine.at >= period.start,
        LedgerLine.at <= period.end,
    )
    return [_line(row, names[row.account]) for row in session.scalars(wanted.order_by(LedgerLine.seq).limit(limit))]


def _line(row: LedgerLine, book: Book) -> StatementLine:
    return StatementLine(
        seq=row.seq, at=row.at, book=book, kind=row.kind, ref=row.ref, item=row.item, amount=row.amount
    )


def _row(*fields: object) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(fields)
    return text.getvalue()
