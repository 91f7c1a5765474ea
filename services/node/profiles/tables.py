"""The table of profiles."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from services.db.columns import MomentColumn
from services.node.tables import NodeTable
from services.units.address import Address


class CreatorProfile(NodeTable):
    """A creator's own words; whoever has no row wrote none."""

    __tablename__ = "creator_profile"
    __table_args__ = ({"sqlite_strict": True},)

    creator: Mapped[Address] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    about: Mapped[str] = mapped_column(Text)
    avatar: Mapped[str | None] = mapped_column(Text)
    """The CID of a PNG or JPEG, as is ``banner``."""
    banner: Mapped[str | None] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(MomentColumn)
