"""Tables of what a viewer keeps; none of it ever leaves the desk."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from services.db.columns import BigInt, JsonColumn, MomentColumn
from services.desk.tables import DeskTable
from services.units.address import Address
from services.units.ids import ContentId

_STRICT = {"sqlite_strict": True}


class Standing(DeskTable):
    """What this viewer decided about a creator."""

    __tablename__ = "standing"
    __table_args__ = (_STRICT,)

    creator: Mapped[Address] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    """follows or blocked."""
    name: Mapped[str] = mapped_column(Text)
    node: Mapped[str] = mapped_column(Text)
    """The address of the node with the creator's films; empty for the own one."""
    at: Mapped[datetime] = mapped_column(MomentColumn)


class Download(DeskTable):
    """A film that this viewer wants on this disk; its parts lie on the shelf, held under ``holder``."""

    __tablename__ = "download"
    __table_args__ = (_STRICT,)

    content_id: Mapped[ContentId] = mapped_column(Text, primary_key=True)
    state: Mapped[str] = mapped_column(Text)
    """waiting, coming, here or failed."""
    done: Mapped[int] = mapped_column(BigInt)
    of: Mapped[int] = mapped_column(BigInt)
    size_bytes: Mapped[int] = mapped_column(BigInt)
    problem: Mapped[Any] = mapped_column(JsonColumn, nullable=True)
    at: Mapped[datetime] = mapped_column(MomentColumn)
