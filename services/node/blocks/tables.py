"""Who brought which block, and how much each account has brought."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from services.db.columns import BigInt, MomentColumn
from services.node.tables import NodeTable
from services.units.address import Address


class BroughtBlock(NodeTable):
    """A block that an account brought; one that was here before anybody brought it has no row."""

    __tablename__ = "brought_block"
    __table_args__ = ({"sqlite_strict": True},)

    cid: Mapped[str] = mapped_column(Text, primary_key=True)
    account: Mapped[Address] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInt)
    """Bytes."""
    expires_at: Mapped[datetime | None] = mapped_column(MomentColumn, index=True)
    """When it goes unless an item names it; None once one does."""


class BroughtBytes(NodeTable):
    """How many bytes of an account lie here, named by an item or not."""

    __tablename__ = "brought_bytes"
    __table_args__ = ({"sqlite_strict": True},)

    account: Mapped[Address] = mapped_column(Text, primary_key=True)
    size: Mapped[int] = mapped_column(BigInt)
