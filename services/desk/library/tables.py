"""Tables of what a viewer keeps; none of it ever leaves the desk."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from services.db.columns import MomentColumn
from services.desk.tables import DeskTable
from services.units.address import Address

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
