"""Series by day and sums by what they came from: reads of the roll-ups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, func, select, type_coerce
from sqlalchemy.orm import Session

from services.db.columns import BigInt, to_microseconds
from services.node.figures.tables import CreatorDay, CreatorItemDay, CreatorViewerDay
from services.node.memberships.tables import Membership
from services.node.statement import Period
from services.node.tables import Item, Tier
from services.units.address import Address, Bytes32
from services.units.membership import tier_of_word
from services.units.money import Money
from services.wire.figures import BreakdownOut, FiguresOut, Grouping, MetricOut, Source, SumOut

_DAY_MICROSECONDS: Final = 86_400 * 1_000_000
_FIRST_DAY: Final = date(1970, 1, 1)
_END: Final = func.coalesce(Membership.ended_at, Membership.paid_until)
_NAMES: Final[dict[str, str]] = {
    "chunks": "By the part", "memberships": "Memberships", "tips": "Tips", "tip": "Tips", "pool": "Pooled pass",
}  # fmt: skip


@dataclass(slots=True)
class _Sum:
    gross: int = 0
    net: int = 0
    paid_ms: int = 0
    payments: int = 0
    before: int = 0

    def add(self, row: _Row) -> None:
        self.gross += row.gross
        self.net += row.net
        self.paid_ms += row.paid_ms
        self.payments += row.payments


@dataclass(frozen=True, slots=True)
class _Row:
    """One item's sums on one day, in whole micro-USDC."""

    day: str
    item: str
    gross: int
    net: int
    paid_ms: int
    payments: int


def before(period: Period) -> Period:
    """Give the period of the same length that ends where this one begins."""
    days = (period.last - period.first).days + 1
    return Period(period.first - timedelta(days=days), period.first - timedelta(days=1))


def figures(session: Session, creator: Address, period: Period, now: datetime) -> FiguresOut:
    """Give all metrics of a period and of the one before."""
    earlier = before(period)
    days = _days(period)
    rows = {row[0]: row[1:] for row in session.execute(_day_query(creator, Period(earlier.first, period.last)))}
    known: dict[date, tuple[int, ...]] = {date.fromisoformat(day): row for day, row in rows.items()}
    nothing = (0, 0, 0, 0)
    metrics = [
        _metric(name, [known.get(day, nothing)[at] for day in days],
                [known.get(day, nothing)[at] for day in _days(earlier)])
        for at, name in enumerate(("earnings", "gross", "watch", "viewers"))
    ]  # fmt: skip
    metrics[3] = metrics[3].model_copy(
        update={
            "total": _viewers(session, creator, period), "total_before": _viewers(session, creator, earlier),
        }
    )  # fmt: skip
    running = _members(session, creator, Period(earlier.first, period.last), now)
    half = len(days)
    metrics.append(
        MetricOut(
            name="members", days=tuple(running[half:]), before=tuple(running[:half]), total=running[-1],
            total_before=running[half - 1],
        )
    )  # fmt: skip
    return FiguresOut(first=period.first, last=period.last, metrics=tuple(metrics), as_of=now)


def breakdown(
    session: Session, creator: Address, period: Period, by: Grouping, *, limit: int, now: datetime
) -> BreakdownOut:
    """Add a period up by day, film, tier or kind of payment, the largest first (days: the oldest first)."""
    earlier = before(period)
    sums: dict[str, _Sum] = {str(day): _Sum() for day in _days(period)} if by == "day" else {}
    whole = _Sum()
    for row in _rows(session, creator, period):
        key = row.day if by == "day" else _key(by, row.item)
        whole.add(row)
        if key:
            sums.setdefault(key, _Sum()).add(row)
    step = (period.last - period.first).days + 1
    for row in _rows(session, creator, earlier):
        key = _later(row.day, step) if by == "day" else _key(by, row.item)
        whole.before += row.net
        if key:
            sums.setdefault(key, _Sum()).before += row.net
    ordered = sorted(sums.items()) if by == "day" else sorted(sums.items(), key=lambda one: (-one[1].net, one[0]))
    shown = ordered[:limit]
    names = _names(session, [key for key, _ in shown])
    return BreakdownOut(
        first=period.first,
        last=period.last,
        by=by,
        rows=tuple(_sum_out(key, names.get(key, ""), each) for key, each in shown),
        rest=Money(sum(each.net for _, each in ordered[limit:])),
        gross=Money(whole.gross),
        net=Money(whole.net),
        net_before=Money(whole.before),
        as_of=now,
    )


def item_names(session: Session, items: Iterable[str]) -> dict[str, str]:
    """Give what people call the ledger's items: a film's title, a tier's name."""
    return _names(session, list(items))


def source_of(item: str) -> Source:
    """Say what kind of payment one of the ledger's items stands for."""
    if item.startswith("0x"):
        return "chunks"
    return "tips" if item == "tip" else "memberships"


def _key(by: Grouping, item: str) -> str:
    """Give the group of an item; empty where it is in none."""
    if by == "source":
        return source_of(item)
    if by == "tier":
        return item if source_of(item) == "memberships" else ""
    return item if source_of(item) == "chunks" else ""


