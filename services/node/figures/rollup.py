"""Makes the roll-ups from the ledger's lines, in their order and once each: a unit of work writes both sums and place.

What sells writes nothing here, so a sale costs what it did; whoever asks for figures first lets the roll-ups catch up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Insert, bindparam, delete, func, select, update

from services.db.books import LedgerLine
from services.db.dialects import insert_into
from services.db.engine import Database
from services.db.plain import Prepared, Unit, Value, unit_of
from services.node.figures.places import OUTSIDE, Places
from services.node.figures.tables import (
    CreatorDay,
    CreatorItem,
    CreatorItemDay,
    CreatorViewer,
    CreatorViewerDay,
    FiguresPosition,
    ItemPlace,
)

RULES: Final = 1
"""Counts the ways in which the roll-ups were ever made; another number makes them again."""
_NAME = "ledger"
_BATCH = 30_000
_FEES = "pending:platform"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SUMS = ("gross", "net", "paid_ms", "payments")
_TABLES = (CreatorDay, CreatorItem, CreatorItemDay, CreatorViewer, CreatorViewerDay, ItemPlace)

_POSITION = Prepared(
    select(FiguresPosition.seq, FiguresPosition.rules).where(FiguresPosition.name == bindparam("name")), ("name",)
)
_MOVE = Prepared(
    update(FiguresPosition).where(FiguresPosition.name == bindparam("of")).values(seq=bindparam("seq")), ("seq", "of")
)
_NEWEST = Prepared(select(func.max(LedgerLine.seq)))


def next_lines(most: int) -> Prepared:
    """Write the statement that reads the next lines after one."""
    wanted = select(
        LedgerLine.seq, LedgerLine.kind, LedgerLine.ref, LedgerLine.at, LedgerLine.account, LedgerLine.item,
        LedgerLine.amount,
    ).where(LedgerLine.seq > bindparam("done"))  # fmt: skip
    return Prepared(wanted.order_by(LedgerLine.seq).limit(most), ("done",))


_LINES = next_lines(_BATCH)


def _adding(table: Any, key: Sequence[str], sums: Sequence[str]) -> Insert:
    """Write the statement that adds to a roll-up's sums."""
    into = insert_into(table)
    changes = {name: getattr(table, name) + into.excluded[name] for name in sums}
    return into.on_conflict_do_update(index_elements=list(key), set_=changes)


def _columns(table: Any) -> tuple[str, ...]:
    return tuple(column.name for column in table.__table__.columns)


_ADD_DAY = Prepared(_adding(CreatorDay, ("creator", "day"), _SUMS), _columns(CreatorDay))
_ADD_ITEM_DAY = Prepared(_adding(CreatorItemDay, ("creator", "day", "item"), _SUMS), _columns(CreatorItemDay))
_ADD_ITEM = Prepared(_adding(CreatorItem, ("creator", "item"), _SUMS), _columns(CreatorItem))
_ADD_PLACE = Prepared(_adding(ItemPlace, ("content_id", "place"), ("net", "payments")), _columns(ItemPlace))
_ADD_VIEWER = Prepared(
    _adding(CreatorViewer, ("creator", "viewer"), ("net", "refunded", "payments")), _columns(CreatorViewer)
)
_LATER = Prepared(
    update(CreatorViewer)
    .where(
        CreatorViewer.creator == bindparam("of"),
        CreatorViewer.viewer == bindparam("by"),
        CreatorViewer.last_at < bindparam("before", type_=CreatorViewer.last_at.type),
    )
    .values(last_at=bindparam("at", type_=CreatorViewer.last_at.type)),
    ("of", "by", "before", "at"),
)
_ADD_VIEWER_DAY = Prepared(insert_into(CreatorViewerDay).on_conflict_do_nothing(), _columns(CreatorViewerDay))
_COUNT_VIEWERS = Prepared(
    update(CreatorDay)
    .where(CreatorDay.creator == bindparam("of"), CreatorDay.day == bindparam("on"))
    .values(
        viewers=select(func.count())
        .select_from(CreatorViewerDay)
        .where(CreatorViewerDay.creator == CreatorDay.creator, CreatorViewerDay.day == CreatorDay.day)
        .scalar_subquery()
    ),
    ("of", "on"),
)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line as the driver gives it: whole microseconds and micro-USDC."""

    seq: int
    kind: str
    ref: str
    at: int
    account: str
    item: str
    amount: int


@dataclass(slots=True)
class _Sums:
    gross: int = 0
    net: int = 0
    paid_ms: int = 0
    payments: int = 0

    def add(self, gross: int, net: int, paid_ms: int) -> None:
        self.gross += gross
        self.net += net
        self.paid_ms += paid_ms
        self.payments += 1

    @property
    def row(self) -> tuple[int, int, int, int]:
        return self.gross, self.net, self.paid_ms, self.payments


@dataclass(slots=True)
class _Batch:
    """What a batch of lines adds, by the roll-ups' keys."""

    days: dict[tuple[str, str], _Sums] = field(default_factory=dict)
    item_days: dict[tuple[str, str, str], _Sums] = field(default_factory=dict)
    items: dict[tuple[str, str], _Sums] = field(default_factory=dict)
    places: dict[tuple[str, int], list[int]] = field(default_factory=dict)
    viewers: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    """Net, refunded, payments, and the moment of the last."""
    viewer_days: set[tuple[str, str, str]] = field(default_factory=set)

    def viewer(self, creator: str, viewer: str, *, net: int = 0, refunded: int = 0, payments: int = 0, at: int) -> None:
        """Add to what an account brought."""
        found = self.viewers.setdefault((creator, viewer), [0, 0, 0, 0])
        found[0] += net
        found[1] += refunded
        found[2] += payments
        found[3] = max(found[3], at)


