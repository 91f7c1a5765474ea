"""A film's timeline with what this account may do with each part."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.desk.catalogue import item_out
from services.desk.channels.chain import why_not
from services.desk.channels.deposits import need_for
from services.desk.channels.record import deposit_amount, find_channel, free_of
from services.desk.choices import read_choices
from services.desk.context import Desk
from services.desk.memberships.lending import lent
from services.desk.memory import OpenFilm
from services.desk.money import spent_on
from services.desk.purchases.keys import owned
from services.desk.tables import Film, Purchase
from services.desk.wallet.service import wallet_state
from services.media.manifest import Manifest
from services.units.ids import ContentId
from services.units.money import ZERO
from services.wire.catalogue import Access, BudgetOut, CaptionOut, ChunkOut, FilmPaymentOut, PlaybackOut
from services.wire.problems import ProblemError
from services.wire.uploads import ChapterOut


def playback_out(desk: Desk, film: OpenFilm) -> PlaybackOut:
    """Describe a film for playing. Blocking."""
    manifest = film.manifest
    available, why = wallet_state(desk).available, why_by_chain(desk)
    with desk.database.read() as session:
        mine = owned(session, manifest.content_id) | _remembered(desk, manifest)
        free = lent(session, desk, manifest.content_id) - mine
        pending = _pending(session, manifest.content_id)
        row = session.get_one(Film, manifest.content_id)
        chunks = tuple(
            ChunkOut(
                index=index,
                start_ms=chunk.start_ms,
                end_ms=chunk.end_ms,
                price=chunk.price,
                access=_access(index, free=chunk.price == ZERO or index in free, mine=mine, pending=pending),
            )
            for index, chunk in enumerate(manifest.chunks)
        )
        return PlaybackOut(
            item=item_out(film.card, owned_chunks=sum(1 for index in mine if chunks[index].price != ZERO), film=row),
            chunks=chunks,
            position_ms=row.position_ms,
            spent=spent_on(session, manifest.content_id),
            budget=budget_out(row),
            available=available,
            payment=_payment(session, desk, manifest, mine | free, why, row.position_ms),
            captions=tuple(CaptionOut(language=one.language, name=one.name) for one in manifest.captions),
            chapters=tuple(ChapterOut(start_ms=one.start_ms, title=one.title) for one in manifest.chapters),
        )


def budget_out(row: Film) -> BudgetOut | None:
    """Write a film's budget."""
    return None if row.budget_limit is None else BudgetOut(limit=row.budget_limit, spent=row.budget_spent)


def why_by_chain(desk: Desk) -> str:
    """Say why channels are not used here at all; empty when they are. Blocking."""
    with desk.database.read() as session:
        if read_choices(session).method == "chain":
            return "setting"
    if desk.memory.node_offers.get(desk.node.uri) is False:
        return "node"
    try:
        return why_not(desk)
    except ProblemError:
        return "unreachable"


def _payment(
    session: Session, desk: Desk, manifest: Manifest, mine: frozenset[int], why: str, position_ms: int
) -> FilmPaymentOut:
    """Say how the next part to be bought would be paid: the first from the position on, else the first of all."""
    row = find_channel(session, desk, manifest.creator)
    if not why and row is not None and row.state != "open":
        why = row.state
    if why:
        return FilmPaymentOut(method="chain", why=why)
    locked = [index for index, chunk in enumerate(manifest.chunks) if chunk.price != ZERO and index not in mine]
    ahead = [index for index in locked if manifest.chunks[index].end_ms > position_ms]
    if not locked:
        return FilmPaymentOut()
    first = (ahead or locked)[0]
    free = ZERO if row is None else free_of(row) + deposit_amount(row)
    need = need_for(manifest, mine, first_chunk=first, price=manifest.chunks[first].price, free=free)
    return FilmPaymentOut(deposit=need.usual)


def _remembered(desk: Desk, manifest: Manifest) -> frozenset[int]:
    """Give the chunks whose keys are here and perhaps not on disk yet."""
    content = manifest.content_id
    return frozenset(index for index in range(len(manifest.chunks)) if desk.memory.keys.get((content, index)))


def _access(index: int, *, free: bool, mine: frozenset[int], pending: frozenset[int]) -> Access:
    if free:
        return "free"
    if index in mine:
        return "owned"
    return "pending" if index in pending else "locked"


def _pending(session: Session, content: ContentId) -> frozenset[int]:
    rows = session.scalars(select(Purchase).where(Purchase.content_id == content, Purchase.money == "in_flight"))
    return frozenset(index for row in rows for index in range(row.first_chunk, row.first_chunk + row.chunk_count))
