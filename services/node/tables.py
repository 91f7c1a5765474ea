"""The node's tables, beside the two books."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, MetaData, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.db.books import NAMING
from services.db.columns import BigInt, JsonColumn, MomentColumn, MoneyColumn
from services.units.address import Address, Bytes32
from services.units.ids import ContentId
from services.units.money import Money

_STRICT = {"sqlite_strict": True}
_TO_COME = text("opens_at IS NOT NULL")
_UNBOOKED, _BOOKED = text("is_booked = 0"), text("is_booked = 1")


class NodeTable(DeclarativeBase):
    """The base of the node's tables."""

    metadata = MetaData(naming_convention=NAMING)


class SignInNonce(NodeTable):
    """A nonce that one sign-in may use once."""

    __tablename__ = "sign_in_nonce"
    __table_args__ = (_STRICT,)

    nonce: Mapped[str] = mapped_column(Text, primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(MomentColumn, index=True)


class AccountSession(NodeTable):
    """A signed-in account; the token itself is not kept, only its SHA-256."""

    __tablename__ = "account_session"
    __table_args__ = (_STRICT,)

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    id: Mapped[str] = mapped_column(Text, unique=True)
    """Names the session to its owner; opens nothing."""
    address: Mapped[Address] = mapped_column(Text, index=True)
    scopes: Mapped[str] = mapped_column(Text)
    """Names, with spaces between them."""
    label: Mapped[str] = mapped_column(Text)
    """What the device calls itself."""
    created_at: Mapped[datetime] = mapped_column(MomentColumn)
    used_at: Mapped[datetime] = mapped_column(MomentColumn)
    expires_at: Mapped[datetime] = mapped_column(MomentColumn, index=True)


class ActionNonce(NodeTable):
    """A proof that was used; kept until it would have run out by itself."""

    __tablename__ = "action_nonce"
    __table_args__ = (_STRICT,)

    account: Mapped[Address] = mapped_column(Text, primary_key=True)
    nonce: Mapped[str] = mapped_column(Text, primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(MomentColumn, index=True)


class AccountRole(NodeTable):
    """A role that an operator gave."""

    __tablename__ = "account_role"
    __table_args__ = (_STRICT,)

    account: Mapped[Address] = mapped_column(Text, primary_key=True)
    role: Mapped[str] = mapped_column(Text, primary_key=True)
    granted_by: Mapped[Address] = mapped_column(Text)
    granted_at: Mapped[datetime] = mapped_column(MomentColumn)


class Tier(NodeTable):
    """A membership tier."""

    __tablename__ = "tier"
    __table_args__ = (_STRICT,)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    creator: Mapped[Address] = mapped_column(Text, index=True)
    name: Mapped[str] = mapped_column(Text)
    price: Mapped[Money] = mapped_column(MoneyColumn)
    perks: Mapped[list[str]] = mapped_column(JsonColumn)
    created_at: Mapped[datetime] = mapped_column(MomentColumn)
    archived_at: Mapped[datetime | None] = mapped_column(MomentColumn)
    """From then on nobody can join; members keep what they paid for."""
    early_access_days: Mapped[int] = mapped_column(BigInt, default=0, server_default="0")
    """How many days before others its members have the films that it opens."""
    downloads: Mapped[int] = mapped_column(BigInt, default=0, server_default="0")
    """1 when its members may keep films that it opens for watching offline, while they are members."""
    requests: Mapped[int] = mapped_column(BigInt, default=0, server_default="0")
    """1 when its members may write to the creator, who answers."""


class Item(NodeTable):
    """A published version of a film, with its manifest as signed."""

    __tablename__ = "item"
    __table_args__ = (
        Index("ix_item_published_at", "published_at"),
        Index("uq_item_seq", "seq", unique=True),
        Index("ix_item_creator_seq", "creator", "seq"),
        Index("ix_item_opens_at", "opens_at", sqlite_where=_TO_COME, postgresql_where=_TO_COME),
        _STRICT,
    )

    content_id: Mapped[ContentId] = mapped_column(Text, primary_key=True)
    creator: Mapped[Address] = mapped_column(Text, index=True)
    creator_name: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    duration_ms: Mapped[int] = mapped_column(BigInt)
    width: Mapped[int] = mapped_column(BigInt)
    height: Mapped[int] = mapped_column(BigInt)
    price_per_ten_seconds: Mapped[Money] = mapped_column(MoneyColumn)
    chunk_count: Mapped[int] = mapped_column(BigInt)
    free_chunks: Mapped[int] = mapped_column(BigInt)
    poster: Mapped[str | None] = mapped_column(Text)
    signed: Mapped[str] = mapped_column(Text)
    """The published file: manifest and signature."""
    published_at: Mapped[datetime] = mapped_column(MomentColumn)
    visibility: Mapped[str] = mapped_column(Text, default="chunks", server_default="chunks")
    """public, chunks or members; see services.node.access."""
    seq: Mapped[int | None] = mapped_column(BigInt)
    """Counts the publications of this node from 1, so that the newest is the highest."""
    tags: Mapped[list[str]] = mapped_column(JsonColumn, default=list, server_default="[]")
    archived_at: Mapped[datetime | None] = mapped_column(MomentColumn)
    """From then on it is neither listed nor sold, by its owner's will; what was bought stays."""
    takedown: Mapped[str | None] = mapped_column(Text)
    """hidden or illegal, by a moderator's decision; see services.node.moderation."""
    opens_at: Mapped[datetime | None] = mapped_column(MomentColumn)
    """When it will be there for everybody; NULL for a film that is. See services.node.catalogue.opening."""


class ChunkForSale(NodeTable):
    """A chunk's price and its key, under the node's own key."""

    __tablename__ = "chunk_for_sale"
    __table_args__ = (_STRICT,)

    content_id: Mapped[ContentId] = mapped_column(Text, ForeignKey("item.content_id"), primary_key=True)
    index: Mapped[int] = mapped_column(BigInt, primary_key=True)
    price: Mapped[Money] = mapped_column(MoneyColumn)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)


class Sale(NodeTable):
    """A payment for chunks, from the moment its authorization arrived."""

    __tablename__ = "sale"
    __table_args__ = (
        Index("ix_sale_content_id_payer", "content_id", "payer"),
        Index("ix_sale_creator_state_at", "creator", "state", "at"),
        Index("ix_sale_state", "state"),
        Index("uq_sale_payer_nonce", "payer", "nonce", unique=True),
        _STRICT,
    )

    intent: Mapped[str] = mapped_column(Text, primary_key=True)
    payer: Mapped[Address] = mapped_column(Text)
    creator: Mapped[Address] = mapped_column(Text)
    content_id: Mapped[ContentId] = mapped_column(Text, ForeignKey("item.content_id"))
    first_chunk: Mapped[int] = mapped_column(BigInt)
    chunk_count: Mapped[int] = mapped_column(BigInt)
    amount: Mapped[Money] = mapped_column(MoneyColumn)
    payment: Mapped[Any] = mapped_column(JsonColumn, nullable=True)
    """The authorization as it arrived."""
    nonce: Mapped[Bytes32 | None] = mapped_column(Text)
    """The authorization's: a signed transfer buys one thing."""
    state: Mapped[str] = mapped_column(Text)
    """received, paid or failed."""
    share: Mapped[Money | None] = mapped_column(MoneyColumn)
    """The creator's part, from the Escrow's event."""
    transaction: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(MomentColumn)


class Entitlement(NodeTable):
    """A bought chunk: owned for good."""

    __tablename__ = "entitlement"
    __table_args__ = (_STRICT,)

    account: Mapped[Address] = mapped_column(Text, primary_key=True)
    content_id: Mapped[ContentId] = mapped_column(Text, primary_key=True)
    index: Mapped[int] = mapped_column(BigInt, primary_key=True)
    transaction: Mapped[str] = mapped_column(Text)


class Channel(NodeTable):
    """A payment channel of one viewer to one creator's till, as this node knows it."""

    __tablename__ = "channel"
    __table_args__ = (Index("ix_channel_charged_claimed", "charged", "claimed"), _STRICT)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    payer: Mapped[Address] = mapped_column(Text, index=True)
    payer_authorizer: Mapped[Address] = mapped_column(Text)
    creator: Mapped[Address] = mapped_column(Text, index=True)
    receiver: Mapped[Address] = mapped_column(Text)
    receiver_authorizer: Mapped[Address] = mapped_column(Text)
    token: Mapped[Address] = mapped_column(Text)
    withdraw_delay: Mapped[int] = mapped_column(BigInt)
    """Seconds."""
    salt: Mapped[Bytes32] = mapped_column(Text)
    balance: Mapped[Money] = mapped_column(MoneyColumn)
    """Deposits less refunds and withdrawals, as the chain last said."""
    claimed: Mapped[Money] = mapped_column(MoneyColumn)
    """The total that the chain last said is claimed."""
    charged: Mapped[Money] = mapped_column(MoneyColumn)
    """The total that was sold, which is what the last voucher allows."""
    signature: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The last voucher's signature; none before the first charge."""
    refund_nonce: Mapped[int] = mapped_column(BigInt)
    withdraw_requested_at: Mapped[int] = mapped_column(BigInt)
    """When the payer announced a withdrawal, in Unix seconds of the chain; 0 for none."""
    used_at: Mapped[datetime] = mapped_column(MomentColumn)
    unclaimed_since: Mapped[datetime | None] = mapped_column(MomentColumn)
    """When the oldest charge that is not claimed was made."""


class ChannelClaim(NodeTable):
    """A claim of a channel up to a total, written down before it is sent; its end is in the relayer's journal."""

    __tablename__ = "channel_claim"
    __table_args__ = (_STRICT,)

    channel_id: Mapped[str] = mapped_column(Text, ForeignKey("channel.id"), primary_key=True)
    claimed: Mapped[Money] = mapped_column(MoneyColumn, primary_key=True)
    intent: Mapped[str] = mapped_column(Text, primary_key=True)


class Charge(NodeTable):
    """A voucher that bought something; ``cumulative`` is the channel's total after it.

    A key waits for its row, so rows are only appended; what finds them by channel or creator is indexed when they are
    booked (see services.node.sales.charges). The unit that appends one changes its channel's row: that there is one,
    and that no total stands here twice, needs no check of its own.
    """

    __tablename__ = "charge"
    __table_args__ = (
        Index("ix_charge_unbooked", "seq", sqlite_where=_UNBOOKED, postgresql_where=_UNBOOKED),
        Index(
            "ix_charge_channel_id_cumulative", "channel_id", "cumulative",
            unique=True, sqlite_where=_BOOKED, postgresql_where=_BOOKED,
        ),
        Index("ix_charge_creator_at", "creator", "at", sqlite_where=_BOOKED, postgresql_where=_BOOKED),
        _STRICT,
    )  # fmt: skip

    seq: Mapped[int] = mapped_column(BigInt, primary_key=True)
    channel_id: Mapped[str] = mapped_column(Text)
    cumulative: Mapped[Money] = mapped_column(MoneyColumn)
    payer: Mapped[Address] = mapped_column(Text)
    creator: Mapped[Address] = mapped_column(Text)
    content_id: Mapped[ContentId] = mapped_column(Text)
    first_chunk: Mapped[int] = mapped_column(BigInt)
    chunk_count: Mapped[int] = mapped_column(BigInt)
    amount: Mapped[Money] = mapped_column(MoneyColumn)
    at: Mapped[datetime] = mapped_column(MomentColumn)
    is_booked: Mapped[int] = mapped_column(BigInt)
    """1 when the ledger holds it; it is entered before any sum is read."""


class CreatorTill(NodeTable):
    """What went through a creator's till and Escrow account, to know each sum's share and what came as a tip."""

    __tablename__ = "creator_till"
    __table_args__ = (_STRICT,)

    creator: Mapped[Address] = mapped_column(Text, primary_key=True)
    gross: Mapped[Money] = mapped_column(MoneyColumn)
    """All that was ever booked for the creator, before the platform's share."""
    expected: Mapped[Money] = mapped_column(MoneyColumn)
    """What came into the till so far as this node knows: settled channels, exact payments, tips already found."""
    tips: Mapped[Money] = mapped_column(MoneyColumn)
    """What was collected and nobody bought anything for."""
    settled: Mapped[Money] = mapped_column(MoneyColumn)
    """What the channels' contract last said it sent to the till."""
    collected: Mapped[Money] = mapped_column(MoneyColumn)
    """What the Escrow collected from the till."""


class ChainPosition(NodeTable):
    """Up to which block the Escrow's events are in the ledger."""

    __tablename__ = "chain_position"
    __table_args__ = (_STRICT,)

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    block: Mapped[int] = mapped_column(BigInt)
