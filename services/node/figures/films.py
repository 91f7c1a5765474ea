"""A creator's films as a list that is paged and sorted by the database, and one film's earnings on its timeline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from services.node.catalogue.publishing import find_item
from services.node.figures.places import OUTSIDE, timeline_of
from services.node.figures.tables import CreatorItem, ItemPlace
from services.node.tables import Item
from services.units.address import Address
from services.units.money import ZERO, Money
from services.wire.access import Visibility
from services.wire.figures import ItemFiguresOut, ItemOrder, ItemPageOut, ItemRowOut, PlaceOut
from services.wire.problems import ProblemError


@dataclass(frozen=True, slots=True)
class FilmWish:
    """Which films: words in the title, how they are to be had, whether those out of sale; in which order."""

    query: str = ""
    visibility: Visibility | None = None
    archived: bool = False
    order: ItemOrder = "newest"


def films(session: Session, creator: Address, wish: FilmWish, *, offset: int, limit: int) -> ItemPageOut:
    """Give a part of a creator's films."""
    wanted = _wanted(creator, wish)
    count = session.scalar(select(func.count()).select_from(Item).where(*wanted)) or 0
    net = func.coalesce(CreatorItem.net, 0)
    # The signed file of each would be most of what is read.
    columns = (
        Item.content_id, Item.title, Item.description, Item.poster, Item.duration_ms, Item.chunk_count,
        Item.free_chunks, Item.price_per_ten_seconds, Item.visibility, Item.archived_at, Item.takedown,
        Item.published_at, Item.opens_at, Item.tags, CreatorItem.net, CreatorItem.payments,
    )  # fmt: skip
    both = (CreatorItem.creator == Item.creator) & (CreatorItem.item == Item.content_id)
    orders: dict[ItemOrder, ColumnElement[Any]] = {
        "newest": Item.seq.desc(), "earned": net.desc(), "title": func.lower(Item.title),
        "price": Item.price_per_ten_seconds.desc(), "length": Item.duration_ms.desc(),
    }  # fmt: skip
    query = select(*columns).outerjoin(CreatorItem, both).where(*wanted)
    rows = session.execute(query.order_by(orders[wish.order], Item.seq.desc()).offset(offset).limit(limit))
    return ItemPageOut(rows=tuple(_row_out(row) for row in rows), offset=offset, total=count)


def film(session: Session, creator: Address, content_id: str, now: datetime) -> ItemFiguresOut:
    """Give a film's timeline with what each chunk earned. Raises ProblemError: content.not_found, account.forbidden."""
    item = find_item(session, content_id)
    if item.creator != creator:
        raise ProblemError("account.forbidden")
    timeline = timeline_of(item.signed)
    places = {
        place: (net, payments)
        for place, net, payments in session.execute(
            select(ItemPlace.place, ItemPlace.net, ItemPlace.payments).where(ItemPlace.content_id == item.content_id)
        )
    }
    sums = session.get(CreatorItem, (creator, item.content_id))
    nothing = (ZERO, 0)
    return ItemFiguresOut(
        content_id=item.content_id,
        title=item.title,
        gross=sums.gross if sums else ZERO,
        net=sums.net if sums else ZERO,
        paid_ms=sums.paid_ms if sums else 0,
        payments=sums.payments if sums else 0,
        free_chunks=item.free_chunks,
        places=tuple(
            PlaceOut(
                start_ms=timeline.starts_ms(index), end_ms=end, net=places.get(index, nothing)[0],
                payments=places.get(index, nothing)[1],
            )
            for index, end in enumerate(timeline.ends_ms)
        ),
        outside=places.get(OUTSIDE, nothing)[0],
        as_of=now,
    )  # fmt: skip


def _wanted(creator: Address, wish: FilmWish) -> list[ColumnElement[bool]]:
    wanted = [Item.creator == creator]
    wanted.append(Item.archived_at.is_not(None) if wish.archived else Item.archived_at.is_(None))
    if wish.query.strip():
        wanted.append(Item.title.icontains(wish.query.strip(), autoescape=True))
    if wish.visibility is not None:
        wanted.append(Item.visibility == wish.visibility)
    return wanted


def _row_out(row: Any) -> ItemRowOut:
    return ItemRowOut(
        content_id=row.content_id,
        title=row.title,
        description=row.description,
        poster=row.poster,
        duration_ms=row.duration_ms,
        chunk_count=row.chunk_count,
        free_chunks=row.free_chunks,
        price_per_ten_seconds=row.price_per_ten_seconds,
        visibility=cast("Visibility", row.visibility),
        is_archived=row.archived_at is not None,
        takedown=row.takedown,
        opens_at=row.opens_at,
        tags=tuple(row.tags),
        net=row.net or Money(0),
        payments=row.payments or 0,
        published_at=row.published_at,
    )
