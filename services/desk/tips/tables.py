"""Tables of tips."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.db.columns import BigInt, JsonColumn, MomentColumn, MoneyColumn
from services.desk.tables import DeskTable
from services.units.address import Address, Bytes32
from services.units.money import Money


class GivenTip(DeskTable):
    """A tip from this account, from the moment it was signed."""

    __tablename__ = "given_tip"
    __table_args__ = (
        UniqueConstraint("ordinal"),
        # Added up with what was bought before each signature.
        Index("ix_given_tip_at", "at", "money", "creator", "amount", "intent"),
        {"sqlite_strict": True},
    )

    intent: Mapped[str] = mapped_column(Text, primary_key=True)
    ordinal: Mapped[int] = mapped_column(BigInt)
    node: Mapped[str] = mapped_column(Text)
    creator: Mapped[Address] = mapped_column(Text)
    amount: Mapped[Money] = mapped_column(MoneyColumn)
    message: Mapped[str] = mapped_column(Text)
    payment: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    nonce: Mapped[Bytes32] = mapped_column(Text)
    valid_before: Mapped[int] = mapped_column(BigInt)
    """Unix seconds of the chain; past it an unused transfer is void."""
    state: Mapped[str] = mapped_column(Text)
    """signed, sent, paid, refused or unknown."""
    money: Mapped[str] = mapped_column(Text)
    """in_flight, spent or released."""
    transaction: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(MomentColumn)
