"""Tables of the pooled pass: who takes part, what holders watched, and how each month was shared out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.db.columns import BigInt, JsonColumn, MomentColumn, MoneyColumn
from services.node.tables import NodeTable
from services.units.address import Address, Bytes32
from services.units.ids import ContentId
from services.units.money import Money

_STRICT = {"sqlite_strict": True}


class PassCreator(NodeTable):
    """A creator whose films the pass opens. The pass itself is the tier of the Escrow's own address."""

    __tablename__ = "pass_creator"
    __table_args__ = (_STRICT,)

    creator: Mapped[Address] = mapped_column(Text, primary_key=True)
    tier_id: Mapped[str] = mapped_column(Text, ForeignKey("tier.id"))
    with_members_only: Mapped[int] = mapped_column(BigInt)
    """1 when the pass also opens what is for members only."""
    owner: Mapped[Address] = mapped_column(Text)
    """Whose channel it is, as an operator verified: what is watched counts per owner, who is paid."""
    joined_at: Mapped[datetime] = mapped_column(MomentColumn)
    left_at: Mapped[datetime | None] = mapped_column(MomentColumn)


class WatchedDay(NodeTable):
    """Which parts of a film an account watched with the pass on one UTC day: the receipts of a month's allocation."""

    __tablename__ = "watched_day"
    __table_args__ = (Index("ix_watched_day_day", "day"), _STRICT)

    account: Mapped[Address] = mapped_column(Text, primary_key=True)
    day: Mapped[str] = mapped_column(Text, primary_key=True)
    content_id: Mapped[ContentId] = mapped_column(Text, primary_key=True)
    creator: Mapped[Address] = mapped_column(Text)
    chunks: Mapped[bytes] = mapped_column(LargeBinary)
    """A bit for each chunk, the lowest bit of the first byte for the first."""
    watched_ms: Mapped[int] = mapped_column(BigInt)


class PassMonth(NodeTable):
    """A month that was shared out, with all that it was computed from."""

    __tablename__ = "pass_month"
    __table_args__ = (_STRICT,)

    month: Mapped[str] = mapped_column(Text, primary_key=True)
    """Such as 2026-11, in UTC."""
    inputs: Mapped[Any] = mapped_column(JsonColumn)
    """The published files by name: fees.csv, owners.csv, watching.csv, earlier.csv, carried.csv."""
    record: Mapped[Any] = mapped_column(JsonColumn)
    """What came out, as allocation.json has it."""
    withheld: Mapped[Money] = mapped_column(MoneyColumn)
    at: Mapped[datetime] = mapped_column(MomentColumn)


class PassShare(NodeTable):
    """An owner's part of a month, the platform's tenth included, and what became of it."""

    __tablename__ = "pass_share"
    __table_args__ = (Index("ix_pass_share_state", "state"), _STRICT)

    owner: Mapped[Address] = mapped_column(Text, primary_key=True)
    month: Mapped[str] = mapped_column(Text, primary_key=True)
    """The month; ``2026-11/left`` for a reserve that was paid because smoothing ended in that month."""
    earned: Mapped[Money] = mapped_column(MoneyColumn)
    watchers: Mapped[int] = mapped_column(BigInt)
    paid: Mapped[Money] = mapped_column(MoneyColumn)
    """What goes out for it: earned, unless the owner smooths."""
    reserve: Mapped[Money] = mapped_column(MoneyColumn)
    """What is held for the owner afterwards."""
    state: Mapped[str] = mapped_column(Text)
    """due, planned (it is in a round) or paid."""
    round: Mapped[str | None] = mapped_column(Text)


class PassRound(NodeTable):
    """One distribution of the pool: written down first, announced, carried out when its time has come."""

    __tablename__ = "pass_round"
    __table_args__ = (Index("ix_pass_round_state", "state"), _STRICT)

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    round_id: Mapped[Bytes32] = mapped_column(Text, unique=True)
    shares: Mapped[Any] = mapped_column(JsonColumn)
    """Pairs of creator and micro-USDC, in the order in which they are announced."""
    state: Mapped[str] = mapped_column(Text)
    """planned, proposed, distributed or canceled."""
    ready_at: Mapped[int] = mapped_column(BigInt)
    """Unix seconds of the chain, from which on it can be carried out; 0 before it was announced."""
    at: Mapped[datetime] = mapped_column(MomentColumn)


class PassSmoothing(NodeTable):
    """An owner's smoothed payout; no row for who never chose it."""

    __tablename__ = "pass_smoothing"
    __table_args__ = (_STRICT,)

    owner: Mapped[Address] = mapped_column(Text, primary_key=True)
    level: Mapped[Money | None] = mapped_column(MoneyColumn)
    """None until the first month after opting in."""
    reserve: Mapped[Money] = mapped_column(MoneyColumn)
    is_on: Mapped[int] = mapped_column(BigInt)
    changed_at: Mapped[datetime] = mapped_column(MomentColumn)


class Withheld(NodeTable):
    """What of a holder's fees of a month waits for the end of a case, the platform's tenth included."""

    __tablename__ = "pass_withheld"
    __table_args__ = (Index("ix_pass_withheld_month", "month"), _STRICT)

    case: Mapped[str] = mapped_column(Text, primary_key=True)
    account: Mapped[Address] = mapped_column(Text)
    month: Mapped[str] = mapped_column(Text)
    amount: Mapped[Money] = mapped_column(MoneyColumn)
    carried_into: Mapped[str | None] = mapped_column(Text)
    """The month into which it went after all; None while it waits."""
