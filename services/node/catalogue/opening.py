"""Films that are to come: there for everybody at a moment of the node's clock, for some members earlier."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from services.node.access import lent_by
from services.node.catalogue.listing import number, refresh
from services.node.catalogue.publishing import owned_item
from services.node.context import Node
from services.node.memberships.tables import ItemTier, Membership
from services.node.tables import Item
from services.units.address import Address

_DUE = select(Item.content_id).where(Item.opens_at <= bindparam("now", type_=Item.opens_at.type)).limit(1)


def open_due(node: Node) -> None:
    """List what has come by now. Whoever looks for films calls it; without a film that is due it costs one look."""
    now = node.clock.now()
    with node.database.read() as session:
        if session.connection().scalar(_DUE, {"now": now}) is None:
            return
    with node.database.write() as session:
        due = select(Item).where(Item.opens_at <= now).order_by(Item.opens_at, Item.seq).with_for_update()
        for item in session.scalars(due).all():
            _open(session, item)
            node.shelf.forget(item.content_id)


def set_opening(node: Node, owner: Address, content_id: str, opens_at: datetime | None) -> Item:
    """Move the moment of one's own film that is to come; None or a moment that is past: now.

    A film that is there for everybody stays. Raises ProblemError: content.not_found, account.forbidden.
    """
    with node.database.write() as session:
        item = owned_item(session, content_id, owner)
        if item.opens_at is not None:
            now = node.clock.now()
            item.opens_at = max(opens_at or now, now)
            if item.opens_at <= now:
                _open(session, item)
        refresh(session, item)
    node.shelf.forget(item.content_id)
    return item


def early_items(session: Session, viewer: Address, now: datetime) -> tuple[Item, ...]:
    """List what an account has before others, the next to come first."""
    wanted = (
        select(Item)
        .join(ItemTier, ItemTier.content_id == Item.content_id)
        .join(Membership, Membership.tier_id == ItemTier.tier_id)
        .where(
            Membership.viewer == viewer,
            Item.opens_at.is_not(None),
            Item.archived_at.is_(None),
            Item.takedown.is_(None),
        )
        .order_by(Item.opens_at, Item.content_id)
    )
    found = dict.fromkeys(session.scalars(wanted))
    return tuple(item for item in found if lent_by(session.connection(), viewer, item, now) is not None)


def _open(session: Session, item: Item) -> None:
    """Put a film where a new one goes: it is new to everybody but some."""
    item.published_at = item.opens_at or item.published_at
    item.opens_at = None
    item.seq = number(session)
    refresh(session, item)
