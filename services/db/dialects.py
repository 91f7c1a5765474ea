"""SQL that standard SQLAlchemy lacks, in one form for SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects.postgresql import Insert, insert


def insert_into(table: Any) -> Insert:
    """Write an INSERT that may go on with ``on_conflict_do_nothing`` or ``on_conflict_do_update``.

    SQLite took ON CONFLICT from PostgreSQL, and its compiler reads the same construct, so that one statement, built
    once with its module, is compiled and cached for each engine. Name no constraint in it, only columns: SQLite has
    no ``ON CONFLICT ON CONSTRAINT``.
    """
    return insert(table)
