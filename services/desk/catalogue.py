"""What is for sale, what was watched here, and the pictures of both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from anyio import to_thread
from fastapi import Query, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.desk.context import Desk
from services.desk.door import ContentOf, DeskOf
from services.desk.library.downloads import states
from services.desk.library.owned import hear_of_owned
from services.desk.memberships.lending import keepable_films
from services.desk.memberships.tables import Membership
from services.desk.nodes.listing import Placed, from_all
from services.desk.nodes.paging import next_part
from services.desk.nodes.places import FilmDeskOf
from services.desk.nodes.tables import KnownNode, Placement
from services.desk.nodes.taming import tamed
from services.desk.purchases.keys import owned_counts
from services.desk.tables import Film
from services.http.late_routes import LateRouter
from services.ipfs.unixfs import read_file
from services.units.address import Address
from services.units.cid import Cid
from services.wire.catalogue import ItemOut, ItemsPageOut
from services.wire.node import CardOut
from services.wire.problems import ProblemError

MAX_OWN = 100
_SHOWN = 500
MAX_PICTURE_BYTES = 8 * 1024 * 1024
_PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}

router = LateRouter(tags=["catalogue"])


@router.get("/catalogue")
async def browse(desk: DeskOf, query: str = "", limit: Annotated[int, Query(ge=1, le=100)] = 60) -> tuple[ItemOut, ...]:
    """List what is for sale, on all nodes that answer; without words to find, first what this member has early."""

    async def ask(at: Desk) -> tuple[CardOut, ...]:
        return await at.node.browse(tuple[CardOut, ...], "/content", query={"query": query, "limit": limit})

    found = await to_thread.run_sync(items_out, desk, await from_all(desk, ask, limit=limit, is_ranked=bool(query)))
    return found if query else (*await early_items(desk), *found)


@router.get("/catalogue/page")
async def page(
    desk: DeskOf,
    query: Annotated[str, Query(max_length=200)] = "",
    tag: Annotated[str, Query(max_length=100)] = "",
    cursor: Annotated[str, Query(max_length=20_000)] = "",
) -> ItemsPageOut:
    """List what is for sale, part by part, on all nodes that answer. Problem codes: request.invalid."""
    cards, after = await next_part(desk, {"query": query, "tag": tag}, cursor)
    return ItemsPageOut(items=await to_thread.run_sync(items_out, desk, cards), cursor=after)


@router.get("/catalogue/{content_id}")
async def item(desk: FilmDeskOf, content: ContentOf) -> ItemOut:
    """Describe one film."""
    card = tamed(await desk.node.browse(CardOut, f"/content/{content}"), desk.clock.now())
    return (await to_thread.run_sync(items_out, desk, ((desk.node.uri, card),)))[0]


@router.get("/library")
async def library(desk: DeskOf) -> tuple[ItemOut, ...]:
    """List films that were opened here or bought on another device, latest first; works without a node."""
    desk.spawn(hear_of_owned(desk), name="owned films")
    return await to_thread.run_sync(_library, desk)


@router.get("/items")
async def own_items(desk: DeskOf) -> tuple[ItemOut, ...]:
    """List this account's own films."""
    owner = desk.keyring.address
    if owner is None:
        return ()

    async def ask(at: Desk) -> tuple[CardOut, ...]:
        path, query = f"/content/creator/{owner}", {"links": "false"}
        try:
            cards = await at.node.call(tuple[CardOut, ...], "GET", path, query=query)
        except ProblemError as problem:
            if problem.code != "wallet.locked":
                raise
            # What is to come is missing then, as it is for strangers.
            return await at.node.browse(tuple[CardOut, ...], path, query)
        return tuple(card for card in cards if card.state == "live")

    return await to_thread.run_sync(own_items_out, desk, await from_all(desk, ask, limit=MAX_OWN))


@router.get("/early")
async def early_items(desk: DeskOf) -> tuple[ItemOut, ...]:
    """List what this account's memberships open before others have it, the next to come first."""
    if desk.keyring.status != "open" or not await to_thread.run_sync(_has_joined, desk):
        return ()

    async def ask(at: Desk) -> tuple[CardOut, ...]:
        return await at.node.call(tuple[CardOut, ...], "GET", "/content/early")

    return await to_thread.run_sync(items_out, desk, await from_all(desk, ask, limit=MAX_OWN, is_ranked=True))


@router.get("/blobs/{cid}")
async def blob(desk: DeskOf, cid: str) -> Response:
    """Give a public JPEG or PNG by its CID."""
    try:
        wanted = Cid.parse(cid)
    except ValueError as exc:
        raise ProblemError("content.not_found") from exc
    at = desk.at(desk.memory.pictures.get(cid) or desk.node.uri)
    data = await to_thread.run_sync(read_file, at.blocks, wanted, MAX_PICTURE_BYTES)
    kind = next((kind for start, kind in _PICTURES.items() if data.startswith(start)), None)
    if kind is None:
        raise ProblemError("content.not_found")
    return Response(data, media_type=kind)


