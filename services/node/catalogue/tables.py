"""What the catalogue keeps beside the items: how far it has counted, and by which tags an item is listed."""

from __future__ import annotations

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.db.columns import BigInt
from services.node.tables import NodeTable

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
