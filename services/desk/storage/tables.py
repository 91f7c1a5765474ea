"""The storages that a person named, and which films are there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.db.columns import MomentColumn
from services.desk.tables import DeskTable
from services.units.ids import ContentId


class StorageTarget(DeskTable):
    """A daemon that copies go to, or a gateway that parts may come from."""

    __tablename__ = "storage_target"
    __table_args__ = ({"sqlite_strict": True},)

    address: Mapped[str] = mapped_column(Text, primary_key=True)
    """A daemon's multiaddress, or a gateway's scheme, name and port."""
    kind: Mapped[str] = mapped_column(Text)
    """daemon, gateway or pinning."""
    version: Mapped[str] = mapped_column(Text)
    """What the daemon said it is; empty for a gateway."""
    added_at: Mapped[datetime] = mapped_column(MomentColumn)
    seen_at: Mapped[datetime] = mapped_column(MomentColumn)
    """When it last did what was asked."""
    problem: Mapped[str | None] = mapped_column(Text)
    """The code of why it does not."""


class StorageSecret(DeskTable):
    """What a pinning service knows this account by, under the device's key."""

    __tablename__ = "storage_secret"
    __table_args__ = ({"sqlite_strict": True},)

    address: Mapped[str] = mapped_column(Text, primary_key=True)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)


class StorageCopy(DeskTable):
    """A film of this account at a daemon."""

    __tablename__ = "storage_copy"
    __table_args__ = ({"sqlite_strict": True},)

    address: Mapped[str] = mapped_column(Text, primary_key=True)
    content_id: Mapped[ContentId] = mapped_column(Text, primary_key=True)
    state: Mapped[str] = mapped_column(Text)
    """coming or complete."""
    checked_at: Mapped[datetime] = mapped_column(MomentColumn)
