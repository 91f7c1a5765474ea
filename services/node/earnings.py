"""A creator's earnings and an account's spending: queries on the ledger, nothing else."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import Query
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from services.db import ledger
from services.db.books import LedgerLine
from services.http.late_routes import LateRouter
from services.node.door import Caller, NodeOf
from services.node.memberships.tables import MembershipPayment
from services.node.sales.booking import sync
from services.node.sales.charges import BOOKED
from services.node.tables import Charge, CreatorTill, Item, Sale
from services.node.till import pending
from services.units.address import Address, Bytes32
from services.units.ids import ContentId
from services.units.money import ZERO, Money, platform_fee, total
from services.wire.earnings import DayAmount, LatestItem, OverviewOut, SaleOut, TileOut
from services.wire.node import CreatorSums, SpendingOut

router = LateRouter(tags=["earnings"])
_INTO_ESCROW = select(func.sum(LedgerLine.amount)).where(
    LedgerLine.account == bindparam("account"), LedgerLine.kind.in_(("paid", "subscribed"))
)
_RANKED = 10
_SALES = 20
_SPARK_DAYS = 7


@router.get("/creators/dashboard")
def dashboard(node: NodeOf, caller: Caller, days: Annotated[int, Query(ge=1, le=365)] = 28) -> OverviewOut:
    """Give the overview of the caller's own channel for the last ``days`` UTC days, today included."""
    sync(node)
    today = node.clock.now().date()
    first, before = today - timedelta(days=days - 1), today - timedelta(days=2 * days - 1)
    with node.database.read() as session:
        earned = _earned(session, caller, first=before, last=today)
        return OverviewOut(
            period_days=days,
            tiles=_tiles(session, caller, earned, today=today, days=days),
            days=_series(earned, first=first, days=days),
            previous_days=_series(earned, first=before, days=days),
            needs=(),
            latest=_latest(session, caller),
            sales=_sales(session, caller),
            as_of=node.clock.now(),
            **_totals(session, caller),
        )


def _totals(session: Session, creator: Address) -> dict[str, Any]:
    """Give a channel's totals since its beginning."""
    till = session.get(CreatorTill, creator)
    available = ledger.balance(session, f"creator:{creator}")
    earned = available + ledger.balance(session, f"withdrawn:{creator}") + ledger.balance(session, pending(creator))
    return {
        "total_amount_gross": till.gross if till else ZERO,
        "total_amount_creator": earned,
        "withdrawable_balance": available,
        "content_count": session.scalar(select(func.count()).select_from(Item).where(Item.creator == creator)) or 0,
    }


@router.get("/creators/sums")
def creator_sums(node: NodeOf, caller: Caller) -> CreatorSums:
    """Give the caller's sums for comparison with the chain."""
    block = sync(node)
    with node.database.read() as session:
        available = ledger.balance(session, f"creator:{caller}")
        withdrawn = ledger.balance(session, f"withdrawn:{caller}")
        return CreatorSums(
            earned=available + withdrawn,
            withdrawn=withdrawn,
            available=available,
            in_flight=_in_flight(session, caller),
            block=block,
        )


@router.get("/users/me/spending")
def spending(node: NodeOf, caller: Caller) -> SpendingOut:
    """Give what the caller paid, in all and for each item."""
    sync(node)
    with node.database.read() as session:
        payer = f"payer:{caller}"
        items = ledger.item_totals(session, payer)
        return SpendingOut(
            paid=-ledger.balance(session, payer),
            by_item={ContentId(Bytes32(item)): -amount for item, amount in items.items() if item.startswith("0x")},
            memberships=-total([amount for item, amount in items.items() if item.startswith("tier:")]),
            into_escrow=-(session.scalar(_INTO_ESCROW, {"account": payer}) or ZERO),
        )


def _tiles(
    session: Session, creator: Address, earned: dict[date, Money], *, today: date, days: int
) -> tuple[TileOut, ...]:
    period = _series(earned, first=today - timedelta(days=days - 1), days=days)
    before = _series(earned, first=today - timedelta(days=2 * days - 1), days=days)
    week = _series(earned, first=today - timedelta(days=_SPARK_DAYS - 1), days=_SPARK_DAYS)
    yesterday = earned.get(today - timedelta(days=1), ZERO)
    first = today - timedelta(days=days - 1)
    there = ledger.standings(session, f"creator:{creator}", first=first, days=days)
    coming = ledger.standings(session, pending(creator), first=first, days=days)
    return (
        TileOut(name="today", value=earned.get(today, ZERO), previous=yesterday, series=_amounts(week)),
        TileOut(
            name="period", value=total(list(_amounts(period))), previous=total(list(_amounts(before))),
            series=_amounts(period),
        ),
        TileOut(name="in_flight", value=_in_flight(session, creator), previous=coming[0], series=coming[1:]),
        TileOut(name="available", value=there[-1], previous=there[0], series=there[1:]),
    )  # fmt: skip


