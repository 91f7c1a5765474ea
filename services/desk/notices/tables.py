"""The table of notices."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.db.columns import BigInt, JsonColumn, MomentColumn
from services.desk.tables import DeskTable


class Notice(DeskTable):
    """One thing that happened."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_at", "at"), {"sqlite_strict": True})

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    """Kind and what it is about: the same thing is noted once."""
    kind: Mapped[str] = mapped_column(Text)
    params: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    at: Mapped[datetime] = mapped_column(MomentColumn)
    told: Mapped[int] = mapped_column(BigInt)
    """1 when the window was given it to tell, or the rules said not to."""
    read: Mapped[int] = mapped_column(BigInt)
    """1 when the person saw it in the list."""
