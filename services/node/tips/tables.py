"""Tables of tips."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.db.columns import JsonColumn, MomentColumn, MoneyColumn
from services.node.tables import NodeTable
from services.units.address import Address, Bytes32
from services.units.money import Money


class Tip(NodeTable):
    """A transfer into a creator's till that says what it is."""

    __tablename__ = "tip"
    __table_args__ = (Index("ix_tip_creator_at", "creator", "at"), {"sqlite_strict": True})

    payer: Mapped[Address] = mapped_column(Text, primary_key=True)
    nonce: Mapped[Bytes32] = mapped_column(Text, primary_key=True)
    creator: Mapped[Address] = mapped_column(Text)
    amount: Mapped[Money] = mapped_column(MoneyColumn)
    message: Mapped[str] = mapped_column(Text)
    payment: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    state: Mapped[str] = mapped_column(Text)
    """received, paid or failed."""
    transaction: Mapped[Bytes32 | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(MomentColumn)