def _earned(session: Session, creator: Address, *, first: date, last: date) -> dict[date, Money]:
    """Add up a creator's share by day: what is in the Escrow and what is on its way, each on the day of the sale."""
    found: dict[date, Money] = {}
    for account in (f"creator:{creator}", pending(creator)):
        for day, amount in ledger.days(session, account, first=first, last=last).items():
            found[day] = found.get(day, ZERO) + amount
    return found


def _items_earned(session: Session, creator: Address, items: list[ContentId]) -> dict[ContentId, Money]:
    in_escrow = ledger.item_totals(session, f"creator:{creator}", among=items)
    on_its_way = ledger.item_totals(session, pending(creator), among=items)
    return {item: in_escrow.get(item, ZERO) + on_its_way.get(item, ZERO) for item in items}


def _series(earned: dict[date, Money], *, first: date, days: int) -> tuple[DayAmount, ...]:
    wanted = (first + timedelta(days=number) for number in range(days))
    return tuple(DayAmount(day=day, amount=earned.get(day, ZERO)) for day in wanted)


def _amounts(series: tuple[DayAmount, ...]) -> tuple[Money, ...]:
    return tuple(entry.amount for entry in series)


def _in_flight(session: Session, creator: Address) -> Money:
    open_sales = session.scalars(select(Sale.amount).where(Sale.creator == creator, Sale.state == "received"))
    open_memberships = session.scalars(
        select(MembershipPayment.amount).where(
            MembershipPayment.creator == creator, MembershipPayment.state == "received"
        )
    )
    gross = total([*open_sales, *open_memberships])
    return gross - platform_fee(ZERO, gross) + ledger.balance(session, pending(creator))


def _latest(session: Session, creator: Address) -> LatestItem | None:
    query = select(Item).where(Item.creator == creator).order_by(Item.published_at.desc()).limit(_RANKED)
    items = list(session.scalars(query))
    if not items:
        return None
    earned = _items_earned(session, creator, [item.content_id for item in items])
    newest = items[0]
    better = sum(1 for amount in earned.values() if amount > earned[newest.content_id])
    return LatestItem(
        content_id=newest.content_id,
        title=newest.title,
        poster=newest.poster,
        earned=earned[newest.content_id],
        rank=better + 1,
        of=len(items),
        published_at=newest.published_at,
    )


def _sales(session: Session, creator: Address) -> tuple[SaleOut, ...]:
    """List the latest sales of both kinds, newest first."""
    by_transaction = (
        select(Sale, Item.title)
        .join(Item, Item.content_id == Sale.content_id)
        .where(Sale.creator == creator, Sale.state == "paid")
        .order_by(Sale.at.desc(), Sale.intent)
        .limit(_SALES)
    )
    by_voucher = (
        select(Charge, Item.title)
        .join(Item, Item.content_id == Charge.content_id)
        .where(Charge.creator == creator, BOOKED)
        .order_by(Charge.at.desc(), Charge.channel_id, Charge.cumulative.desc())
        .limit(_SALES)
    )
    sold = [(row, title) for query in (by_transaction, by_voucher) for row, title in session.execute(query)]
    latest = sorted(sold, key=lambda one: one[0].at, reverse=True)[:_SALES]
    refs = [_charge_ref(row) for row, _ in latest if isinstance(row, Charge)]
    shares = ledger.line_amounts(session, kind="charge", refs=refs, account=pending(creator)) if refs else {}
    return tuple(
        _charge_out(row, title, shares.get(_charge_ref(row), ZERO))
        if isinstance(row, Charge)
        else _sale_out(row, title)
        for row, title in latest
    )


def _charge_ref(charge: Charge) -> str:
    return f"{charge.channel_id}:{charge.cumulative.micros}"


def _charge_out(charge: Charge, title: str, share: Money) -> SaleOut:
    return SaleOut(
        content_id=charge.content_id,
        title=title,
        payer=charge.payer,
        first_chunk=charge.first_chunk,
        chunk_count=charge.chunk_count,
        gross=charge.amount,
        share=share,
        transaction="",
        at=charge.at,
    )


def _sale_out(sale: Sale, title: str) -> SaleOut:
    return SaleOut(
        content_id=sale.content_id,
        title=title,
        payer=sale.payer,
        first_chunk=sale.first_chunk,
        chunk_count=sale.chunk_count,
        gross=sale.amount,
        share=sale.share or ZERO,
        transaction=sale.transaction or "",
        at=sale.at,
    )
