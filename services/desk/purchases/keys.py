"""Keys of owned chunks: checked against their commitment, then kept under the device's key."""

from __future__ import annotations

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from services.db.dialects import insert_into
from services.db.plain import Prepared, Work, unit_of
from services.desk.context import Desk
from services.desk.memberships.lending import lent_key
from services.desk.tables import OwnedChunk
from services.media.manifest import Manifest
from services.media.seal import check_key
from services.units.ids import ContentId
from services.wire.node import ChunkKey
from services.wire.problems import ProblemError

TRACK = 0
EVERYTHING = range(2**31)
_KEEP = Prepared(insert_into(OwnedChunk).on_conflict_do_nothing(), ("content_id", "index", "wrapped_key", "bought"))
_OWNED = Prepared(
    select(OwnedChunk.index).where(
        OwnedChunk.content_id == bindparam("content"),
        OwnedChunk.index >= bindparam("first"),
        OwnedChunk.index < bindparam("end"),
    ),
    ("content", "first", "end"),
)


def check_keys(manifest: Manifest, keys: tuple[ChunkKey, ...], wanted: range) -> None:
    """Check delivered keys against the creator's commitments. Raises ProblemError: content.wrong_key."""
    if [key.index for key in keys] != list(wanted):
        raise ProblemError("content.wrong_key", content=manifest.content_id, index=wanted.start)
    for key in keys:
        commitment = manifest.chunks[key.index].key_commitment
        check_key(bytes.fromhex(key.key), commitment, manifest.sealed_id, TRACK, key.index)


def keep_keys(desk: Desk, work: Work, content: ContentId, keys: tuple[ChunkKey, ...], *, bought: bool) -> None:
    """Store checked keys inside the caller's write unit."""
    rows = [
        (content, key.index, desk.device.wrap(bytes.fromhex(key.key), owner=_row(content, key.index)), int(bought))
        for key in keys
    ]
    _KEEP.run_many(unit_of(work), rows)


def owned(work: Work, content: ContentId, among: range = EVERYTHING) -> frozenset[int]:
    """Give the indices of the chunks of a film that this desk has keys for."""
    return frozenset(index for (index,) in _OWNED.all(unit_of(work), content, among.start, among.stop))


def owned_counts(session: Session) -> dict[str, int]:
    """Give the number of bought chunks for each film."""
    query = select(OwnedChunk.content_id, func.count()).where(OwnedChunk.bought == 1).group_by(OwnedChunk.content_id)
    return dict(session.execute(query).all())


def key_of(desk: Desk, manifest: Manifest, index: int) -> bytes:
    """Give the key of a chunk that is free, owned or lent. Blocking. Raises ProblemError: content.locked."""
    preview = manifest.preview_keys.get(index)
    if preview is not None:
        return preview
    remembered = desk.memory.keys.get((manifest.content_id, index))
    if remembered is not None:
        return remembered
    with desk.database.read() as session:
        row = session.get(OwnedChunk, (manifest.content_id, index))
    if row is None:
        borrowed = lent_key(desk, manifest.content_id, index)
        if borrowed is None:
            raise ProblemError("content.locked", index=index)
        return borrowed
    return desk.device.open(row.wrapped_key, owner=_row(manifest.content_id, index))


def _row(content: ContentId, index: int) -> str:
    return f"owned:{content}:{index}"
