"""The proxy's tables: what it signed, and the channels that it pays by."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, MetaData, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.db.books import NAMING
from services.db.columns import BigInt, JsonColumn, MomentColumn, MoneyColumn
from services.units.money import Money


class ProxyTable(DeclarativeBase):
    """The base of the tables of this module."""

    metadata = MetaData(naming_convention=NAMING)


class ChannelRow(ProxyTable):
    """A channel to one creator at one node."""

    __tablename__ = "channel"
    __table_args__ = ({"sqlite_strict": True},)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    node: Mapped[str] = mapped_column(Text)
    """The node's origin."""
    config: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    balance: Mapped[Money] = mapped_column(MoneyColumn)
    """What is in it, by the chain."""
    total: Mapped[Money] = mapped_column(MoneyColumn)
    """On what the next voucher builds."""
    signed: Mapped[Money] = mapped_column(MoneyColumn)
    """The highest total ever signed: what the node may claim, whatever it says."""
    base: Mapped[Money] = mapped_column(MoneyColumn)
    """What of ``signed`` was not spent by this profile."""
    deposited: Mapped[Money] = mapped_column(MoneyColumn)
    """What this profile put in and did not get back; a deposit under way counts."""
    deposit: Mapped[dict[str, Any] | None] = mapped_column(JsonColumn)
    """The signed deposit whose end is not known."""


class PaymentRow(ProxyTable):
    """One payment for one request, on disk before it is on the wire."""

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("request", "ordinal"),
        Index("ix_payment_state", "state"),
        {"sqlite_strict": True},
    )

    intent: Mapped[str] = mapped_column(Text, primary_key=True)
    request: Mapped[str] = mapped_column(Text)
    """The hash of payer, node, method, target and body."""
    ordinal: Mapped[int] = mapped_column(BigInt)
    """Which sitting of that request: the next begins when the answer was handed over."""
    node: Mapped[str] = mapped_column(Text)
    method: Mapped[str] = mapped_column(Text)
    target: Mapped[str] = mapped_column(Text)
    content_type: Mapped[str] = mapped_column(Text)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    amount: Mapped[Money] = mapped_column(MoneyColumn)
    header: Mapped[str] = mapped_column(Text)
    """PAYMENT-SIGNATURE, the same bytes at every attempt."""
    nonce: Mapped[str | None] = mapped_column(Text)
    """The ERC-3009 nonce of ``exact``."""
    valid_before: Mapped[int] = mapped_column(BigInt)
    """Until when ``exact`` can reach the chain, in the chain's Unix seconds."""
    channel_id: Mapped[str | None] = mapped_column(Text)
    total: Mapped[Money | None] = mapped_column(MoneyColumn)
    """The voucher's total."""
    has_deposit: Mapped[int] = mapped_column(BigInt)
    sends: Mapped[int] = mapped_column(BigInt)
    state: Mapped[str] = mapped_column(Text)
    """in_flight, paid or void."""
    delivered: Mapped[int] = mapped_column(BigInt)
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)
    """What the node gave for it, until it is handed over."""
    answer_head: Mapped[list[Any] | None] = mapped_column(JsonColumn)
    """Status, and the headers as pairs."""
    at: Mapped[datetime] = mapped_column(MomentColumn)
