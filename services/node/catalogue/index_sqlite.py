"""The index of words in SQLite's FTS5 (sqlite.org/fts5.html)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.node.catalogue.entries import Entry, Rank, Wanted

# In the order of numbers FTS5 walks its lists backwards and stops at the limit: no sorting, however much is found.
_FIND = text(
    "SELECT rowid FROM item_search WHERE item_search MATCH :query AND rowid < :before ORDER BY rowid DESC LIMIT :limit"
)
_PUT = text(
    "INSERT INTO item_search (rowid, title, names, description, marks)"
    " VALUES (:seq, :title, :names, :description, :marks)"
)
_DROP = text("DELETE FROM item_search WHERE rowid = :seq")
_CLEAR = text("DELETE FROM item_search")
_PLACES = {
    Rank.ANYWHERE: "{title names description}",
    Rank.NAMES: "{title names}",
    Rank.TITLE: "{title}",
    Rank.WHOLE_TITLE: "{title}",
}


class SqliteIndex:
    """See WordIndex."""

    def put(self, session: Session, seq: int, entry: Entry) -> None:
        self.drop(session, seq)
        self.put_all(session, {seq: entry})

    def put_all(self, session: Session, entries: Mapping[int, Entry]) -> None:
        session.execute(_PUT, [{"seq": seq, **asdict(entry)} for seq, entry in entries.items()])

    def drop(self, session: Session, seq: int) -> None:
        session.execute(_DROP, {"seq": seq})

    def clear(self, session: Session) -> None:
        session.execute(_CLEAR)

    def find(self, session: Session, wanted: Wanted, *, rank: Rank, before: int, limit: int) -> list[int]:
        values = {"query": match_query(wanted, rank), "before": before, "limit": limit}
        return list(session.scalars(_FIND, values))


def match_query(wanted: Wanted, rank: Rank) -> str:
    """Write FTS5's query. Words and marks hold letters and digits only, so quoting them is enough."""
    query = f"({_place(wanted, rank)})" if wanted.words else ""
    if wanted.words and rank < Rank.WHOLE_TITLE:
        query = f"({query} NOT ({_place(wanted, Rank(rank + 1))}))"
    if wanted.marks:
        marks = " AND ".join(f'"{mark}"' for mark in wanted.marks)
        query = " AND ".join((f"({{marks}} : ({marks}))", *([query] if query else [])))
    return query


def _place(wanted: Wanted, rank: Rank) -> str:
    ending = "" if rank is Rank.WHOLE_TITLE else " *"
    words = " AND ".join(f'"{word}"{ending}' for word in wanted.words)
    return f"{_PLACES[rank]} : ({words})"
