"""Tables of cases."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.db.columns import BigInt, JsonColumn, MomentColumn
from services.node.tables import NodeTable
from services.units.address import Address

_STRICT = {"sqlite_strict": True}


class SharingCase(NodeTable):
    """Something that a rule, or a finder of odd accounts, wants a person to look at."""

    __tablename__ = "sharing_case"
    __table_args__ = (
        Index("ix_sharing_case_state_opened_at", "state", "opened_at"),
        Index("ix_sharing_case_account", "account"),
        _STRICT,
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    """Derived from kind, account and month: the same finding opens no second one."""
    kind: Mapped[str] = mapped_column(Text)
    """watching (a holder's), payout (an owner's), or proposed (by statistics: it holds nothing back)."""
    account: Mapped[Address] = mapped_column(Text)
    month: Mapped[str] = mapped_column(Text)
    reasons: Mapped[list[str]] = mapped_column(JsonColumn)
    facts: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    """What was observed, by name, for the person who decides and the one who objects."""
    state: Mapped[str] = mapped_column(Text)
    """open, appealed, lifted or upheld."""
    opened_at: Mapped[datetime] = mapped_column(MomentColumn)
    decided_at: Mapped[datetime | None] = mapped_column(MomentColumn)


class CaseStep(NodeTable):
    """One thing that was done to a case. Rows are only ever added."""

    __tablename__ = "case_step"
    __table_args__ = (_STRICT,)

    case: Mapped[str] = mapped_column(Text, primary_key=True)
    ordinal: Mapped[int] = mapped_column(BigInt, primary_key=True)
    what: Mapped[str] = mapped_column(Text)
    """opened, appealed, lifted or upheld."""
    by: Mapped[str] = mapped_column(Text)
    """An account, or ``rules``."""
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(MomentColumn)
