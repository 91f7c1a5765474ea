"""A creator's figures as the seeds' pages ask for them: queries on the ledger and on what was sold."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.db import ledger
from services.db.books import LedgerDay
from services.http.late_routes import LateRouter
from services.node.door import Caller, NodeOf
from services.node.memberships.tables import Membership
from services.node.sales.booking import sync
from services.node.sales.charges import BOOKED
from services.node.tables import Charge, Item, Sale
from services.node.till import PENDING_PLATFORM, pending
from services.units.address import Address, Bytes32
from services.units.money import ZERO, Money, platform_fee
from services.wire.seeds import CreatorDashboardOut, ItemRevenueOut, SettlementOut

router = LateRouter(tags=["earnings"])
_SETTLEMENTS = 200
_ITEMS = 500
_TIER = "tier:"


@router.get("/dashboard/{creator_id}")
def creator_dashboard(node: NodeOf, caller: Caller, creator_id: str) -> CreatorDashboardOut:
    """Count one's own members, and add up what memberships brought this UTC month.

    Problem codes: account.forbidden.
    """
    creator = node.names.acting(creator_id, caller)
    sync(node)
    now = node.clock.now()
    with node.database.read() as session:
        members = _members(session, creator, now)
        share, gross = _memberships(session, creator, now)
    return CreatorDashboardOut(
        message=f"{members} members this month.",
        creator_id=creator,
        total_members=members,
        monthly_revenue=gross.dollars,
        monthly_revenue_micros=gross,
        monthly_share_micros=share,
    )


@router.get("/creators/content")
def revenue_by_item(node: NodeOf, caller: Caller) -> tuple[ItemRevenueOut, ...]:
    """List what each of the caller's items brought, newest item first."""
    sync(node)
    wanted = select(Item.content_id, Item.title).where(Item.creator == caller)
    with node.database.read() as session:
        items = session.execute(wanted.order_by(Item.published_at.desc(), Item.content_id).limit(_ITEMS)).all()
        shares = _by_item(session, f"creator:{caller}", pending(caller))
        fees = _fees(session, [row.content_id for row in items])
    return tuple(
        ItemRevenueOut(
            content_id=row.content_id,
            title=row.title,
            amount_gross=shares.get(row.content_id, ZERO) + fees.get(row.content_id, ZERO),
            amount_creator=shares.get(row.content_id, ZERO),
        )
        for row in items
    )


@router.get("/creators/settlements")
def settlements(node: NodeOf, caller: Caller) -> tuple[SettlementOut, ...]:
    """List the latest payments for the caller's items, newest first."""
    sync(node)
    with node.database.read() as session:
        found = [*_by_transaction(session, caller), *_by_voucher(session, caller)]
    return tuple(sorted(found, key=lambda one: one.created_at, reverse=True)[:_SETTLEMENTS])


def _members(session: Session, creator: Address, now: datetime) -> int:
    """Count accounts, not memberships: who changes tiers is one member."""
    wanted = select(func.count(func.distinct(Membership.viewer))).where(
        Membership.creator == creator, Membership.paid_until > now, Membership.ended_at.is_(None)
    )
    return session.scalar(wanted) or 0


def _memberships(session: Session, creator: Address, now: datetime) -> tuple[Money, Money]:
    """Add up this month's memberships: the creator's share, and all of it."""
    month = (LedgerDay.day >= f"{now:%Y-%m}-01", LedgerDay.item.startswith(_TIER))
    own = select(LedgerDay.item, func.sum(LedgerDay.amount)).where(LedgerDay.account == f"creator:{creator}", *month)
    shares: dict[str, Money] = dict(session.execute(own.group_by(LedgerDay.item)).all())
    share = Money(sum(amount.micros for amount in shares.values()))
    fees = select(func.sum(LedgerDay.amount)).where(LedgerDay.account == "platform", LedgerDay.item.in_(shares), *month)
    return share, share + (session.scalar(fees) or ZERO)


def _by_item(session: Session, *accounts: str) -> dict[str, Money]:
    found: dict[str, Money] = {}
    for account in accounts:
        for item, amount in ledger.item_totals(session, account).items():
            found[item] = found.get(item, ZERO) + amount
    return found


def _fees(session: Session, items: list[str]) -> dict[str, Money]:
    wanted = select(LedgerDay.item, func.sum(LedgerDay.amount)).where(
        LedgerDay.account.in_(("platform", PENDING_PLATFORM)), LedgerDay.item.in_(items)
    )
    return dict(session.execute(wanted.group_by(LedgerDay.item)).all())


def _by_transaction(session: Session, creator: Address) -> list[SettlementOut]:
    wanted = select(Sale).where(Sale.creator == creator, Sale.state == "paid")
    return [
        SettlementOut(
            id=sale.intent,
            content_id=sale.content_id,
            amount_gross=sale.amount,
            amount_creator=sale.share or sale.amount - platform_fee(ZERO, sale.amount),
            tx_hash=None if sale.transaction is None else Bytes32(sale.transaction),
            created_at=sale.at,
        )
        for sale in session.scalars(wanted.order_by(Sale.at.desc(), Sale.intent).limit(_SETTLEMENTS))
    ]


def _by_voucher(session: Session, creator: Address) -> list[SettlementOut]:
    wanted = select(Charge).where(Charge.creator == creator, BOOKED).order_by(Charge.at.desc(), Charge.channel_id)
    found = []
    for charge in session.scalars(wanted.limit(_SETTLEMENTS)):
        ref = f"{charge.channel_id}:{charge.cumulative.micros}"
        share = ledger.line_amount(session, kind="charge", ref=ref, account=pending(creator))
        found.append(
            SettlementOut(
                id=ref,
                content_id=charge.content_id,
                amount_gross=charge.amount,
                amount_creator=share,
                tx_hash=None,
                created_at=charge.at,
            )
        )
    return found
