"""The table of members' messages."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.db.columns import MomentColumn
from services.node.tables import NodeTable
from services.units.address import Address


class MemberMessage(NodeTable):
    """What a member wrote to a creator, and the answer. Only these two ever read it."""

    __tablename__ = "member_message"
    __table_args__ = (
        Index("ix_member_message_creator_at", "creator", "at"),
        Index("ix_member_message_viewer_at", "viewer", "at"),
        {"sqlite_strict": True},
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    creator: Mapped[Address] = mapped_column(Text)
    viewer: Mapped[Address] = mapped_column(Text)
    tier_id: Mapped[str] = mapped_column(Text, ForeignKey("tier.id"))
    """The tier that let it be written."""
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(MomentColumn)
    answer: Mapped[str] = mapped_column(Text)
    """Empty until there is one."""
    answered_at: Mapped[datetime | None] = mapped_column(MomentColumn)
