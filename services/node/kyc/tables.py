"""Tables of who was looked at, and of what was decided."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.db.columns import BigInt, MomentColumn
from services.node.tables import NodeTable
from services.units.address import Address

_STRICT = {"sqlite_strict": True}


class KycCase(NodeTable):
    """How a creator's verification stands; whoever has none did not ask for it."""

    __tablename__ = "kyc_case"
    __table_args__ = (Index("ix_kyc_case_state_changed_at", "state", "changed_at"), _STRICT)

    creator: Mapped[Address] = mapped_column(Text, primary_key=True)
    state: Mapped[str] = mapped_column(Text)
    """pending, verified or rejected."""
    reason: Mapped[str] = mapped_column(Text)
    """Why it was rejected, for the creator; else empty."""
    changed_at: Mapped[datetime] = mapped_column(MomentColumn)


class KycStep(NodeTable):
    """One change of a case. Rows are only ever added."""

    __tablename__ = "kyc_step"
    __table_args__ = (_STRICT,)

    creator: Mapped[Address] = mapped_column(Text, primary_key=True)
    ordinal: Mapped[int] = mapped_column(BigInt, primary_key=True)
    """Counted from 1 for each creator."""
    state: Mapped[str] = mapped_column(Text)
    by: Mapped[Address] = mapped_column(Text)
    """Who made the change: the creator, or an operator."""
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(MomentColumn)


class KycDocument(NodeTable):
    """A document that a creator brought, sealed under the node's key. A newer one of a kind takes its place."""

    __tablename__ = "kyc_document"
    __table_args__ = (_STRICT,)

    creator: Mapped[Address] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    size: Mapped[int] = mapped_column(BigInt)
    """Of the document itself, in bytes."""
    at: Mapped[datetime] = mapped_column(MomentColumn)
