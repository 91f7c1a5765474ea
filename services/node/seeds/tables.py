"""Tables of what only these endpoints have."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.db.columns import BigInt, MomentColumn
from services.node.tables import NodeTable
from services.units.address import Address
from services.units.ids import ContentId

_STRICT = {"sqlite_strict": True}


class LinkedItem(NodeTable):
    """Content that lies elsewhere: its address is the goods, and leaves only for who may have it."""

    __tablename__ = "linked_item"
    __table_args__ = (Index("ix_linked_item_creator_made_at", "creator", "made_at"), _STRICT)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    """A UUID: on the same path, content ids are 0x and 64 digits."""
    creator: Mapped[Address] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    video_url: Mapped[str] = mapped_column(Text)
    visibility: Mapped[str] = mapped_column(Text)
    """public or members_only."""
    made_at: Mapped[datetime] = mapped_column(MomentColumn)
    takedown: Mapped[str | None] = mapped_column(Text)
    """hidden or illegal: nobody but its creator gets the address; None: it is up."""


class LinkedItemTier(NodeTable):
    """A tier whose members may have a linked item."""

    __tablename__ = "linked_item_tier"
    __table_args__ = (_STRICT,)

    item_id: Mapped[str] = mapped_column(Text, ForeignKey("linked_item.id"), primary_key=True)
    tier_id: Mapped[str] = mapped_column(Text, ForeignKey("tier.id"), primary_key=True)


class StreamPosition(NodeTable):
    """Which chunk an account that asks for the next one gets."""

    __tablename__ = "stream_position"
    __table_args__ = (_STRICT,)

    account: Mapped[Address] = mapped_column(Text, primary_key=True)
    content_id: Mapped[ContentId] = mapped_column(Text, primary_key=True)
    next_chunk: Mapped[int] = mapped_column(BigInt)


class NextChunk(NodeTable):
    """What one key of idempotency stands for: the chunk that the first request with it meant."""

    __tablename__ = "next_chunk"
    __table_args__ = (_STRICT,)

    account: Mapped[Address] = mapped_column(Text, primary_key=True)
    content_id: Mapped[ContentId] = mapped_column(Text, primary_key=True)
    purpose: Mapped[str] = mapped_column(Text, primary_key=True)
    """stream or pay."""
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    chunk: Mapped[int] = mapped_column(BigInt)
    made_at: Mapped[datetime] = mapped_column(MomentColumn)
