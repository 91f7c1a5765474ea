"""The index of words in PostgreSQL: a tsvector under GIN (postgresql.org/docs/15/textsearch.html).

The vector is written here, word by word, not by the server's parser: words are what services.node.catalogue.words
says on both engines. Weights name the places: A title, B names, C marks, D description.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.node.catalogue.entries import Entry, Rank, Wanted

_FIND = text(
    "SELECT seq FROM item_search"
    " WHERE words @@ CAST(:query AS tsquery) AND seq < :before ORDER BY seq DESC LIMIT :limit"
)
_PUT = text(
    "INSERT INTO item_search (seq, words) VALUES (:seq, CAST(:words AS tsvector))"
    " ON CONFLICT (seq) DO UPDATE SET words = EXCLUDED.words"
)
_DROP = text("DELETE FROM item_search WHERE seq = :seq")
_CLEAR = text("DELETE FROM item_search")
_PLACES = {Rank.ANYWHERE: "ABD", Rank.NAMES: "AB", Rank.TITLE: "A", Rank.WHOLE_TITLE: "A"}


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
        return list(session.scalars(_FIND, values))


def vector(entry: Entry) -> str:
    """Write an entry as a tsvector. A word's positions only tell its places apart."""
    places: dict[str, set[str]] = {}
    for weight, words in (("A", entry.title), ("B", entry.names), ("C", entry.marks), ("D", entry.description)):
        for word in words.split():
            places.setdefault(word, set()).add(weight)
    return " ".join(f"'{word}':{_positions(weights)}" for word, weights in places.items())


def match_query(wanted: Wanted, rank: Rank) -> str:
    """Write a tsquery. Words and marks hold letters and digits only, so quoting them is enough."""
    parts = [f"'{mark}':C" for mark in wanted.marks]
    if wanted.words:
        parts.append(_place(wanted, rank))
        if rank < Rank.WHOLE_TITLE:
            parts.append(f"!({_place(wanted, Rank(rank + 1))})")
    return " & ".join(parts)


def _place(wanted: Wanted, rank: Rank) -> str:
    ending = "" if rank is Rank.WHOLE_TITLE else "*"
    return " & ".join(f"'{word}':{ending}{_PLACES[rank]}" for word in wanted.words)


def _positions(weights: set[str]) -> str:
    return ",".join(f"{number}{weight}" for number, weight in enumerate(sorted(weights), 1))
