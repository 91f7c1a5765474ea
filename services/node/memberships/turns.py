"""Whose turn it is, among all workers of one database."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.db.dialects import insert_into
from services.node.memberships.tables import Turn


def take_turn(session: Session, name: str) -> None:
    """Wait inside a write unit until nobody else holds this name; it is held until the unit ends.

    On SQLite write units take turns anyway; on PostgreSQL the row's lock makes them.
    """
    if session.get_bind().dialect.name == "sqlite":
        return
    session.execute(insert_into(Turn).values(name=name).on_conflict_do_nothing())
    session.execute(select(Turn.name).where(Turn.name == name).with_for_update())
