"""What moderators and creators decide about items and accounts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.db.columns import BigInt, MomentColumn
from services.node.tables import NodeTable
from services.units.address import Address

_STRICT = {"sqlite_strict": True}


class Report(NodeTable):
    """What an account says is wrong with an item, once."""

    __tablename__ = "report"
    __table_args__ = (UniqueConstraint("content_id", "account"), Index("ix_report_state_seq", "state", "seq"), _STRICT)

    seq: Mapped[int] = mapped_column(BigInt, primary_key=True)
    content_id: Mapped[str] = mapped_column(Text)
    """A film's content id, or linked content's."""
    account: Mapped[Address] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(MomentColumn)
    state: Mapped[str] = mapped_column(Text)
    """open, dismissed or upheld."""


class CreatorBlock(NodeTable):
    """An account that a creator sells to no more; what it owns stays."""

    __tablename__ = "creator_block"
    __table_args__ = (_STRICT,)

    creator: Mapped[Address] = mapped_column(Text, primary_key=True)
    account: Mapped[Address] = mapped_column(Text, primary_key=True)
    note: Mapped[str] = mapped_column(Text)
    """The creator's own words; nobody else sees them."""
    at: Mapped[datetime] = mapped_column(MomentColumn)


class Takedown(NodeTable):
    """Why an item is hidden, as its owner reads it, and what the owner answered."""

    __tablename__ = "takedown"
    __table_args__ = (_STRICT,)

    content_id: Mapped[str] = mapped_column(Text, primary_key=True)
    """A film's content id, or linked content's."""
    seq: Mapped[int] = mapped_column(BigInt, index=True)
    """The number by which lists go: a film's own, or one that was drawn when linked content was taken down."""
    reason: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(MomentColumn)
    appeal: Mapped[str | None] = mapped_column(Text)
    appealed_at: Mapped[datetime | None] = mapped_column(MomentColumn)
    answer: Mapped[str | None] = mapped_column(Text)
    """Why the appeal was not followed."""


class Decision(NodeTable):
    """A line of the trail: who did what to what, when and why. Never changed."""

    __tablename__ = "decision"
    __table_args__ = (Index("ix_decision_subject_seq", "subject", "seq"), _STRICT)

    seq: Mapped[int] = mapped_column(BigInt, primary_key=True)
    at: Mapped[datetime] = mapped_column(MomentColumn)
    actor: Mapped[Address] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    """A content id or an account."""
    note: Mapped[str] = mapped_column(Text)
