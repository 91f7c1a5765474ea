"""The roll-ups of creators' figures. Derived from the ledger, line by line; they can be thrown away and made again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.db.columns import BigInt, MomentColumn, MoneyColumn
from services.node.tables import NodeTable
from services.units.address import Address
from services.units.money import Money

_STRICT = {"sqlite_strict": True, "sqlite_with_rowid": False}


class CreatorDay(NodeTable):
    """What a creator sold on one UTC day. paid_ms: the media time that was paid for by the chunk."""

    __tablename__ = "creator_day"
    __table_args__ = (_STRICT,)

    creator: Mapped[Address] = mapped_column(Text, primary_key=True)
    day: Mapped[str] = mapped_column(Text, primary_key=True)
    gross: Mapped[Money] = mapped_column(MoneyColumn)
    net: Mapped[Money] = mapped_column(MoneyColumn)
    """The creator's share of gross, in the Escrow or on its way there."""
    paid_ms: Mapped[int] = mapped_column(BigInt)
    payments: Mapped[int] = mapped_column(BigInt)
    viewers: Mapped[int] = mapped_column(BigInt)
    """How many different accounts paid on that day."""


class CreatorItemDay(NodeTable):
    """The same for one of the ledger's items: a film, ``tier:…``, ``tip``, ``pool``."""

    __tablename__ = "creator_item_day"
    __table_args__ = (_STRICT,)

    creator: Mapped[Address] = mapped_column(Text, primary_key=True)
    day: Mapped[str] = mapped_column(Text, primary_key=True)
    item: Mapped[str] = mapped_column(Text, primary_key=True)
    gross: Mapped[Money] = mapped_column(MoneyColumn)
    net: Mapped[Money] = mapped_column(MoneyColumn)
    paid_ms: Mapped[int] = mapped_column(BigInt)
    payments: Mapped[int] = mapped_column(BigInt)


class CreatorItem(NodeTable):
    """The same for an item since its beginning."""

    __tablename__ = "creator_item"
    __table_args__ = (Index("ix_creator_item_creator_net", "creator", "net"), _STRICT)

    creator: Mapped[Address] = mapped_column(Text, primary_key=True)
    item: Mapped[str] = mapped_column(Text, primary_key=True)
    gross: Mapped[Money] = mapped_column(MoneyColumn)
    net: Mapped[Money] = mapped_column(MoneyColumn)
    paid_ms: Mapped[int] = mapped_column(BigInt)
    payments: Mapped[int] = mapped_column(BigInt)


class CreatorViewerDay(NodeTable):
    """That an account paid a creator on a day."""

    __tablename__ = "creator_viewer_day"
    __table_args__ = (_STRICT,)

    creator: Mapped[Address] = mapped_column(Text, primary_key=True)
    day: Mapped[str] = mapped_column(Text, primary_key=True)
    viewer: Mapped[Address] = mapped_column(Text, primary_key=True)


class CreatorViewer(NodeTable):
    """What an account brought a creator in all."""

    __tablename__ = "creator_viewer"
    __table_args__ = (_STRICT,)

    creator: Mapped[Address] = mapped_column(Text, primary_key=True)
    viewer: Mapped[Address] = mapped_column(Text, primary_key=True)
    net: Mapped[Money] = mapped_column(MoneyColumn)
    refunded: Mapped[Money] = mapped_column(MoneyColumn)
    """What the creator gave back, all of it: the platform keeps its tenth."""
    payments: Mapped[int] = mapped_column(BigInt)
    last_at: Mapped[datetime] = mapped_column(MomentColumn)


class ItemPlace(NodeTable):
    """What one chunk of a film earned; place -1: what was paid for the film and for no chunk that is known."""

    __tablename__ = "item_place"
    __table_args__ = (_STRICT,)

    content_id: Mapped[str] = mapped_column(Text, primary_key=True)
    place: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    net: Mapped[Money] = mapped_column(MoneyColumn)
    payments: Mapped[int] = mapped_column(BigInt)


class FiguresPosition(NodeTable):
    """Up to which line of the ledger the roll-ups are made, and by which rules."""

    __tablename__ = "figures_position"
    __table_args__ = ({"sqlite_strict": True},)

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInt)
    rules: Mapped[int] = mapped_column(BigInt)
