"""A creator's members: who, since when, until when, what they brought, and how many leave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, Integer, and_, case, func, select, type_coerce
from sqlalchemy.orm import Session

from services.db.columns import BigInt
from services.node.figures.tables import CreatorItem, CreatorItemDay, CreatorViewer
from services.node.memberships.record import state_of
from services.node.memberships.tables import ItemTier, Membership, MembershipPayment
from services.node.tables import Item, Tier
from services.units.address import Address
from services.units.membership import tier_word
from services.units.money import ZERO, Money
from services.units.time import from_unix_seconds
from services.wire.figures import MemberOrder, MemberOut, MemberPaymentOut, MemberRowOut, MembersOut, TierFiguresOut
from services.wire.memberships import MembershipState, QuoteKind
from services.wire.problems import ProblemError

MONTH: Final = timedelta(days=30)
_LATELY: Final = timedelta(days=28)
_MOST_PAYMENTS: Final = 100
_NAMED: Final = 3
_END = func.coalesce(Membership.ended_at, Membership.paid_until)


@dataclass(frozen=True, slots=True)
class MemberWish:
    """Which members: part of the address, the state, the tier; in which order."""

    query: str = ""
    state: MembershipState | None = None
    tier_id: str = ""
    order: MemberOrder = "joined"


def members(
    session: Session, creator: Address, wish: MemberWish, *, offset: int, limit: int, now: datetime
) -> MembersOut:
    """Give a part of a creator's members with the counts of all."""
    wanted = [Membership.creator == creator, *_wished(wish, now)]
    total = session.scalar(select(func.count()).select_from(Membership).where(*wanted)) or 0
    lifetime = func.coalesce(CreatorViewer.net - CreatorViewer.refunded, 0)
    orders: dict[MemberOrder, ColumnElement[Any]] = {
        "joined": Membership.joined_at.desc(), "until": Membership.paid_until.desc(), "lifetime": lifetime.desc(),
    }  # fmt: skip
    query = _query().where(*wanted).order_by(orders[wish.order], Membership.id).offset(offset).limit(limit)
    rows = tuple(_row_out(row, now) for row in session.execute(query))
    return MembersOut(rows=rows, offset=offset, total=total, as_of=now, **_counts(session, creator, now))


def member(session: Session, creator: Address, membership_id: str, now: datetime) -> MemberOut:
    """Give one member with the payments. Raises ProblemError: membership.not_found."""
    row = session.execute(_query().where(Membership.id == membership_id, Membership.creator == creator)).first()
    if row is None:
        raise ProblemError("membership.not_found")
    shown = _row_out(row, now)
    wanted = (
        select(MembershipPayment, Tier.name)
        .join(Tier, Tier.id == MembershipPayment.tier_id)
        .where(
            MembershipPayment.viewer == shown.viewer,
            MembershipPayment.creator == creator,
            # A quote that nobody paid is no payment.
            MembershipPayment.state != "quoted",
        )
        .order_by(MembershipPayment.at.desc(), MembershipPayment.id)
        .limit(_MOST_PAYMENTS)
    )
    return MemberOut(member=shown, payments=tuple(_payment_out(*each) for each in session.execute(wanted)))


def tiers(session: Session, creator: Address, now: datetime) -> tuple[TierFiguresOut, ...]:
    """Give each tier's members now and its revenue; archived ones too."""
    first = str((now - _LATELY + timedelta(days=1)).date())
    running = (
        select(Membership.tier_id, func.count())
        # Who moved to another tier is a member of that one, though the old one is paid for a while.
        .where(Membership.creator == creator, now < _END, Membership.reason.not_in(("upgraded", "changed")))
        .group_by(Membership.tier_id)
    )
    counts = dict(session.execute(running).all())
    opens = (
        select(ItemTier.tier_id, func.count())
        .join(Item, Item.content_id == ItemTier.content_id)
        .where(Item.creator == creator, Item.archived_at.is_(None), Item.visibility != "public")
        .group_by(ItemTier.tier_id)
    )
    films = dict(session.execute(opens).all())
    lately = (
        select(CreatorItemDay.item, type_coerce(func.sum(CreatorItemDay.net), BigInt))
        .where(CreatorItemDay.creator == creator, CreatorItemDay.day >= first, CreatorItemDay.item.startswith("tier:"))
        .group_by(CreatorItemDay.item)
    )
    late = dict(session.execute(lately).all())
    found = []
    for tier_id in session.scalars(select(Tier.id).where(Tier.creator == creator).order_by(Tier.price, Tier.id)):
        item = f"tier:{tier_word(tier_id)}"
        whole = session.get(CreatorItem, (creator, item))
        found.append(
            TierFiguresOut(
                tier_id=tier_id,
                members=counts.get(tier_id, 0),
                net_lately=Money(int(late.get(item, 0))),
                net=whole.net if whole else ZERO,
                films=films.get(tier_id, 0),
                titles=_opened(session, creator, tier_id),
                key=item,
            )
        )
    return tuple(found)


