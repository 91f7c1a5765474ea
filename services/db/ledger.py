"""The ledger of double entries: the only source of sums. Append-only, hash-chained, with roll-ups in the same unit."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from services.db.books import LedgerBalance, LedgerDay, LedgerLine
from services.units.money import ZERO, Money, total
from services.units.time import iso
from services.wire.problems import ProblemError

_GENESIS = bytes(32)


@dataclass(frozen=True, slots=True)
class Line:
    """One side of an entry. ``item`` names what it was for, or is empty."""

    account: str
    amount: Money
    item: str = ""


def post(session: Session, *, kind: str, ref: str, at: datetime, lines: Sequence[Line]) -> bool:
    """Enter a transaction once; False when (kind, ref) is already there.

    Call inside a write unit. Raises ValueError unless the lines add up to zero.
    """
    if total([line.amount for line in lines]) != ZERO:
        raise ValueError(f"an entry that does not add up: {kind} {ref}")
    if session.scalar(select(LedgerLine.seq).where(LedgerLine.kind == kind, LedgerLine.ref == ref).limit(1)):
        return False
    last = session.execute(select(LedgerLine.seq, LedgerLine.hash).order_by(LedgerLine.seq.desc()).limit(1)).first()
    seq, chain = (last.seq, last.hash) if last else (0, _GENESIS)
    for number, line in enumerate(lines):
        seq += 1
        row = LedgerLine(
            seq=seq, kind=kind, ref=ref, line=number, at=at, account=line.account, item=line.item, amount=line.amount,
            hash=b"",
        )  # fmt: skip
        row.hash = chain = _link(chain, row)
        session.add(row)
        _roll_up(session, row)
    session.flush()
    return True


def balance(session: Session, account: str) -> Money:
    """Give the sum of an account."""
    found = session.get(LedgerBalance, account)
    return found.amount if found else ZERO


def balance_of_prefix(session: Session, prefix: str) -> Money:
    """Give the sum of all accounts whose name starts with prefix."""
    query = select(func.sum(LedgerBalance.amount)).where(LedgerBalance.account.startswith(prefix, autoescape=True))
    return session.scalar(query) or ZERO


def item_total(session: Session, account: str, item: str) -> Money:
    """Give what one item contributed to an account."""
    query = select(func.sum(LedgerDay.amount)).where(LedgerDay.account == account, LedgerDay.item == item)
    return session.scalar(query) or ZERO


def item_totals(session: Session, account: str) -> dict[str, Money]:
    """Give what each item contributed to an account."""
    query = select(LedgerDay.item, func.sum(LedgerDay.amount)).where(LedgerDay.account == account)
    return dict(session.execute(query.group_by(LedgerDay.item)).tuples().all())


def days(session: Session, account: str, *, first: date, last: date) -> dict[date, Money]:
    """Give an account's sum for each UTC day that has one, items only (payouts and the like carry no item)."""
    query = (
        select(LedgerDay.day, func.sum(LedgerDay.amount))
        .where(LedgerDay.account == account, LedgerDay.item != "")
        .where(LedgerDay.day >= first.isoformat(), LedgerDay.day <= last.isoformat())
        .group_by(LedgerDay.day)
    )
    return {date.fromisoformat(day): amount for day, amount in session.execute(query).tuples()}


def verify(session: Session) -> None:
    """Check the whole hash chain, every entry's zero sum and the roll-ups; raises ProblemError: ledger.damaged."""
    chain = _GENESIS
    entries: dict[tuple[str, str], int] = defaultdict(int)
    balances: dict[str, int] = defaultdict(int)
    by_day: dict[tuple[str, str, str], int] = defaultdict(int)
    rows = session.scalars(select(LedgerLine).order_by(LedgerLine.seq).execution_options(yield_per=1000))
    for expected, row in enumerate(rows, start=1):
        chain = _link(chain, row)
        if row.seq != expected or row.hash != chain:
            raise ProblemError("ledger.damaged", line=row.seq)
        entries[row.kind, row.ref] += row.amount.micros
        balances[row.account] += row.amount.micros
        by_day[row.account, row.at.date().isoformat(), row.item] += row.amount.micros
    stored = {row.account: row.amount.micros for row in session.scalars(select(LedgerBalance))}
    stored_days = {(row.account, row.day, row.item): row.amount.micros for row in session.scalars(select(LedgerDay))}
    if any(entries.values()) or stored != dict(balances) or stored_days != dict(by_day):
        raise ProblemError("ledger.damaged", line="sums")


def _link(previous: bytes, row: LedgerLine) -> bytes:
    fields: Iterable[object] = (
        row.seq, row.kind, row.ref, row.line, iso(row.at), row.account, row.item, row.amount.micros,
    )  # fmt: skip
    return hashlib.sha256(previous + "\x1f".join(map(str, fields)).encode()).digest()


def _roll_up(session: Session, row: LedgerLine) -> None:
    by_account = insert(LedgerBalance).values(account=row.account, amount=row.amount)
    session.execute(
        by_account.on_conflict_do_update(
            index_elements=["account"], set_={"amount": LedgerBalance.amount + by_account.excluded.amount}
        )
    )
    day = row.at.date().isoformat()
    by_day = insert(LedgerDay).values(account=row.account, day=day, item=row.item, amount=row.amount)
    session.execute(
        by_day.on_conflict_do_update(
            index_elements=["account", "day", "item"], set_={"amount": LedgerDay.amount + by_day.excluded.amount}
        )
    )
