"""The tables of access and memberships."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.db.columns import BigInt, JsonColumn, MomentColumn, MoneyColumn
from services.node.tables import NodeTable
from services.units.address import Address
from services.units.ids import ContentId
from services.units.money import Money

_STRICT = {"sqlite_strict": True}


class ItemTier(NodeTable):
    """A tier whose members may have an item's keys for nothing."""

    __tablename__ = "item_tier"
    __table_args__ = (_STRICT,)

    content_id: Mapped[ContentId] = mapped_column(Text, ForeignKey("item.content_id"), primary_key=True)
    tier_id: Mapped[str] = mapped_column(Text, ForeignKey("tier.id"), primary_key=True)


class Membership(NodeTable):
    """What one viewer has of one tier; it is made when the chain says that it was paid."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("viewer", "creator", "tier_id"),
        Index("ix_membership_creator_joined_at", "creator", "joined_at"),
        _STRICT,
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    viewer: Mapped[Address] = mapped_column(Text)
    creator: Mapped[Address] = mapped_column(Text)
    tier_id: Mapped[str] = mapped_column(Text, ForeignKey("tier.id"))
    joined_at: Mapped[datetime] = mapped_column(MomentColumn)
    paid_until: Mapped[datetime] = mapped_column(MomentColumn)
    """As the Escrow has it, less what was given back."""
    payments: Mapped[int] = mapped_column(BigInt)
    """How often it was paid; the first is no renewal."""
    renews: Mapped[int] = mapped_column(BigInt)
    """1 while the viewer means to go on."""
    next_tier: Mapped[str | None] = mapped_column(Text)
    """The tier that the next period is for, where it is another (a downgrade)."""
    reason: Mapped[str] = mapped_column(Text)
    """Why it does not go on, or why a renewal failed; empty while all is well."""
    ended_at: Mapped[datetime | None] = mapped_column(MomentColumn)
    """When it was refunded: it opens nothing from then on, whatever was paid."""


class MembershipPayment(NodeTable):
    """A quote and what became of it. Its id follows from viewer, creator, tier and end, as the payment's nonce does."""

    __tablename__ = "membership_payment"
    __table_args__ = (
        Index("ix_membership_payment_viewer_creator", "viewer", "creator"),
        Index("ix_membership_payment_creator_state", "creator", "state"),
        _STRICT,
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    viewer: Mapped[Address] = mapped_column(Text)
    creator: Mapped[Address] = mapped_column(Text)
    tier_id: Mapped[str] = mapped_column(Text, ForeignKey("tier.id"))
    kind: Mapped[str] = mapped_column(Text)
    """join, renew, upgrade, downgrade, or other (paid without a quote of this node)."""
    price: Mapped[Money] = mapped_column(MoneyColumn)
    """Before the fare cap."""
    fare: Mapped[Money] = mapped_column(MoneyColumn)
    """What was paid by the chunk and counted here."""
    amount: Mapped[Money] = mapped_column(MoneyColumn)
    month: Mapped[str] = mapped_column(Text)
    """The UTC month whose fares were counted, such as 2026-11."""
    until: Mapped[int] = mapped_column(BigInt)
    """Unix seconds of the chain."""
    deadline: Mapped[int] = mapped_column(BigInt)
    """Unix seconds of the chain, the last at which the quote holds."""
    quote_signature: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(Text)
    """quoted, received, paid or failed."""
    payer: Mapped[Address | None] = mapped_column(Text)
    payment: Mapped[Any] = mapped_column(JsonColumn, nullable=True)
    """The authorization as it arrived."""
    share: Mapped[Money | None] = mapped_column(MoneyColumn)
    """The creator's part, from the Escrow's event."""
    transaction: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(MomentColumn)


class Refund(NodeTable):
    """Money that a viewer asked back from a creator; its id is the receipt's, so that nothing is given back twice."""

    __tablename__ = "refund"
    __table_args__ = (
        Index("ix_refund_creator_asked_at", "creator", "asked_at"),
        Index("ix_refund_viewer_asked_at", "viewer", "asked_at"),
        _STRICT,
    )

    receipt: Mapped[str] = mapped_column(Text, primary_key=True)
    viewer: Mapped[Address] = mapped_column(Text)
    creator: Mapped[Address] = mapped_column(Text)
    item: Mapped[str] = mapped_column(Text)
    """The ledger's item: a film, or ``tier:…``."""
    amount: Mapped[Money] = mapped_column(MoneyColumn)
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    """asked, refused, received, paid or failed."""
    payment: Mapped[Any] = mapped_column(JsonColumn, nullable=True)
    """The creator's signed transfer as it arrived."""
    transaction: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(MomentColumn)
    ended_at: Mapped[datetime | None] = mapped_column(MomentColumn)


class KeyReceipt(NodeTable):
    """That an account got a film's keys for nothing, and why; one for each period of a membership."""

    __tablename__ = "key_receipt"
    __table_args__ = (_STRICT,)

    account: Mapped[Address] = mapped_column(Text, primary_key=True)
    content_id: Mapped[ContentId] = mapped_column(Text, primary_key=True)
    until: Mapped[datetime] = mapped_column(MomentColumn, primary_key=True)
    tier_id: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(MomentColumn)


class Turn(NodeTable):
    """A row to lock, where a decision is about rows that are not there yet."""

    __tablename__ = "turn"
    __table_args__ = (_STRICT,)

    name: Mapped[str] = mapped_column(Text, primary_key=True)
