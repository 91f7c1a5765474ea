"""The catalogue: publishing a signed film, and finding it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services.media.manifest import Manifest
from services.media.seal import check_key
from services.media.signature import parse_signed
from services.node.blocks.record import hold
from services.node.context import Node
from services.node.door import Caller, NodeOf
from services.node.sales.shelf import key_owner
from services.node.tables import ChunkForSale, Item
from services.units.cid import Cid
from services.wire.node import CardOut, ManifestOut, PublishIn
from services.wire.problems import ProblemError

TRACK = 0

router = APIRouter(tags=["catalogue"])


@router.put("/content/{content_id}/manifest", status_code=201)
def publish(node: NodeOf, caller: Caller, content_id: str, body: PublishIn) -> CardOut:
    """Put a film up for sale. The same film again changes nothing.

    Problem codes: manifest.invalid, manifest.signature, account.forbidden, chain.wrong_chain, content.wrong_key,
    content.missing.
    """
    manifest = parse_signed(body.signed.encode()).manifest
    _check(node, manifest, body)
    if manifest.creator != caller or manifest.content_id != content_id.lower():
        raise ProblemError("account.forbidden")
    with node.database.write() as session:
        item = session.get(Item, manifest.content_id)
        if item is None:
            item = _add(node, session, manifest, body)
        elif item.signed != body.signed:
            raise ProblemError("manifest.invalid", what="version")
    return _card(item)


@router.get("/content")
def browse(
    node: NodeOf,
    query: Annotated[str, Query(max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 60,
) -> tuple[CardOut, ...]:
    """List what is for sale, newest first; each word of the query must occur in title, description or creator."""
    wanted = select(Item)
    for word in query.split():
        places = (Item.title, Item.description, Item.creator_name)
        wanted = wanted.where(or_(*(place.icontains(word, autoescape=True) for place in places)))
    with node.database.read() as session:
        rows = session.scalars(wanted.order_by(Item.published_at.desc(), Item.content_id).limit(limit))
        return tuple(_card(row) for row in rows)


@router.get("/content/creator/{creator_id}")
def of_creator(node: NodeOf, creator_id: str) -> tuple[CardOut, ...]:
    """List a creator's films, newest first."""
    wanted = select(Item).where(Item.creator == creator_id.lower()).order_by(Item.published_at.desc(), Item.content_id)
    with node.database.read() as session:
        return tuple(_card(row) for row in session.scalars(wanted.limit(100)))


@router.get("/content/{content_id}")
def card(node: NodeOf, content_id: str) -> CardOut:
    """Describe a film; keys and linked addresses are never part of it."""
    with node.database.read() as session:
        return _card(find_item(session, content_id))


@router.get("/content/{content_id}/manifest")
def manifest_of(node: NodeOf, content_id: str) -> ManifestOut:
    """Give the creator's signed manifest."""
    with node.database.read() as session:
        return ManifestOut(signed=find_item(session, content_id).signed)


def find_item(session: Session, content_id: str) -> Item:
    """Give an item; raises ProblemError: content.not_found."""
    item = session.get(Item, content_id.lower())
    if item is None:
        raise ProblemError("content.not_found")
    return item


def _check(node: Node, manifest: Manifest, body: PublishIn) -> None:
    sold_on = (manifest.chain_id, manifest.token, manifest.escrow)
    if sold_on != (node.chain.chain_id, node.chain.token, node.chain.escrow):
        raise ProblemError("chain.wrong_chain", expected=node.chain.chain_id, found=manifest.chain_id)
    if len(body.keys) != len(manifest.chunks):
        raise ProblemError("manifest.invalid", what="keys")
    for index, (chunk, key) in enumerate(zip(manifest.chunks, body.keys, strict=True)):
        check_key(bytes.fromhex(key), chunk.key_commitment, manifest.content_id, TRACK, index)


def _add(node: Node, session: Session, manifest: Manifest, body: PublishIn) -> Item:
    item = Item(
        content_id=manifest.content_id,
        creator=manifest.creator,
        creator_name=" ".join(body.creator_name.split()),
        title=manifest.title,
        description=body.description.strip(),
        duration_ms=manifest.duration_ms,
        width=manifest.width,
        height=manifest.height,
        price_per_ten_seconds=manifest.price_per_ten_seconds,
        chunk_count=len(manifest.chunks),
        free_chunks=len(manifest.preview_keys),
        poster=str(manifest.poster_cid) if manifest.poster_cid else None,
        signed=body.signed,
        published_at=node.clock.now(),
    )
    session.add(item)
    session.flush()
    poster = (manifest.poster_cid,) if manifest.poster_cid else ()
    hold(node, session, (manifest.init_cid, *poster, *(chunk.cid for chunk in manifest.chunks)))
    for index, (chunk, key) in enumerate(zip(manifest.chunks, body.keys, strict=True)):
        wrapped = node.keys.wrap(bytes.fromhex(key), owner=key_owner(manifest.content_id, index))
        row = ChunkForSale(content_id=manifest.content_id, index=index, price=chunk.price, wrapped_key=wrapped)
        session.add(row)
    return item


def _card(item: Item) -> CardOut:
    return CardOut(
        content_id=item.content_id,
        title=item.title,
        description=item.description,
        creator=item.creator,
        creator_name=item.creator_name,
        duration_ms=item.duration_ms,
        width=item.width,
        height=item.height,
        price_per_ten_seconds=item.price_per_ten_seconds,
        chunk_count=item.chunk_count,
        free_chunks=item.free_chunks,
        poster=None if item.poster is None else Cid.parse(item.poster),
        published_at=item.published_at,
    )
