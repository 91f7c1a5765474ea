"""The tables of memberships."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.db.columns import BigInt, JsonColumn, MomentColumn, MoneyColumn
from services.desk.tables import DeskTable
from services.units.address import Address, Bytes32
from services.units.ids import ContentId
from services.units.money import Money

_STRICT = {"sqlite_strict": True}


class Membership(DeskTable):
    """A membership as its node last said, and what this desk does to renew it."""

    __tablename__ = "membership"
    __table_args__ = (_STRICT,)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    node: Mapped[str] = mapped_column(Text)
    """The node's address."""
    creator: Mapped[Address] = mapped_column(Text, index=True)
    tier_id: Mapped[str] = mapped_column(Text)
    paid_until: Mapped[datetime] = mapped_column(MomentColumn)
    renews: Mapped[int] = mapped_column(BigInt)
    """1 while the person means to go on."""
    said: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    """All that the node said, as it goes over the wire."""
    price: Mapped[Money] = mapped_column(MoneyColumn)
    """What the person agreed to a period: a renewal that asks for more waits for a new consent."""
    reason: Mapped[str] = mapped_column(Text)
    """Why the last renewal failed here; empty while none did."""
    tried_at: Mapped[datetime | None] = mapped_column(MomentColumn)
    """When a renewal was tried last."""


class MembershipPayment(DeskTable):
    """A membership's payment, from the moment it was signed."""

    __tablename__ = "membership_payment"
    __table_args__ = (
        Index("ix_membership_payment_at", "at"),
        Index("ix_membership_payment_money", "money"),
        _STRICT,
    )

    intent: Mapped[str] = mapped_column(Text, primary_key=True)
    node: Mapped[str] = mapped_column(Text)
    creator: Mapped[Address] = mapped_column(Text)
    creator_name: Mapped[str] = mapped_column(Text)
    tier_id: Mapped[str] = mapped_column(Text)
    tier_name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    """join, renew, upgrade or downgrade."""
    price: Mapped[Money] = mapped_column(MoneyColumn)
    fare: Mapped[Money] = mapped_column(MoneyColumn)
    amount: Mapped[Money] = mapped_column(MoneyColumn)
    until: Mapped[int] = mapped_column(BigInt)
    """What it pays, in Unix seconds of the chain."""
    payment: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    """The signed payment, as it goes over the wire."""
    valid_before: Mapped[int] = mapped_column(BigInt)
    """Unix seconds of the chain; past it an unused authorization is void."""
    since_block: Mapped[int] = mapped_column(BigInt)
    """The chain's head when it was signed: nothing to find before."""
    state: Mapped[str] = mapped_column(Text)
    """signed, sent, unknown, paid or refused."""
    money: Mapped[str] = mapped_column(Text)
    """in_flight, spent or released: where the ledger has the amount."""
    auto: Mapped[int] = mapped_column(BigInt)
    """1 for a renewal without a click."""
    transaction: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(MomentColumn)


class LentChunk(DeskTable):
    """A chunk's key that was not bought: it opens nothing after ``until``."""

    __tablename__ = "lent_chunk"
    __table_args__ = (_STRICT,)

    content_id: Mapped[ContentId] = mapped_column(Text, primary_key=True)
    index: Mapped[int] = mapped_column(BigInt, primary_key=True)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    until: Mapped[datetime] = mapped_column(MomentColumn)
    why: Mapped[str] = mapped_column(Text)
    """free (for all, at that time), member, or offline (a member's, whose tier lets it be kept on this disk)."""
    tier_id: Mapped[str] = mapped_column(Text)


class Refund(DeskTable):
    """A refund that this account asked for or pays; the transfer's nonce follows from the receipt: it happens once."""

    __tablename__ = "refund"
    __table_args__ = (Index("ix_refund_money", "money"), _STRICT)

    receipt: Mapped[str] = mapped_column(Text, primary_key=True)
    node: Mapped[str] = mapped_column(Text)
    creator: Mapped[Address] = mapped_column(Text)
    """Who pays it."""
    viewer: Mapped[Address] = mapped_column(Text)
    item: Mapped[str] = mapped_column(Text)
    """The ledger's item: a film, or ``tier:…``."""
    amount: Mapped[Money] = mapped_column(MoneyColumn)
    nonce: Mapped[Bytes32] = mapped_column(Text)
    payment: Mapped[Any] = mapped_column(JsonColumn, nullable=True)
    """The creator's signed transfer, as it goes over the wire; none on the viewer's side."""
    valid_before: Mapped[int] = mapped_column(BigInt)
    """Unix seconds of the chain; 0 on the viewer's side."""
    state: Mapped[str] = mapped_column(Text)
    """asked (the viewer's side), signed, sent, unknown, paid or refused."""
    money: Mapped[str] = mapped_column(Text)
    """On the creator's side in_flight, spent or released; on the viewer's awaited, came or void."""
    transaction: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(MomentColumn)