def items_out(desk: Desk, cards: tuple[Placed, ...]) -> tuple[ItemOut, ...]:
    """Add to the nodes' cards what this desk knows. Blocking."""
    with desk.database.read() as session:
        counts, places = owned_counts(session), Places.read(session, desk)
        wanted = select(Film).where(Film.content_id.in_([card.content_id for _, card in cards]))
        films = {row.content_id: row for row in session.scalars(wanted)}
        joined = _joined(session, desk)
    mine = desk.keyring.address
    return tuple(
        places.put(
            _marked(
                item_out(card, owned_chunks=counts.get(card.content_id, 0), film=films.get(card.content_id)),
                card,
                joined,
                is_own=card.creator == mine,
            ),
            address,
        )
        for address, card in cards
    )


def _has_joined(desk: Desk) -> bool:
    with desk.database.read() as session:
        return bool(_joined(session, desk))


def _joined(session: Session, desk: Desk) -> dict[str, Address]:
    """Give the tiers that this account is a member of, with their creators."""
    wanted = select(Membership.tier_id, Membership.creator).where(Membership.paid_until > desk.clock.now())
    return {row.tier_id: row.creator for row in session.execute(wanted)}


def _marked(item: ItemOut, card: CardOut, joined: dict[str, Address], *, is_own: bool) -> ItemOut:
    """Say on a card that it is locked, to members of a tier that does not open it too."""
    if card.visibility != "members" or item.owned_chunks or is_own or not joined.keys().isdisjoint(card.tiers):
        return item
    is_member = card.creator in joined.values()
    # An older node does not say which tiers open it; then the film's page says it.
    lock = "" if is_member and not card.tiers else "tier" if is_member else "members"
    return item.model_copy(update={"lock": lock})


def own_items_out(desk: Desk, cards: tuple[Placed, ...]) -> tuple[ItemOut, ...]:
    """List this account's films: where this desk put them, also when that node is down, and what else was found."""
    with desk.database.read() as session:
        placed = list(session.scalars(select(Placement).where(Placement.state != "gone")))
    found = {card.content_id: (address, card) for address, card in cards}
    for row in sorted(placed, key=lambda row: row.state == "live"):
        if row.content_id in found and found[row.content_id][0] == row.node:
            continue
        if row.card is not None:
            found[row.content_id] = (row.node, CardOut.model_validate(row.card))
    moving = {(row.content_id, row.node): row.state for row in placed if row.state in ("coming", "leaving")}
    newest = sorted(found.values(), key=lambda one: one[1].published_at, reverse=True)
    states = {content: state for (content, _), state in moving.items()}
    return tuple(
        item.model_copy(update={"moving": states.get(item.content_id, "")}) for item in items_out(desk, tuple(newest))
    )


def _library(desk: Desk) -> tuple[ItemOut, ...]:
    downloads = states(desk)
    with desk.database.read() as session:
        rows = list(session.scalars(select(Film).order_by(Film.opened_at.desc(), Film.content_id).limit(_SHOWN)))
        counts, places, lent = owned_counts(session), Places.read(session, desk), keepable_films(session, desk)
    return tuple(
        places.put(
            item_out(CardOut.model_validate(row.card), owned_chunks=counts.get(row.content_id, 0), film=row).model_copy(
                update={
                    "kept": downloads.get(row.content_id, ""),
                    "watched_at": row.opened_at if row.position_ms else None,
                    "may_keep": row.content_id in counts or row.content_id in lent or _is_free(row.card),
                }
            ),
            row.node or "",
        )
        for row in rows
    )


def _is_free(card: dict[str, Any]) -> bool:
    return bool(card["free_chunks"] == card["chunk_count"])


@dataclass(frozen=True, slots=True)
class Places:
    """Writes on a card where its film comes from."""

    own: str
    names: dict[str, str]

    @classmethod
    def read(cls, session: Session, desk: Desk) -> Places:
        """Read the names of the listed nodes."""
        names = {row.address: row.name for row in session.scalars(select(KnownNode))}
        return cls((desk.home or desk).node.uri, names)

    def put(self, item: ItemOut, address: str) -> ItemOut:
        """Add the place; one that is no longer listed goes by its address."""
        if not address or address == self.own:
            return item
        name = self.names.get(address) or urlsplit(address).netloc
        return item.model_copy(update={"node": address, "node_name": name})


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
        tags=card.tags,
        opens_at=card.opens_at,
        is_archived=card.state == "archived",
    )
