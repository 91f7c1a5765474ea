"""Versions of a film: what its creator may say anew without changing what anybody bought, and what was said before."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.media.manifest import Manifest
from services.media.signature import parse_signed
from services.node.blocks.record import hold
from services.node.catalogue.listing import refresh
from services.node.catalogue.tables import ItemVersion
from services.node.context import Node
from services.node.tables import ChunkForSale, Item
from services.units.ids import ContentId
from services.wire.node import VersionOut
from services.wire.problems import ProblemError

_LISTED = 50


def note_version(node: Node, session: Session, manifest: Manifest, signed: str) -> None:
    """Keep what was published, inside the write unit that publishes it."""
    row = ItemVersion(
        content_id=manifest.content_id,
        version=manifest.version,
        title=manifest.title,
        signed=signed,
        published_at=node.clock.now(),
    )
    session.add(row)


def publish_version(node: Node, session: Session, item: Item, manifest: Manifest, signed: str) -> Item:
    """Put the next version of an item in place of the one that is there; inside a write unit.

    Its title, picture, captions, chapters, price and free parts may differ. The parts, their order and keys may not:
    they were bought by their numbers, and by no change may what somebody owns become another piece of film. A file that
    is cut otherwise is a film of its own, published beside this one. What is sold from this unit on costs what it says.
    What older versions named stays held, for their viewers.
    Raises ProblemError: manifest.invalid (what: version, parts, previewKeys), content.missing.
    """
    latest = parse_signed(item.signed.encode()).manifest
    if manifest.version != latest.version + 1:
        raise ProblemError("manifest.invalid", what="version")
    if manifest.parts != latest.parts:
        raise ProblemError("manifest.invalid", what="parts")
    if manifest.terms != latest.terms:
        _set_terms(session, item, manifest)
    poster = () if manifest.poster_cid is None else (manifest.poster_cid,)
    hold(node, session, (*poster, *(caption.cid for caption in manifest.captions)))
    item.title, item.signed = manifest.title, signed
    item.poster = str(manifest.poster_cid) if manifest.poster_cid else None
    note_version(node, session, manifest, signed)
    refresh(session, item)
    return item


def _set_terms(session: Session, item: Item, manifest: Manifest) -> None:
    # The first parts, so that price and number say all of it: workers compare these two at each sale.
    if set(manifest.preview_keys) != set(range(len(manifest.preview_keys))):
        raise ProblemError("manifest.invalid", what="previewKeys")
    item.price_per_ten_seconds, item.free_chunks = manifest.price_per_ten_seconds, len(manifest.preview_keys)
    for row in session.scalars(select(ChunkForSale).where(ChunkForSale.content_id == item.content_id)):
        row.price = manifest.chunks[row.index].price


def versions_of(session: Session, content: ContentId) -> tuple[VersionOut, ...]:
    """List a film's versions, the newest ones first."""
    wanted = select(ItemVersion).where(ItemVersion.content_id == content).order_by(ItemVersion.version.desc())
    rows = list(session.scalars(wanted.limit(_LISTED)))
    manifests = [parse_signed(row.signed.encode()).manifest for row in rows]
    before = [*manifests[1:], None]
    return tuple(
        VersionOut(
            version=row.version,
            title=row.title,
            published_at=row.published_at,
            changed=_changed(manifest, earlier),
        )
        for row, manifest, earlier in zip(rows, manifests, before, strict=True)
    )


def _changed(manifest: Manifest, before: Manifest | None) -> tuple[str, ...]:
    if before is None:
        return ()
    pairs = {
        "title": (manifest.title, before.title),
        "poster": (manifest.poster_cid, before.poster_cid),
        "captions": (manifest.captions, before.captions),
        "chapters": (manifest.chapters, before.chapters),
        "price": (manifest.price_per_ten_seconds, before.price_per_ten_seconds),
        "free": (set(manifest.preview_keys), set(before.preview_keys)),
    }
    return tuple(name for name, (now, then) in pairs.items() if now != then)
