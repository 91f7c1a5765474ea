"""The desk's tables, beside the two books."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, MetaData, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.db.books import NAMING
from services.db.columns import BigInt, JsonColumn, MomentColumn, MoneyColumn
from services.units.address import Address, Bytes32
from services.units.ids import ContentId
from services.units.money import Money

_STRICT = {"sqlite_strict": True}


class DeskTable(DeclarativeBase):
    """The base of the desk's tables."""

    metadata = MetaData(naming_convention=NAMING)


class Upload(DeskTable):
    """A file on its way to a published item, with its form as typed."""

    __tablename__ = "upload"
    __table_args__ = (_STRICT,)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    path: Mapped[str] = mapped_column(Text)
    size_bytes: Mapped[int] = mapped_column(BigInt)
    state: Mapped[str] = mapped_column(Text)
    stages: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    """By stage: done, total, bytes a second."""
    stage_problems: Mapped[Any] = mapped_column(JsonColumn, nullable=True)
    """By stage: why it failed although the upload went on."""
    source: Mapped[Any] = mapped_column(JsonColumn, nullable=True)
    """The file as it was named: cid, size and mtime_ns, so that work never goes on with another one."""
    facts: Mapped[Any] = mapped_column(JsonColumn, nullable=True)
    draft: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    problem: Mapped[Any] = mapped_column(JsonColumn, nullable=True)
    content_id: Mapped[ContentId] = mapped_column(Text)
    wrapped_secret: Mapped[bytes] = mapped_column(LargeBinary)
    """The content secret S, under a key that only the wallet gives."""
    sealed: Mapped[Any] = mapped_column(JsonColumn, nullable=True)
    """What the worker made: CIDs, hashes and commitments of the chunks."""
    beside: Mapped[Any] = mapped_column(JsonColumn, nullable=True)
    """What a person chose instead of what was found in the file: poster, captions, chapters."""
    publication: Mapped[Any] = mapped_column(JsonColumn, nullable=True)
    """Manifest and signature, on disk before they are sent."""
    created_at: Mapped[datetime] = mapped_column(MomentColumn)


class Film(DeskTable):
    """A film that was opened here: its checked manifest, the card, and where the person stopped."""

    __tablename__ = "film"
    __table_args__ = (_STRICT,)

    content_id: Mapped[ContentId] = mapped_column(Text, primary_key=True)
    signed: Mapped[str] = mapped_column(Text)
    """The published file: manifest and signature."""
    node: Mapped[str | None] = mapped_column(Text)
    """The address of the node that sells it; none for the desk's own."""
    card: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    position_ms: Mapped[int] = mapped_column(BigInt, default=0)
    budget_limit: Mapped[Money | None] = mapped_column(MoneyColumn)
    budget_spent: Mapped[Money] = mapped_column(MoneyColumn)
    opened_at: Mapped[datetime] = mapped_column(MomentColumn)


class Purchase(DeskTable):
    """A purchase, from the moment it was signed."""

    __tablename__ = "purchase"
    __table_args__ = (
        Index("ix_purchase_content_id_at", "content_id", "at"),
        # Budgets are added up before each signature: with all that they read in the index, four times as fast.
        Index("ix_purchase_at", "at", "money", "creator", "amount", "intent"),
        Index("ix_purchase_content_id_state", "content_id", "state"),
        _STRICT,
    )

    intent: Mapped[str] = mapped_column(Text, primary_key=True)
    content_id: Mapped[ContentId] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    creator: Mapped[Address] = mapped_column(Text)
    first_chunk: Mapped[int] = mapped_column(BigInt)
    chunk_count: Mapped[int] = mapped_column(BigInt)
    amount: Mapped[Money] = mapped_column(MoneyColumn)
    payment: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    """The signed payment, as it goes over the wire."""
    node: Mapped[str | None] = mapped_column(Text)
    """The address of the node that it is for; none for the desk's own, or where a voucher pays: its channel has it."""
    channel_id: Mapped[Bytes32 | None] = mapped_column(Text)
    """The channel whose voucher pays; none for a payment that is settled on the chain by itself."""
    total: Mapped[Money | None] = mapped_column(MoneyColumn)
    """What the voucher lets the creator claim in all."""
    valid_before: Mapped[int] = mapped_column(BigInt)
    """Unix seconds of the chain; past it an unused authorization is void. 0: a voucher, which never is."""
    since_block: Mapped[int] = mapped_column(BigInt)
    """The chain's head when it was signed: nothing to find before."""
    state: Mapped[str] = mapped_column(Text)
    """signed, sent, unknown, keyed, refused or disputed."""
    money: Mapped[str] = mapped_column(Text)
    """in_flight, spent or released: where the ledger has the amount."""
    auto: Mapped[int] = mapped_column(BigInt)
    """1 when it was bought inside the film's budget, without a click."""
    transaction: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(MomentColumn)


