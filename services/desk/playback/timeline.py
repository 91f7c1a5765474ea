"""A film's timeline with what this account may do with each part."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.desk.catalogue import item_out
from services.desk.context import Desk
from services.desk.films import OpenFilm
from services.desk.money import spent_on
from services.desk.purchases.keys import owned
from services.desk.tables import Film, Purchase
from services.desk.wallet.service import wallet_state
from services.units.ids import ContentId
from services.units.money import ZERO
from services.wire.catalogue import Access, BudgetOut, ChunkOut, PlaybackOut


def playback_out(desk: Desk, film: OpenFilm) -> PlaybackOut:
    """Describe a film for playing. Blocking."""
    manifest = film.manifest
    with desk.database.read() as session:
        mine = owned(session, manifest.content_id)
        pending = _pending(session, manifest.content_id)
        row = session.get_one(Film, manifest.content_id)
        chunks = tuple(
            ChunkOut(
                index=index,
                start_ms=chunk.start_ms,
                end_ms=chunk.end_ms,
                price=chunk.price,
                access=_access(index, free=chunk.price == ZERO, mine=mine, pending=pending),
            )
            for index, chunk in enumerate(manifest.chunks)
        )
        return PlaybackOut(
            item=item_out(film.card, owned_chunks=sum(1 for index in mine if chunks[index].price != ZERO), film=row),
            chunks=chunks,
            position_ms=row.position_ms,
            spent=spent_on(session, manifest.content_id),
            budget=budget_out(row),
            available=wallet_state(desk).available,
        )


def budget_out(row: Film) -> BudgetOut | None:
    """Write a film's budget."""
    return None if row.budget_limit is None else BudgetOut(limit=row.budget_limit, spent=row.budget_spent)


def _access(index: int, *, free: bool, mine: frozenset[int], pending: frozenset[int]) -> Access:
    if free:
        return "free"
    if index in mine:
        return "owned"
    return "pending" if index in pending else "locked"


def _pending(session: Session, content: ContentId) -> frozenset[int]:
    rows = session.scalars(select(Purchase).where(Purchase.content_id == content, Purchase.money == "in_flight"))
    return frozenset(index for row in rows for index in range(row.first_chunk, row.first_chunk + row.chunk_count))
