"""What was told about prices, by what was asked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from services.db.columns import MomentColumn
from services.desk.tables import DeskTable


class Narrative(DeskTable):
    """A suggestion in words; the same question is never asked twice."""

    __tablename__ = "narrative"
    __table_args__ = ({"sqlite_strict": True},)

    request: Mapped[str] = mapped_column(Text, primary_key=True)
    """SHA-256 of model and prompt, in hexadecimal."""
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(MomentColumn)
