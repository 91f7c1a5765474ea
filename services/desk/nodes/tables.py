"""The nodes that a person added, and where this account's films are for sale."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from services.db.columns import BigInt, JsonColumn, MomentColumn
from services.desk.tables import DeskTable
from services.units.address import Address
from services.units.ids import ContentId


class KnownNode(DeskTable):
    """A node that was looked at and found to sell on this desk's chain."""

    __tablename__ = "known_node"
    __table_args__ = ({"sqlite_strict": True},)

    address: Mapped[str] = mapped_column(Text, primary_key=True)
    """Scheme, name and port, such as ``https://films.example``."""
    name: Mapped[str] = mapped_column(Text)
    chain_id: Mapped[int] = mapped_column(BigInt)
    token: Mapped[Address] = mapped_column(Text)
    escrow: Mapped[Address] = mapped_column(Text)
    added_at: Mapped[datetime] = mapped_column(MomentColumn)
    seen_at: Mapped[datetime] = mapped_column(MomentColumn)
    """When it last answered as it should."""
    state: Mapped[str] = mapped_column(Text)
    """up, down (no answer) or wrong (another answer than a node of this chain gives)."""
    since: Mapped[datetime] = mapped_column(MomentColumn)
    """Since when it is in this state."""
    problem: Mapped[str | None] = mapped_column(Text)
    """The code of why it is not up."""
    agreed_at: Mapped[datetime | None] = mapped_column(MomentColumn)
    """When the person confirmed what this node could do with the keys of a film."""


class Placement(DeskTable):
    """A film of this account on a node."""

    __tablename__ = "placement"
    __table_args__ = ({"sqlite_strict": True},)

    content_id: Mapped[ContentId] = mapped_column(Text, primary_key=True)
    node: Mapped[str] = mapped_column(Text, primary_key=True)
    state: Mapped[str] = mapped_column(Text)
    """coming, live, leaving or gone."""
    card: Mapped[Any] = mapped_column(JsonColumn, nullable=True)
    """As the node last listed it."""
    at: Mapped[datetime] = mapped_column(MomentColumn)
