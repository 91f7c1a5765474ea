"""What the catalogue keeps beside the items: how far it has counted, an item's tags when listed, and its versions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.db.columns import BigInt, MomentColumn
from services.node.tables import NodeTable
from services.units.ids import ContentId

CATALOGUE = "catalogue"


class Listing(NodeTable):
    """One row: the number of the last publication, and the rules that the index was built by."""

    __tablename__ = "listing"
    __table_args__ = ({"sqlite_strict": True},)

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    published: Mapped[int] = mapped_column(BigInt)
    rules: Mapped[int] = mapped_column(BigInt)
    """0 for none: the index is built when the node opens next."""


class ListedTag(NodeTable):
    """A tag of an item that is listed now; ``seq`` is the item's number. Derived from the items."""

    __tablename__ = "listed_tag"
    __table_args__ = (
        Index("ix_listed_tag_seq", "seq"),
        {"sqlite_strict": True, "sqlite_with_rowid": False},
    )

    tag: Mapped[str] = mapped_column(Text, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)


class ItemVersion(NodeTable):
    """A version of a film as it was published; the newest is the item's."""

    __tablename__ = "item_version"
    __table_args__ = ({"sqlite_strict": True},)

    content_id: Mapped[ContentId] = mapped_column(Text, ForeignKey("item.content_id"), primary_key=True)
    version: Mapped[int] = mapped_column(BigInt, primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    signed: Mapped[str] = mapped_column(Text)
    """The published file: manifest and signature."""
    published_at: Mapped[datetime] = mapped_column(MomentColumn)
