"""The index of words, kept by the database itself: FTS5 on SQLite, tsvector under GIN on PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from sqlalchemy.orm import Session

from services.node.catalogue.entries import Entry, Rank, Wanted
from services.node.catalogue.index_postgres import PostgresIndex
from services.node.catalogue.index_sqlite import SqliteIndex


class WordIndex(Protocol):
    """Entries by their item's publication number. Keeps no state; writes belong to the caller's unit."""

    def put(self, session: Session, seq: int, entry: Entry) -> None:
        """Enter an item, in place of what was there."""

    def put_all(self, session: Session, entries: Mapping[int, Entry]) -> None:
        """Enter items that are not there yet, many at once."""

    def drop(self, session: Session, seq: int) -> None:
        """Take an item out; one that is not there is no error."""

    def clear(self, session: Session) -> None:
        """Take all out."""

    def find(self, session: Session, wanted: Wanted, *, rank: Rank, before: int, limit: int) -> list[int]:
        """Give the numbers below ``before`` of what fits with this rank, newest first, at most limit."""


_SQLITE = SqliteIndex()
_POSTGRES = PostgresIndex()


def index_of(session: Session) -> WordIndex:
    """Give the index of the engine that a session speaks to."""
    return _SQLITE if session.get_bind().dialect.name == "sqlite" else _POSTGRES
