"""What is for sale, what was watched here, and the pictures of both."""

from __future__ import annotations

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Query, Response
from sqlalchemy import select

from services.desk.context import Desk
from services.desk.door import ContentOf, DeskOf
from services.desk.purchases.keys import owned_counts
from services.desk.tables import Film
from services.ipfs.unixfs import read_file
from services.units.cid import Cid
from services.wire.catalogue import ItemOut
from services.wire.node import CardOut
from services.wire.problems import ProblemError

MAX_PICTURE_BYTES = 8 * 1024 * 1024
_JPEG = b"\xff\xd8\xff"

router = APIRouter(tags=["catalogue"])


@router.get("/catalogue")
async def browse(desk: DeskOf, query: str = "", limit: Annotated[int, Query(ge=1, le=100)] = 60) -> tuple[ItemOut, ...]:
    """List what is for sale."""
    cards = await desk.node.browse(tuple[CardOut, ...], "/content", query={"query": query, "limit": limit})
    return await to_thread.run_sync(items_out, desk, cards)


@router.get("/catalogue/{content_id}")
async def item(desk: DeskOf, content: ContentOf) -> ItemOut:
    """Describe one film."""
    card = await desk.node.browse(CardOut, f"/content/{content}")
    return (await to_thread.run_sync(items_out, desk, (card,)))[0]


@router.get("/library")
async def library(desk: DeskOf) -> tuple[ItemOut, ...]:
    """List films that were opened here, latest first; works without a node."""

    def read() -> tuple[ItemOut, ...]:
        with desk.database.read() as session:
            rows = list(session.scalars(select(Film).order_by(Film.opened_at.desc(), Film.content_id).limit(100)))
            counts = owned_counts(session)
        return tuple(
            item_out(CardOut.model_validate(row.card), owned_chunks=counts.get(row.content_id, 0), film=row)
            for row in rows
        )

    return await to_thread.run_sync(read)


@router.get("/items")
async def own_items(desk: DeskOf) -> tuple[ItemOut, ...]:
    """List this account's own films."""
    owner = desk.keyring.address
    if owner is None:
        return ()
    cards = await desk.node.browse(tuple[CardOut, ...], f"/content/creator/{owner}")
    return await to_thread.run_sync(items_out, desk, cards)


@router.get("/blobs/{cid}")
async def blob(desk: DeskOf, cid: str) -> Response:
    """Give a public JPEG by its CID."""
    try:
        wanted = Cid.parse(cid)
    except ValueError as exc:
        raise ProblemError("content.not_found") from exc
    data = await to_thread.run_sync(read_file, desk.blocks, wanted, MAX_PICTURE_BYTES)
    if not data.startswith(_JPEG):
        raise ProblemError("content.not_found")
    return Response(data, media_type="image/jpeg")


def items_out(desk: Desk, cards: tuple[CardOut, ...]) -> tuple[ItemOut, ...]:
    """Add to the node's cards what this desk knows. Blocking."""
    with desk.database.read() as session:
        counts = owned_counts(session)
        wanted = select(Film).where(Film.content_id.in_([card.content_id for card in cards]))
        films = {row.content_id: row for row in session.scalars(wanted)}
    return tuple(
        item_out(card, owned_chunks=counts.get(card.content_id, 0), film=films.get(card.content_id)) for card in cards
    )


def item_out(card: CardOut, *, owned_chunks: int, film: Film | None) -> ItemOut:
    """Write a card as the window shows it."""
    return ItemOut(
        content_id=card.content_id,
        title=card.title,
        description=card.description,
        creator=card.creator,
        creator_name=card.creator_name,
        duration_ms=card.duration_ms,
        width=card.width,
        height=card.height,
        price_per_ten_seconds=card.price_per_ten_seconds,
        chunk_count=card.chunk_count,
        free_chunks=card.free_chunks,
        owned_chunks=owned_chunks,
        poster=None if card.poster is None else str(card.poster),
        position_ms=film.position_ms if film else 0,
        published_at=card.published_at,
    )
