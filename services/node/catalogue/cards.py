"""An item as lists and pages show it: never with a key, a linked address, or its whole manifest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from services.node.access import opening_tiers
from services.node.tables import Item
from services.units.cid import Cid
from services.wire.node import CardOut

_COLUMNS: tuple[Any, ...] = (
    Item.content_id, Item.seq, Item.title, Item.description, Item.creator, Item.creator_name, Item.duration_ms,
    Item.width, Item.height, Item.price_per_ten_seconds, Item.chunk_count, Item.free_chunks, Item.poster,
    Item.published_at, Item.tags, Item.visibility, Item.archived_at, Item.takedown, Item.opens_at,
)  # fmt: skip
State = Literal["live", "archived", "hidden", "illegal"]


def select_cards() -> Select[Any]:
    """Begin a query of all that cards need, and no more: a manifest may have megabytes."""
    return select(*_COLUMNS)


def cards_of(session: Session, items: Sequence[Item | Row[Any]]) -> tuple[CardOut, ...]:
    """Write items, or rows of ``select_cards``, as cards, with what opens those that are for members only."""
    opened = opening_tiers(session, [item.content_id for item in items if item.visibility == "members"])
    return tuple(card_of(item, opened.get(item.content_id, ())) for item in items)


def card_of(item: Item | Row[Any], tiers: tuple[str, ...] = ()) -> CardOut:
    """Write one for its owner, who needs no tier."""
    return CardOut(
        content_id=item.content_id,
        title=item.title,
        description=item.description,
        creator=item.creator,
        creator_name=item.creator_name,
        duration_ms=item.duration_ms,
        width=item.width,
        height=item.height,
        price_per_ten_seconds=item.price_per_ten_seconds,
        chunk_count=item.chunk_count,
        free_chunks=item.free_chunks,
        poster=None if item.poster is None else Cid.parse(item.poster),
        published_at=item.published_at,
        tags=tuple(item.tags),
        visibility=item.visibility,
        state=state_of(item),
        opens_at=item.opens_at,
        tiers=tiers,
    )


def state_of(item: Item | Row[Any]) -> State:
    """Say how an item stands; a moderator's word counts before its owner's."""
    if item.takedown is not None:
        return "illegal" if item.takedown == "illegal" else "hidden"
    return "live" if item.archived_at is None else "archived"
