"""Publishing a signed film, and what its owner may change afterwards; signed words only by a next version of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from services.media.manifest import Manifest
from services.media.seal import check_key
from services.media.signature import parse_signed
from services.node.access import give_access, wanted_access
from services.node.blocks.record import hold
from services.node.catalogue.listing import number, refresh
from services.node.catalogue.tags import normalised
from services.node.catalogue.versions import note_version, publish_version
from services.node.context import Node
from services.node.sales.shelf import key_owner
from services.node.tables import ChunkForSale, Item
from services.units.address import Address
from services.wire.node import PublishIn
from services.wire.problems import ProblemError

TRACK = 0


def publish_film(node: Node, owner: Address, content_id: str, body: PublishIn) -> Item:
    """Put a film up for sale, or the next version of one that is. See the route for what it raises."""
    manifest = parse_signed(body.signed.encode()).manifest
    _check(node, manifest, body)
    if manifest.creator != owner or manifest.content_id != content_id.lower():
        raise ProblemError("account.forbidden")
    tags = normalised(body.tags)
    with node.database.write() as session:
        item = session.get(Item, manifest.content_id, with_for_update=True)
        if item is None:
            return _add(node, session, manifest, body, tags)
        if item.signed != body.signed:
            publish_version(node, session, item, manifest, body.signed)
    node.shelf.forget(item.content_id)
    return item


def describe(node: Node, owner: Address, content_id: str, description: str) -> Item:
    """Change what an owner says about an item."""
    with node.database.write() as session:
        item = owned_item(session, content_id, owner)
        item.description = description.strip()
        refresh(session, item)
    return item


def tag(node: Node, owner: Address, content_id: str, tags: tuple[str, ...]) -> Item:
    """Give an item other tags. Raises ProblemError: content.tags."""
    kept = normalised(tags)
    with node.database.write() as session:
        item = owned_item(session, content_id, owner)
        item.tags = list(kept)
        refresh(session, item)
    return item


def archive(node: Node, owner: Address, content_id: str, at: datetime | None) -> Item:
    """Take an item out of list and sale from a moment on, or with None bring it back."""
    with node.database.write() as session:
        item = owned_item(session, content_id, owner)
        item.archived_at = None if at is None else item.archived_at or at
        refresh(session, item)
    return item


def find_item(session: Session, content_id: str, *, lock: bool = False) -> Item:
    """Give an item; with lock, nobody else changes it before this unit ends. Raises ProblemError: content.not_found."""
    item = session.get(Item, content_id.lower(), with_for_update=lock or None)
    if item is None:
        raise ProblemError("content.not_found")
    return item


def owned_item(session: Session, content_id: str, owner: Address) -> Item:
    """Give an item to change, to its owner only. Raises ProblemError: content.not_found, account.forbidden."""
    item = find_item(session, content_id, lock=True)
    if item.creator != owner:
        raise ProblemError("account.forbidden")
    return item


def _check(node: Node, manifest: Manifest, body: PublishIn) -> None:
    sold_on = (manifest.chain_id, manifest.token, manifest.escrow)
    if sold_on != (node.chain.chain_id, node.chain.token, node.chain.escrow):
        raise ProblemError("chain.wrong_chain", expected=node.chain.chain_id, found=manifest.chain_id)
    if len(body.keys) != len(manifest.chunks):
        raise ProblemError("manifest.invalid", what="keys")
    for index, (chunk, key) in enumerate(zip(manifest.chunks, body.keys, strict=True)):
        check_key(bytes.fromhex(key), chunk.key_commitment, manifest.sealed_id, TRACK, index)


def _add(node: Node, session: Session, manifest: Manifest, body: PublishIn, tags: tuple[str, ...]) -> Item:
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
        visibility=body.visibility,
        seq=number(session),
        tags=list(tags),
        opens_at=body.opens_at if body.opens_at is not None and body.opens_at > node.clock.now() else None,
    )
    session.add(item)
    session.flush()
    poster = (manifest.poster_cid,) if manifest.poster_cid else ()
    beside = (*poster, *(caption.cid for caption in manifest.captions))
    hold(node, session, (manifest.init_cid, *beside, *(chunk.cid for chunk in manifest.chunks)))
    for index, (chunk, key) in enumerate(zip(manifest.chunks, body.keys, strict=True)):
        wrapped = node.keys.wrap(bytes.fromhex(key), owner=key_owner(manifest.content_id, index))
        row = ChunkForSale(content_id=manifest.content_id, index=index, price=chunk.price, wrapped_key=wrapped)
        session.add(row)
    note_version(node, session, manifest, body.signed)
    give_access(session, item, wanted_access(body))
    refresh(session, item)
    return item