def _opened(session: Session, creator: Address, tier_id: str) -> tuple[str, ...]:
    """Name the newest films that a tier opens."""
    wanted = (
        select(Item.title)
        .join(ItemTier, Item.content_id == ItemTier.content_id)
        .where(ItemTier.tier_id == tier_id, Item.creator == creator, Item.archived_at.is_(None))
        .where(Item.visibility != "public")
        .order_by(Item.published_at.desc(), Item.content_id)
        .limit(_NAMED)
    )
    return tuple(session.scalars(wanted))


def _query() -> Any:
    both = and_(CreatorViewer.creator == Membership.creator, CreatorViewer.viewer == Membership.viewer)
    return (
        select(Membership, Tier.name, CreatorViewer.net, CreatorViewer.refunded)
        .join(Tier, Tier.id == Membership.tier_id)
        .outerjoin(CreatorViewer, both)
    )


def _wished(wish: MemberWish, now: datetime) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if wish.query.strip():
        wanted.append(Membership.viewer.contains(wish.query.strip().lower(), autoescape=True))
    if wish.tier_id:
        wanted.append(Membership.tier_id == wish.tier_id)
    runs = and_(Membership.ended_at.is_(None), now < Membership.paid_until)
    match wish.state:
        case "active":
            wanted += [runs, Membership.renews == 1]
        case "ending":
            wanted += [runs, Membership.renews == 0]
        case "lapsed":
            wanted += [Membership.ended_at.is_(None), Membership.paid_until <= now]
        case "refunded":
            wanted.append(Membership.ended_at.is_not(None))
    return wanted


def _counts(session: Session, creator: Address, now: datetime) -> dict[str, Any]:
    """Count accounts, each once, however many tiers it is or was in."""
    then = now - MONTH
    runs, ran = now < _END, and_(Membership.joined_at <= then, then < _END)
    is_any = func.max(case((runs, 1), else_=0)).label("runs")
    per_account = (
        select(
            is_any,
            func.max(case((and_(runs, Membership.renews == 1), 1), else_=0)).label("renews"),
            func.max(case((ran, 1), else_=0)).label("ran"),
            func.max(case((Membership.joined_at > then, 1), else_=0)).label("is_new"),
            func.max(case((and_(now >= _END, then < _END), 1), else_=0)).label("ended"),
        )
        .where(Membership.creator == creator)
        .group_by(Membership.viewer)
        .subquery()
    )

    def number(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((and_(*conditions), 1), else_=0)), 0)

    here, gone = per_account.c.runs == 1, per_account.c.runs == 0
    active, ending, lapsed, joined, left, stood = session.execute(
        select(
            number(here, per_account.c.renews == 1),
            number(here, per_account.c.renews == 0),
            number(gone),
            number(per_account.c.is_new == 1),
            number(gone, per_account.c.ended == 1),
            number(per_account.c.ran == 1),
        )
    ).one()
    lost = session.scalar(select(number(gone, per_account.c.ran == 1))) or 0
    accounts = int(active) + int(ending) + int(lapsed)
    return {
        "active": int(active),
        "ending": int(ending),
        "lapsed": int(lapsed),
        "joined_lately": int(joined),
        "left_lately": int(left),
        "churn_bps": int(lost) * 10_000 // int(stood) if stood else None,
        "value": Money(_brought(session, creator) // accounts) if accounts else ZERO,
    }


def _brought(session: Session, creator: Address) -> int:
    """Add up what all who are or were members brought, in micro-USDC."""
    accounts = select(Membership.viewer).where(Membership.creator == creator).distinct()
    of = (CreatorViewer.creator == creator, CreatorViewer.viewer.in_(accounts))
    brought = type_coerce(func.sum(CreatorViewer.net - CreatorViewer.refunded), Integer)
    return int(session.scalar(select(brought).where(*of)) or 0)


def _row_out(found: Any, now: datetime) -> MemberRowOut:
    row, tier, net, refunded = found
    return MemberRowOut(
        id=row.id,
        viewer=row.viewer,
        tier_id=row.tier_id,
        tier_name=tier,
        joined_at=row.joined_at,
        paid_until=row.paid_until,
        state=cast("MembershipState", state_of(row, now)),
        renews=bool(row.renews),
        renewals=row.payments - 1,
        next_tier=row.next_tier,
        reason=row.reason,
        lifetime=(net or ZERO) - (refunded or ZERO),
    )


def _payment_out(row: MembershipPayment, tier: str) -> MemberPaymentOut:
    return MemberPaymentOut(
        at=row.at,
        kind=cast("QuoteKind", row.kind),
        tier_name=tier,
        amount=row.amount,
        share=row.share,
        state=cast("Any", row.state),
        until=from_unix_seconds(row.until),
        transaction=row.transaction,
        error=row.error or "",
    )
