"""The index of words in PostgreSQL: a tsvector under GIN (postgresql.org/docs/15/textsearch.html).

The vector is written here, word by word, not by the server's parser: words are what services.node.catalogue.words
says on both engines. A word's first letter names its place: a title, b names, c marks, d description. The engine's
weights would do the same, but GIN does not hold them: each row that has the word at all would be read and looked at.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.node.catalogue.entries import Entry, Rank, Wanted

# The server does not know how often a word occurs and takes one way for all. Words that many items have are found
# among the newest; the others have short lists.
_NEWEST = 2_000
_FIND_NEWEST = text(
    "SELECT seq FROM (SELECT seq, words FROM item_search WHERE seq < :before ORDER BY seq DESC LIMIT :newest) AS newest"
    " WHERE words @@ CAST(:query AS tsquery) ORDER BY seq DESC LIMIT :limit"
)
_FIND = text(
    "WITH found AS MATERIALIZED (SELECT seq FROM item_search WHERE words @@ CAST(:query AS tsquery))"
    " SELECT seq FROM found WHERE seq < :before ORDER BY seq DESC LIMIT :limit"
)
_PUT = text(
    "INSERT INTO item_search (seq, words) VALUES (:seq, CAST(:words AS tsvector))"
    " ON CONFLICT (seq) DO UPDATE SET words = EXCLUDED.words"
)
_DROP = text("DELETE FROM item_search WHERE seq = :seq")
_CLEAR = text("DELETE FROM item_search")
_PLACES = {Rank.ANYWHERE: "abd", Rank.NAMES: "ab", Rank.TITLE: "a", Rank.WHOLE_TITLE: "a"}


class PostgresIndex:
    """See WordIndex."""

    def put(self, session: Session, seq: int, entry: Entry) -> None:
        self.put_all(session, {seq: entry})

    def put_all(self, session: Session, entries: Mapping[int, Entry]) -> None:
        session.execute(_PUT, [{"seq": seq, "words": vector(entry)} for seq, entry in entries.items()])

    def drop(self, session: Session, seq: int) -> None:
        session.execute(_DROP, {"seq": seq})

    def clear(self, session: Session) -> None:
        session.execute(_CLEAR)

    def find(self, session: Session, wanted: Wanted, *, rank: Rank, before: int, limit: int) -> list[int]:
        values = {"query": match_query(wanted, rank), "before": before, "limit": limit}
        found = session.scalars(_FIND_NEWEST, {**values, "newest": _NEWEST}).all()
        return list(found if len(found) == limit else session.scalars(_FIND, values))


def vector(entry: Entry) -> str:
    """Write an entry as a tsvector."""
    places = {"a": entry.title, "b": entry.names, "c": entry.marks, "d": entry.description}
    return " ".join(f"'{place}{word}'" for place, words in places.items() for word in dict.fromkeys(words.split()))


def match_query(wanted: Wanted, rank: Rank) -> str:
    """Write a tsquery. Words and marks hold letters and digits only, so quoting them is enough."""
    parts = [f"'c{mark}'" for mark in wanted.marks]
    if wanted.words:
        parts.append(_place(wanted, rank))
        if rank < Rank.WHOLE_TITLE:
            parts.append(f"!({_place(wanted, Rank(rank + 1))})")
    return " & ".join(parts)


def _place(wanted: Wanted, rank: Rank) -> str:
    ending = "" if rank is Rank.WHOLE_TITLE else ":*"
    each = (" | ".join(f"'{place}{word}'{ending}" for place in _PLACES[rank]) for word in wanted.words)
    return " & ".join(f"({places})" for places in each)
