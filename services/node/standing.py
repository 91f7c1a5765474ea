"""Whether an item is sold to an account, as the database says at this moment: several workers sell."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, bindparam, exists, literal, select
from sqlalchemy.orm import Session

from services.db.columns import BigInt
from services.node.moderation.tables import CreatorBlock
from services.node.tables import Item
from services.units.address import Address
from services.units.ids import ContentId
from services.units.time import unix_seconds
from services.wire.problems import ProblemError

ILLEGAL = "illegal"
"""The takedown that also stops keys; any other only hides an item and ends its sale."""
_BLOCKED = exists(CreatorBlock.account).where(
    CreatorBlock.creator == Item.creator, CreatorBlock.account == bindparam("account")
)
_STANDING = select(Item.archived_at, Item.takedown, Item.opens_at, _BLOCKED).where(
    Item.content_id == bindparam("content")
)
_TAKEDOWN = select(Item.takedown).where(Item.content_id == bindparam("content"))
_BLOCKS = select(CreatorBlock.account).where(
    CreatorBlock.creator == bindparam("creator"), CreatorBlock.account == bindparam("account")
)


def sold_by_the_chunk() -> ScalarSelect[Any]:
    """Write what is 1 when item ``content`` is sold by the chunk to ``account`` on these terms, else NULL.

    To go into a query. ``price`` (micro-USDC per ten seconds), ``free``: what the item is being sold by.
    """
    sold = select(literal(1)).where(
        Item.content_id == bindparam("content"),
        Item.visibility == "chunks",
        Item.archived_at.is_(None),
        Item.takedown.is_(None),
        Item.opens_at.is_(None),
        Item.price_per_ten_seconds == bindparam("price", type_=BigInt),
        Item.free_chunks == bindparam("free"),
        ~_BLOCKED,
    )
    return sold.scalar_subquery()


def refuse_taken_down(session: Session, content: ContentId) -> None:
    """Keep the keys of what was found illegal from everybody. Raises ProblemError: content.taken_down."""
    if session.connection().scalar(_TAKEDOWN, {"content": content}) == ILLEGAL:
        raise ProblemError("content.taken_down")


def refuse_withdrawn(session: Session, content: ContentId, account: Address) -> None:
    """Refuse to sell what was archived, taken down or is to come, and to whom its creator blocked.

    Raises ProblemError: content.taken_down, content.not_for_sale, content.not_yet (at, Unix seconds), account.blocked,
    content.not_found.
    """
    found = session.connection().execute(_STANDING, {"content": content, "account": account}).first()
    if found is None:
        raise ProblemError("content.not_found")
    archived_at, takedown, opens_at, is_blocked = found
    if takedown == ILLEGAL:
        raise ProblemError("content.taken_down")
    if takedown is not None or archived_at is not None:
        raise ProblemError("content.not_for_sale")
    if opens_at is not None:
        raise not_yet(opens_at)
    if is_blocked:
        raise ProblemError("account.blocked")


def not_yet(opens_at: datetime) -> ProblemError:
    """Say when a film will be there for everybody."""
    return ProblemError("content.not_yet", at=unix_seconds(opens_at))


def refuse_blocked(session: Session, creator: Address, account: Address) -> None:
    """Refuse to sell to whom a creator blocked. Raises ProblemError: account.blocked."""
    if session.connection().scalar(_BLOCKS, {"creator": creator, "account": account}) is not None:
        raise ProblemError("account.blocked")
