"""The ledger's lines that are a creator's income, with the transaction on the chain behind each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, not_, or_, select
from sqlalchemy.orm import Session

from services.db.books import LedgerLine
from services.db.plain import unit_of
from services.node.channels.claimed import Claimed
from services.node.context import Node
from services.node.cursors import read_cursor, write_cursor
from services.node.figures.places import Places
from services.node.figures.series import item_names
from services.node.statement import Period
from services.node.tables import Channel, Sale
from services.node.till import PENDING_PLATFORM, pending
from services.units.address import Address
from services.units.money import ZERO, Money, total
from services.wire.figures import IncomeLineOut, IncomeLinesOut, Source

_ON_CHAIN = ("paid", "subscribed", "allocated", "tip")


@dataclass(frozen=True, slots=True)
class LineWish:
    """Which lines: of one of the ledger's items, or of one kind of payment; empty and None for all."""

    item: str = ""
    source: Source | None = None


def income_lines(
    node: Node, session: Session, creator: Address, period: Period, wish: LineWish, *, limit: int, cursor: str = ""
) -> IncomeLinesOut:
    """Give a part of the lines, the newest first. Raises ProblemError: request.invalid for another list's cursor."""
    listed = f"income\x1f{creator}\x1f{period.first}\x1f{period.last}\x1f{wish.item}\x1f{wish.source}"
    wanted = select(LedgerLine).where(
        LedgerLine.account.in_((f"creator:{creator}", pending(creator))),
        LedgerLine.item != "",
        LedgerLine.at >= period.start,
        LedgerLine.at <= period.end,
        *_wished(wish),
    )
    if cursor:
        (before,) = read_cursor(node.keys, listed, cursor, count=1)
        wanted = wanted.where(LedgerLine.seq < before)
    rows = list(session.scalars(wanted.order_by(LedgerLine.seq.desc()).limit(limit + 1)))
    following = write_cursor(node.keys, listed, rows[limit - 1].seq) if len(rows) > limit else None
    return IncomeLinesOut(rows=_written(node, session, rows[:limit]), cursor=following)


def _wished(wish: LineWish) -> list[ColumnElement[bool]]:
    of = [LedgerLine.item == wish.item] if wish.item else []
    is_film, is_tip = LedgerLine.item.startswith("0x"), LedgerLine.item == "tip"
    match wish.source:
        case "chunks":
            of.append(is_film)
        case "tips":
            of.append(is_tip)
        case "memberships":
            of.append(and_(not_(is_film), not_(is_tip)))
    return of


def _written(node: Node, session: Session, rows: list[LedgerLine]) -> tuple[IncomeLineOut, ...]:
    names, others = item_names(session, {row.item for row in rows}), _other_sides(session, rows)
    places, claimed, claims = Places(unit_of(session)), _claimed(session, rows), Claimed(node, session, _least(rows))

    def line(row: LedgerLine) -> IncomeLineOut:
        written = _line_out(row, names, others.get((row.kind, row.ref), []), places, claimed, session)
        if not written.is_claimed or written.channel is None:
            return written
        return written.model_copy(update={"transaction": claims.transaction(written.channel, _cumulative(row))})

    return tuple(line(row) for row in rows)


def _cumulative(row: LedgerLine) -> Money:
    """Give the channel's total after a voucher."""
    return Money(int(row.ref.rpartition(":")[2]))


def _least(rows: list[LedgerLine]) -> dict[str, Money]:
    """Give the smallest total of each channel among the lines."""
    found: dict[str, Money] = {}
    for row in rows:
        channel, _, total_after = row.ref.rpartition(":")
        if row.kind == "charge" and total_after.isdecimal():
            found[channel] = min(found.get(channel, _cumulative(row)), _cumulative(row))
    return found


def _other_sides(session: Session, rows: list[LedgerLine]) -> dict[tuple[str, str], list[LedgerLine]]:
    """Read the entries that the lines belong to."""
    if not rows:
        return {}
    found: dict[tuple[str, str], list[LedgerLine]] = {}
    by_kind: dict[str, list[str]] = {}
    for row in rows:
        by_kind.setdefault(row.kind, []).append(row.ref)
    wanted = or_(*(and_(LedgerLine.kind == kind, LedgerLine.ref.in_(refs)) for kind, refs in by_kind.items()))
    for line in session.scalars(select(LedgerLine).where(wanted)):
        found.setdefault((line.kind, line.ref), []).append(line)
    return found


def _claimed(session: Session, rows: list[LedgerLine]) -> dict[str, Money]:
    """Give the totals that the chain has of the lines' channels."""
    channels = {row.ref.rpartition(":")[0] for row in rows if row.kind == "charge"}
    return dict(session.execute(select(Channel.id, Channel.claimed).where(Channel.id.in_(channels))).all())


def _line_out(
    row: LedgerLine, names: dict[str, str], entry: list[LedgerLine], places: Places, claimed: dict[str, Money],
    session: Session,
) -> IncomeLineOut:  # fmt: skip
    payer = next((line.account[6:] for line in entry if line.account.startswith("payer:")), "")
    fee = total([
        line.amount for line in entry if line.item == row.item and line.account in ("platform", PENDING_PLATFORM)
    ]) if entry else ZERO  # fmt: skip
    gross = row.amount + fee
    head, _, tail = row.ref.rpartition(":")
    is_film = row.item.startswith("0x")
    bought = places.bought(row.kind, row.ref, payer, row.item, gross.micros) if is_film else None
    channel = head if row.kind == "charge" else None
    return IncomeLineOut(
        seq=row.seq,
        at=row.at,
        kind=row.kind,
        item=row.item,
        name=names.get(row.item, ""),
        payer=payer,
        first_chunk=bought[0] if bought else None,
        chunk_count=bought[1] if bought else None,
        gross=gross,
        net=row.amount,
        transaction=_transaction(session, row, head, tail),
        channel=channel,
        is_claimed=_is_claimed(channel, tail, claimed),
    )


def _transaction(session: Session, row: LedgerLine, head: str, tail: str) -> Any:
    if row.kind in _ON_CHAIN:
        return head
    if row.kind == "transfer":
        return session.scalar(select(Sale.transaction).where(Sale.payer == head, Sale.nonce == tail))
    return None


def _is_claimed(channel: str | None, cumulative: str, claimed: dict[str, Money]) -> bool | None:
    if channel is None or channel not in claimed or not cumulative.isdecimal():
        return None
    return int(cumulative) <= claimed[channel].micros
