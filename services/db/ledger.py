"""The ledger of double entries: the only source of sums. Append-only, hash-chained, with roll-ups in the same unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Insert, bindparam, func, select
from sqlalchemy.orm import Session

from services.db.books import LedgerBalance, LedgerDay, LedgerLine
from services.db.columns import to_microseconds
from services.db.dialects import insert_into
from services.db.links import GENESIS, link
from services.db.plain import Prepared, Work, unit_of
from services.units.money import ZERO, Money, total
from services.units.time import iso


def _adding(table: type[LedgerBalance] | type[LedgerDay], *key: str) -> Insert:
    """Write the statement that adds an amount to a roll-up."""
    into = insert_into(table)
    return into.on_conflict_do_update(index_elements=list(key), set_={"amount": table.amount + into.excluded.amount})


# Statements are built once: SQLAlchemy takes longer to build one than SQLite to run it.
_SEEN = Prepared(
    select(LedgerLine.seq).where(LedgerLine.kind == bindparam("kind"), LedgerLine.ref == bindparam("ref")).limit(1),
    ("kind", "ref"),
)
LAST = Prepared(select(LedgerLine.seq, LedgerLine.hash).order_by(LedgerLine.seq.desc()).limit(1))
_BALANCE = select(LedgerBalance.amount).where(LedgerBalance.account == bindparam("account"))
_ITEM_TOTAL = Prepared(
    select(func.sum(LedgerDay.amount)).where(
        LedgerDay.account == bindparam("account"), LedgerDay.item == bindparam("item")
    ),
    ("account", "item"),
)
ADD_LINE = Prepared(insert_into(LedgerLine), ("seq", "kind", "ref", "line", "at", "account", "item", "amount", "hash"))
ADD_BALANCE = Prepared(_adding(LedgerBalance, "account"), ("account", "amount"))
ADD_DAY = Prepared(_adding(LedgerDay, "account", "day", "item"), ("account", "day", "item", "amount"))


@dataclass(frozen=True, slots=True)
class Line:
    """One side of an entry. ``item`` names what it was for, or is empty."""

    account: str
    amount: Money
    item: str = ""


def post(work: Work, *, kind: str, ref: str, at: datetime, lines: Sequence[Line]) -> bool:
    """Enter a transaction once; False when (kind, ref) is already there.

    Call inside a write unit. Raises ValueError unless the lines add up to zero.
    """
    if total([line.amount for line in lines]) != ZERO:
        raise ValueError(f"an entry that does not add up: {kind} {ref}")
    unit = unit_of(work)
    if _SEEN.first(unit, kind, ref) is not None:
        return False
    seq, chain = LAST.first(unit) or (0, GENESIS)
    moment, written, day, rows = to_microseconds(at), iso(at), at.date().isoformat(), []
    for number, line in enumerate(lines):
        seq, amount = seq + 1, line.amount.micros
        chain = link(chain, seq, kind, ref, number, written, line.account, line.item, amount)
        rows.append((seq, kind, ref, number, moment, line.account, line.item, amount, chain))
    ADD_LINE.run_many(unit, rows)
    ADD_BALANCE.run_many(unit, [(line.account, line.amount.micros) for line in lines])
    ADD_DAY.run_many(unit, [(line.account, day, line.item, line.amount.micros) for line in lines])
    return True


def balance(session: Session, account: str) -> Money:
    """Give the sum of an account."""
    return session.connection().scalar(_BALANCE, {"account": account}) or ZERO


def balance_of_prefix(session: Session, prefix: str) -> Money:
    """Give the sum of all accounts whose name starts with prefix."""
    query = select(func.sum(LedgerBalance.amount)).where(LedgerBalance.account.startswith(prefix, autoescape=True))
    return session.scalar(query) or ZERO


def line_amount(session: Session, *, kind: str, ref: str, account: str) -> Money:
    """Give what one entry moved on an account; zero when there is no such entry."""
    return line_amounts(session, kind=kind, refs=[ref], account=account).get(ref, ZERO)


def line_amounts(session: Session, *, kind: str, refs: Sequence[str], account: str) -> dict[str, Money]:
    """Give what each of some entries moved on an account, by reference."""
    query = select(LedgerLine.ref, func.sum(LedgerLine.amount)).where(
        LedgerLine.kind == kind, LedgerLine.ref.in_(refs), LedgerLine.account == account
    )
    return dict(session.execute(query.group_by(LedgerLine.ref)).all())


def item_total(work: Work, account: str, item: str) -> Money:
    """Give what one item contributed to an account."""
    (amount,) = _ITEM_TOTAL.one(unit_of(work), account, item)
    return Money(int(amount or 0))


def item_totals(session: Session, account: str, *, among: Sequence[str] | None = None) -> dict[str, Money]:
    """Give what each item, or each of some, contributed to an account."""
    query = select(LedgerDay.item, func.sum(LedgerDay.amount)).where(LedgerDay.account == account)
    if among is not None:
        query = query.where(LedgerDay.item.in_(among))
    return dict(session.execute(query.group_by(LedgerDay.item)).all())


def days(session: Session, account: str, *, first: date, last: date) -> dict[date, Money]:
    """Give an account's sum for each UTC day that has one, items only (payouts and the like carry no item)."""
    query = (
        select(LedgerDay.day, func.sum(LedgerDay.amount))
        .where(LedgerDay.account == account, LedgerDay.item != "")
        .where(LedgerDay.day >= first.isoformat(), LedgerDay.day <= last.isoformat())
        .group_by(LedgerDay.day)
    )
    return {date.fromisoformat(day): amount for day, amount in session.execute(query)}


def standings(session: Session, account: str, *, first: date, days: int) -> tuple[Money, ...]:
    """Give the sum of an account before a UTC day and at the end of each of ``days`` from it on, payouts included."""
    query = (
        select(LedgerDay.day, func.sum(LedgerDay.amount))
        .where(LedgerDay.account == account, LedgerDay.day >= first.isoformat())
        .group_by(LedgerDay.day)
    )
    moved = {date.fromisoformat(day): amount for day, amount in session.execute(query)}
    found = [balance(session, account) - total(list(moved.values()))]
    for number in range(days):
        found.append(found[-1] + moved.get(first + timedelta(days=number), ZERO))
    return tuple(found)
