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
from services.node.tables import Item
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

    Its title, picture, captions and chapters may differ. Parts, their order, keys and prices may not: they were bought.
    Raises ProblemError: manifest.invalid (what: version, parts), content.missing.
    """
    latest = parse_signed(item.signed.encode()).manifest
    if manifest.version != latest.version + 1:
        raise ProblemError("manifest.invalid", what="version")
    if manifest.goods != latest.goods:
        raise ProblemError("manifest.invalid", what="parts")
    poster = () if manifest.poster_cid is None else (manifest.poster_cid,)
    hold(node, session, (*poster, *(caption.cid for caption in manifest.captions)))
    item.title, item.signed = manifest.title, signed
    item.poster = str(manifest.poster_cid) if manifest.poster_cid else None
    note_version(node, session, manifest, signed)
    refresh(session, item)
    return item


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
    }
    return tuple(name for name, (now, then) in pairs.items() if now != then)
