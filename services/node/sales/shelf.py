"""Films that are being sold, in memory: each sale needs their prices and keys.

Another worker may have put a film at another price: whoever sells from memory compares price and number of free parts,
which say all of it, with the database.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Set
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from services.db.keybox import KeyBox
from services.node.tables import ChunkForSale, Item
from services.units.money import ZERO, Money, total
from services.wire.node import ChunkKey
from services.wire.problems import ProblemError

_FILMS = 64
_TERMS = select(Item.price_per_ten_seconds, Item.free_chunks).where(Item.content_id == bindparam("content"))


@dataclass(frozen=True, slots=True)
class Film:
    """An item with the price and the wrapped key of each chunk, by index."""

    item: Item
    prices: tuple[Money, ...]
    wrapped_keys: tuple[bytes, ...]

    @property
    def is_sold(self) -> bool:
        """Whether it is sold by the chunk, as it was when it was read; ``services.node.access`` knows for sure."""
        return self.item.visibility == "chunks"

    def price(self, first_chunk: int, chunk_count: int) -> Money:
        """Add a range up. Raises ProblemError: content.not_found outside the film."""
        if first_chunk < 0 or first_chunk + chunk_count > len(self.prices):
            raise ProblemError("content.not_found")
        return total(list(self.prices[first_chunk : first_chunk + chunk_count]))

    def rest(self, first_chunk: int) -> Money:
        """Add up what is left from a chunk on."""
        return total(list(self.prices[first_chunk:]))

    def is_free(self, index: int) -> bool:
        """Tell whether a chunk costs nothing. Raises ProblemError: content.not_found."""
        return self.price(index, 1) == ZERO

    def keys(self, box: KeyBox, wanted: Set[int]) -> tuple[ChunkKey, ...]:
        """Open the keys of chunks; the caller has checked that they may leave."""
        content = self.item.content_id
        return tuple(
            ChunkKey(index=index, key=box.open(self.wrapped_keys[index], owner=key_owner(content, index)).hex())
            for index in sorted(wanted)
        )


class Shelf:
    """The films that were asked for last. Thread-safe."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._films: OrderedDict[str, Film] = OrderedDict()

    def known(self, content_id: str) -> Film | None:
        """Give a film that is in memory."""
        content_id = content_id.lower()
        with self._guard:
            film = self._films.get(content_id)
            if film is not None:
                self._films.move_to_end(content_id)
            return film

    def get(self, session: Session, content_id: str) -> Film:
        """Give a film as it is sold now, from memory if it is there; raises ProblemError: content.not_found."""
        film = self.known(content_id)
        if film is not None and is_current(session, film):
            return film
        content_id = content_id.lower()
        item = session.get(Item, content_id)
        if item is None:
            raise ProblemError("content.not_found")
        film = film_of(session, item)
        with self._guard:
            self._films[content_id] = film
            if len(self._films) > _FILMS:
                self._films.popitem(last=False)
        return film

    def forget(self, content_id: str) -> None:
        """Read a film again when it is asked for next."""
        with self._guard:
            self._films.pop(content_id.lower(), None)


def is_current(session: Session, film: Film) -> bool:
    """Tell whether a film in memory costs what the database says."""
    terms = session.connection().execute(_TERMS, {"content": film.item.content_id}).first()
    return terms is not None and tuple(terms) == (film.item.price_per_ten_seconds, film.item.free_chunks)


def film_of(session: Session, item: Item) -> Film:
    """Read an item's prices and keys."""
    query = select(ChunkForSale.price, ChunkForSale.wrapped_key).where(ChunkForSale.content_id == item.content_id)
    rows = session.execute(query.order_by(ChunkForSale.index)).all()
    return Film(item, tuple(price for price, _ in rows), tuple(key for _, key in rows))


def key_owner(content_id: str, index: int) -> str:
    """Name the row that a wrapped chunk key belongs to."""
    return f"chunk:{content_id}:{index}"
