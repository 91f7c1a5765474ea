"""The performance score of a channel or a film, from what this node itself saw in a period: payments, parts, refunds.

Where little was seen yet, a share lies near one half and moves with each observation: five are assumed beforehand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from services.node.access import GIFT
from services.node.catalogue.publishing import find_item
from services.node.figures.tables import CreatorItemDay, CreatorViewerDay
from services.node.memberships.tables import Membership, Refund
from services.node.passes.tables import WatchedDay
from services.node.tables import Entitlement, Item
from services.sharing.score import Performance, score_of
from services.units.address import Address
from services.units.money import ZERO, Money
from services.wire.figures import ScoreOut, ScorePartOut
from services.wire.problems import ProblemError

DAYS: Final = 28
_ASSUMED: Final = 5
"""So many observations of one half are assumed beforehand: the first viewer decides nothing."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A share as it was observed: part of whole; and what counts of it."""

    part: float
    whole: int

    @property
    def share(self) -> float:
        """The share, drawn to one half where little was seen."""
        return (self.part + _ASSUMED / 2) / (self.whole + _ASSUMED)


def score(session: Session, creator: Address, content_id: str, now: datetime) -> ScoreOut:
    """Score a channel, or one of its films. Raises ProblemError: content.not_found, account.forbidden."""
    item = None
    if content_id:
        item = find_item(session, content_id)
        if item.creator != creator:
            raise ProblemError("account.forbidden")
    first = now - timedelta(days=DAYS)
    seconds = _paid_seconds(session, creator, item, first)
    refunded, gross = _refunds(session, creator, item, first)
    completion, retention = _completion(session, creator, item), _retention(session, creator, now)
    returning = _returning(session, creator, item, first)
    lost = min(1.0, refunded.micros / gross.micros) if gross else 0.0
    found = score_of(Performance(seconds, completion.share, lost, retention.share, returning.share))
    observed = {
        "paid_seconds": (seconds, 0),
        "completion": (round(completion.part * 1000), completion.whole * 1000),
        "refunds": (refunded.micros, gross.micros),
        "retention": (int(retention.part), retention.whole),
        "returning": (int(returning.part), returning.whole),
    }
    return ScoreOut(
        content_id=content_id,
        points_tenths=round(found.points * 10),
        days=DAYS,
        parts=tuple(
            ScorePartOut(
                name=part.name,
                value_permille=round(part.value * 1000),
                weight=part.weight,
                points_tenths=round(part.points * 10),
                part=observed[part.name][0],
                whole=observed[part.name][1],
            )
            for part in found.parts
        ),
        as_of=now,
    )


def _paid_seconds(session: Session, creator: Address, item: Item | None, first: datetime) -> int:
    """Add up what was paid for by the part, and what holders of the pass watched."""
    paid = select(func.coalesce(func.sum(CreatorItemDay.paid_ms), 0)).where(
        CreatorItemDay.creator == creator, CreatorItemDay.day >= str(first.date())
    )
    watched = select(func.coalesce(func.sum(WatchedDay.watched_ms), 0)).where(
        WatchedDay.creator == creator, WatchedDay.day >= str(first.date())
    )
    if item is not None:
        paid = paid.where(CreatorItemDay.item == item.content_id)
        watched = watched.where(WatchedDay.content_id == item.content_id)
    return int(int(session.scalar(paid) or 0) + int(session.scalar(watched) or 0)) // 1000


def _completion(session: Session, creator: Address, item: Item | None) -> Seen:
    """Say how much of the parts that cost something their buyers bought: the sum of shares, and how many buyers."""
    sold = (Item.creator == creator, Item.chunk_count > Item.free_chunks)
    wanted = (
        select(func.count(), Item.chunk_count - Item.free_chunks)
        .select_from(Entitlement)
        .join(Item, Item.content_id == Entitlement.content_id)
        .where(*sold, Entitlement.transaction != GIFT)
        .group_by(Entitlement.account, Entitlement.content_id, Item.chunk_count, Item.free_chunks)
    )
    if item is not None:
        wanted = wanted.where(Item.content_id == item.content_id)
    shares = wanted.subquery()
    owned, parts = shares.c
    total, buyers = session.execute(select(func.sum(1.0 * owned / parts), func.count()).select_from(shares)).one()
    return Seen(min(float(total or 0), float(buyers)), int(buyers))


def _refunds(session: Session, creator: Address, item: Item | None, first: datetime) -> tuple[Money, Money]:
    of: list[ColumnElement[bool]] = [Refund.creator == creator, Refund.state == "paid", Refund.asked_at >= first]
    taken = [CreatorItemDay.creator == creator, CreatorItemDay.day >= str(first.date())]
    if item is not None:
        of.append(Refund.item == item.content_id)
        taken.append(CreatorItemDay.item == item.content_id)
    back: Any = session.scalar(select(func.sum(Refund.amount)).where(*of))
    gross: Any = session.scalar(select(func.sum(CreatorItemDay.gross)).where(*taken))
    return back or ZERO, gross or ZERO


def _retention(session: Session, creator: Address, now: datetime) -> Seen:
    """Say how many of those who were members at the period's begin still are."""
    then = now - timedelta(days=DAYS)
    end = func.coalesce(Membership.ended_at, Membership.paid_until)
    stood = (Membership.creator == creator, Membership.joined_at <= then, then < end)
    stayed = func.coalesce(func.sum(case((now < end, 1), else_=0)), 0)
    part, whole = session.execute(select(stayed, func.count()).where(*stood)).one()
    return Seen(int(part), int(whole))


def _returning(session: Session, creator: Address, item: Item | None, first: datetime) -> Seen:
    """Say how many of the payers came on more than one day of the period; of a film, of those who own parts of it."""
    of = [CreatorViewerDay.creator == creator, CreatorViewerDay.day >= str(first.date())]
    if item is not None:
        owners = select(Entitlement.account).where(Entitlement.content_id == item.content_id)
        of.append(CreatorViewerDay.viewer.in_(owners))
    days = select(func.count().label("days")).where(*of).group_by(CreatorViewerDay.viewer).subquery()
    came = func.coalesce(func.sum(case((days.c.days > 1, 1), else_=0)), 0)
    part, whole = session.execute(select(came, func.count()).select_from(days)).one()
    return Seen(int(part), int(whole))
