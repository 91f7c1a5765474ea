"""The trail of decisions: who did what to what, when and why; written in the unit that does it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.node.context import Node
from services.node.cursors import read_cursor, write_cursor
from services.node.moderation.tables import Decision
from services.units.address import Address
from services.wire.moderation import DecisionOut, DecisionsOut

_TOP = 2**62


def note(session: Session, *, at: datetime, actor: Address, action: str, subject: str, why: str = "") -> None:
    """Add a line, inside the caller's write unit."""
    session.add(Decision(at=at, actor=actor, action=action, subject=subject, note=why))


def trail(node: Node, *, subject: str, limit: int, cursor: str) -> DecisionsOut:
    """Give a page, newest first; subject: only what was done to this item or account, if not empty."""
    listed = f"decisions\x1f{subject}"
    (before,) = read_cursor(node.keys, listed, cursor, count=1) if cursor else (_TOP,)
    wanted = select(Decision).where(Decision.seq < before).order_by(Decision.seq.desc())
    if subject:
        wanted = wanted.where(Decision.subject == subject.lower())
    with node.database.read() as session:
        rows = list(session.scalars(wanted.limit(limit + 1)))
    following = write_cursor(node.keys, listed, rows[limit - 1].seq) if len(rows) > limit else None
    return DecisionsOut(items=tuple(_out(row) for row in rows[:limit]), cursor=following)


def _out(row: Decision) -> DecisionOut:
    return DecisionOut(at=row.at, actor=row.actor, action=row.action, subject=row.subject, note=row.note)