def _names(session: Session, keys: Sequence[str]) -> dict[str, str]:
    films = [key for key in keys if key.startswith("0x")]
    words = {key: tier_of_word(Bytes32(key[5:])) for key in keys if key.startswith("tier:0x")}
    found = dict(_NAMES)
    found.update(session.execute(select(Item.content_id, Item.title).where(Item.content_id.in_(films))).all())
    tiers = dict(session.execute(select(Tier.id, Tier.name).where(Tier.id.in_([*filter(None, words.values())]))).all())
    found.update({key: tiers[tier] for key, tier in words.items() if tier in tiers})
    return found


def _sum_out(key: str, name: str, each: _Sum) -> SumOut:
    return SumOut(
        key=key, name=name, gross=Money(each.gross), net=Money(each.net), paid_ms=each.paid_ms,
        payments=each.payments, net_before=Money(each.before),
    )  # fmt: skip


def _rows(session: Session, creator: Address, period: Period) -> Iterable[_Row]:
    table = CreatorItemDay
    query = select(
        table.day, table.item, type_coerce(table.gross, BigInt), type_coerce(table.net, BigInt), table.paid_ms,
        table.payments,
    ).where(table.creator == creator, table.day >= str(period.first), table.day <= str(period.last))  # fmt: skip
    return (_Row(*row) for row in session.connection().execute(query))


def _day_query(creator: Address, period: Period) -> Select[str, int, int, int, int]:
    table = CreatorDay
    return select(
        table.day, type_coerce(table.net, BigInt), type_coerce(table.gross, BigInt), table.paid_ms, table.viewers
    ).where(table.creator == creator, table.day >= str(period.first), table.day <= str(period.last))


def _viewers(session: Session, creator: Address, period: Period) -> int:
    table = CreatorViewerDay
    of = (table.creator == creator, table.day >= str(period.first), table.day <= str(period.last))
    return session.scalar(select(func.count(table.viewer.distinct())).where(*of)) or 0


def _members(session: Session, creator: Address, period: Period, now: datetime) -> list[int]:
    """Count the accounts that are members at the end of each day, of today now; in two tiers one counts once."""
    several = (
        select(Membership.viewer).where(Membership.creator == creator).group_by(Membership.viewer)
        .having(func.count() > 1)
    )  # fmt: skip
    only = (Membership.creator == creator, Membership.viewer.not_in(several))
    joined = _by_day(session, _day(Membership.joined_at), *only)
    left = _by_day(session, _day(_END), *only, now >= _END)
    for since, until in _spells(session, creator, several):
        joined[_date_of(since)] += 1
        left[_date_of(until)] += until <= to_microseconds(now)
    running, counts = 0, []
    changes = sorted({*joined, *left})
    at = 0
    for day in _days(period):
        while at < len(changes) and changes[at] <= day:
            running += joined[changes[at]] - left[changes[at]]
            at += 1
        counts.append(running)
    return counts


def _spells(session: Session, creator: Address, several: Select[Address]) -> Iterator[tuple[int, int]]:
    """Give the times, in microseconds, through which accounts with several memberships were members without a gap."""
    wanted = (
        select(Membership.viewer, type_coerce(Membership.joined_at, BigInt), type_coerce(_END, BigInt))
        .where(Membership.creator == creator, Membership.viewer.in_(several))
        .order_by(Membership.viewer, Membership.joined_at)
    )
    open_spell: tuple[Address, int, int] | None = None
    for viewer, since, until in session.execute(wanted):
        if open_spell is not None and open_spell[0] == viewer and since <= open_spell[2]:
            open_spell = (viewer, open_spell[1], max(until, open_spell[2]))
            continue
        if open_spell is not None:
            yield open_spell[1:]
        open_spell = (viewer, since, until)
    if open_spell is not None:
        yield open_spell[1:]


def _day(moment: SQLColumnExpression[datetime]) -> ColumnElement[int]:
    return type_coerce(moment, BigInt) // _DAY_MICROSECONDS


def _date_of(microseconds: int) -> date:
    return _FIRST_DAY + timedelta(days=microseconds // _DAY_MICROSECONDS)


def _by_day(session: Session, number: ColumnElement[int], *wanted: ColumnElement[bool]) -> Counter[date]:
    query = select(number, func.count()).where(*wanted).group_by(number)
    return Counter({_FIRST_DAY + timedelta(days=int(day)): count for day, count in session.execute(query)})


def _metric(name: str, days: list[int], earlier: list[int]) -> MetricOut:
    return MetricOut.model_validate(
        {"name": name, "days": days, "before": earlier, "total": sum(days), "total_before": sum(earlier)}
    )


def _days(period: Period) -> list[date]:
    return [period.first + timedelta(days=number) for number in range((period.last - period.first).days + 1)]


def _later(day: str, days: int) -> str:
    return str(date.fromisoformat(day) + timedelta(days=days))