class Channel(DeskTable):
    """Money of this account that one creator's node can claim by vouchers, and how far it may."""

    __tablename__ = "channel"
    __table_args__ = (Index("ix_channel_creator_node", "creator", "node"), _STRICT)

    id: Mapped[Bytes32] = mapped_column(Text, primary_key=True)
    node: Mapped[str] = mapped_column(Text)
    """The node's address."""
    creator: Mapped[Address] = mapped_column(Text)
    config: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    """What the id is made of, as it goes over the wire."""
    own: Mapped[int] = mapped_column(BigInt)
    """1 when this device's key signs its vouchers, 0 when another device's does."""
    balance: Mapped[Money] = mapped_column(MoneyColumn)
    """Deposits less what came back, as far as they are booked here."""
    total: Mapped[Money] = mapped_column(MoneyColumn)
    """What was bought in all: the next voucher's total is this and the price."""
    signed: Mapped[Money] = mapped_column(MoneyColumn)
    """The highest total that was ever signed: what the node could claim at most."""
    claimed: Mapped[Money] = mapped_column(MoneyColumn)
    """What of it the chain has seen."""
    open_intent: Mapped[str | None] = mapped_column(Text)
    """The one purchase whose voucher is neither keyed nor known not to have been taken; nothing is signed on it."""
    deposit: Mapped[Any] = mapped_column(JsonColumn, nullable=True)
    """A signed deposit until the chain has it or it is void, as it goes over the wire."""
    state: Mapped[str] = mapped_column(Text)
    """open, refunding, withdrawing or closed (nothing is left in it)."""
    since: Mapped[datetime] = mapped_column(MomentColumn)
    """Since when it is in this state."""
    ready_at: Mapped[datetime | None] = mapped_column(MomentColumn)
    """When an announced withdrawal can be finished, by the chain's clock."""
    withdrawals: Mapped[int] = mapped_column(BigInt)
    """How often a withdrawal was announced from here."""
    step: Mapped[int] = mapped_column(BigInt)
    """Counts the entries in the ledger, each of which it names."""
    used_at: Mapped[datetime] = mapped_column(MomentColumn)


class Setting(DeskTable):
    """One choice of this person."""

    __tablename__ = "setting"
    __table_args__ = (_STRICT,)

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[Any] = mapped_column(JsonColumn)


class OwnedChunk(DeskTable):
    """A chunk's key, checked against its commitment, under the device's key."""

    __tablename__ = "owned_chunk"
    __table_args__ = (_STRICT,)

    content_id: Mapped[ContentId] = mapped_column(Text, primary_key=True)
    index: Mapped[int] = mapped_column(BigInt, primary_key=True)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    bought: Mapped[int] = mapped_column(BigInt)
    """1 when it was paid for, 0 for the owner's own."""


class Withdrawal(DeskTable):
    """A creator's withdrawal, from the moment it was asked for."""

    __tablename__ = "withdrawal"
    __table_args__ = (UniqueConstraint("ordinal"), _STRICT)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    ordinal: Mapped[int] = mapped_column(BigInt)
    amount: Mapped[Money] = mapped_column(MoneyColumn)
    state: Mapped[str] = mapped_column(Text)
    """signed, sent, confirmed, failed or unknown."""
    transaction: Mapped[str | None] = mapped_column(Text)
    fee: Mapped[Money | None] = mapped_column(MoneyColumn)
    error: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(MomentColumn)


class ChainSeen(DeskTable):
    """Up to which block this desk's ledger holds what the chain says."""

    __tablename__ = "chain_seen"
    __table_args__ = (_STRICT,)

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    block: Mapped[int] = mapped_column(BigInt)