def catch_up(database: Database, tell: Callable[[float], None] | None = None) -> None:
    """Bring the roll-ups up to the ledger's last line. Blocking; damaged books are read as they are.

    tell: hears how far it is, from 0 to 1.
    """
    while database.harm is None and (part := _done(database)) < 1:
        if tell is not None:
            tell(part)
        with database.write() as session:
            advance(unit_of(session))


def _done(database: Database) -> float:
    """Tell how much of the ledger is in the roll-ups."""
    with database.read() as session:
        unit = unit_of(session)
        done, rules = _POSITION.first(unit, _NAME) or (0, 0)
        newest = _NEWEST.one(unit)[0] or 0
    if rules != RULES:
        return 0.0
    return 1.0 if done >= newest else done / newest


def advance(unit: Unit) -> None:
    """Make the roll-ups of the next lines. Call inside a write unit."""
    done, rules = _POSITION.first(unit, _NAME) or (0, 0)
    if rules != RULES:
        done = 0
        for table in _TABLES:
            Prepared(delete(table)).run(unit)
        Prepared(delete(FiguresPosition)).run(unit)
        Prepared(insert_into(FiguresPosition), ("name", "seq", "rules")).run(unit, _NAME, 0, RULES)
    lines = [_Line(*row) for row in _LINES.all(unit, done)]
    if not lines:
        return
    entries = [list(group) for _, group in groupby(lines, key=lambda line: (line.kind, line.ref))]
    if len(lines) == _BATCH and len(entries) > 1:
        # Its other lines may come with the next batch.
        entries.pop()
    batch, places = _Batch(), Places(unit)
    for entry in entries:
        _enter(batch, places, entry)
    _write(unit, batch)
    _MOVE.run(unit, entries[-1][-1].seq, _NAME)


def _enter(batch: _Batch, places: Places, entry: Sequence[_Line]) -> None:
    """Add one entry: what a creator's accounts got for an item is income, whatever the entry is called."""
    payer = next((line.account[6:] for line in entry if line.account.startswith("payer:")), "")
    for creator, item, net in _incomes(entry):
        fee = sum(line.amount for line in entry if line.item == item and line.account in ("platform", _FEES))
        head = entry[0]
        day = _day(head.at)
        gross = net + fee
        paid_ms = _place(batch, places, head, payer, item, gross, net)
        for sums, key in ((batch.days, (creator, day)), (batch.items, (creator, item))):
            sums.setdefault(key, _Sums()).add(gross, net, paid_ms)
        batch.item_days.setdefault((creator, day, item), _Sums()).add(gross, net, paid_ms)
        if payer:
            batch.viewer(creator, payer, net=net, payments=1, at=head.at)
            batch.viewer_days.add((creator, day, payer))
    for line in entry:
        if line.account.startswith("refunded:") and payer:
            batch.viewer(line.account[9:], payer, refunded=-line.amount, at=line.at)


def _incomes(entry: Iterable[_Line]) -> Iterator[tuple[str, str, int]]:
    """Give creator, item and net of what an entry brought; money that only moves on has no item."""
    for line in entry:
        kind, _, owner = line.account.partition(":")
        if kind in ("creator", "pending") and line.item and line.account != _FEES:
            yield owner, line.item, line.amount


def _place(batch: _Batch, places: Places, head: _Line, payer: str, item: str, gross: int, net: int) -> int:
    """Put money on the film's timeline; gives the media time that was paid for."""
    if not item.startswith("0x"):
        return 0
    bought = places.bought(head.kind, head.ref, payer, item, gross)
    timeline = places.timeline(item)
    if bought is None or timeline is None:
        parts, paid_ms = [(OUTSIDE, net)], 0
    else:
        parts, paid_ms = timeline.split(net, *bought), timeline.length_ms(*bought)
    for place, part in parts:
        found = batch.places.setdefault((item, place), [0, 0])
        found[0] += part
        found[1] += 1
    return paid_ms


def _day(moment: int) -> str:
    return (_EPOCH + timedelta(microseconds=moment)).date().isoformat()


def _write(unit: Unit, batch: _Batch) -> None:
    """Add a batch, in the order of the keys: neighbours lie on the same page."""
    _ADD_DAY.run_many(unit, [(*key, *sums.row, 0) for key, sums in sorted(batch.days.items(), key=_key)])
    _ADD_ITEM_DAY.run_many(unit, [(*key, *sums.row) for key, sums in sorted(batch.item_days.items(), key=_key)])
    _ADD_ITEM.run_many(unit, [(*key, *sums.row) for key, sums in sorted(batch.items.items(), key=_key)])
    _ADD_PLACE.run_many(unit, [(*key, *row) for key, row in sorted(batch.places.items())])
    viewers = sorted(batch.viewers.items())
    _ADD_VIEWER.run_many(unit, [(*key, *row) for key, row in viewers])
    _LATER.run_many(unit, [(*key, row[3], row[3]) for key, row in viewers])
    _ADD_VIEWER_DAY.run_many(unit, sorted(batch.viewer_days))
    counted: list[tuple[Value, ...]] = sorted({(creator, day) for creator, day, _ in batch.viewer_days})
    _COUNT_VIEWERS.run_many(unit, counted)


def _key(one: tuple[Any, _Sums]) -> Any:
    return one[0]
