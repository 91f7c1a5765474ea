"""Taking a purchase away: everything that plays a film's owned parts, in one file that needs no service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import select

from services.desk.content import ciphertext, init_segment
from services.desk.context import Desk
from services.desk.purchases.keys import key_of
from services.desk.tables import Film, OwnedChunk, Purchase
from services.ipfs.durable import disk_problems
from services.media.manifest import Manifest
from services.media.signature import parse_signed
from services.media.takeaway import Part, write_takeaway
from services.units.ids import ContentId
from services.wire.problems import ProblemError
from services.wire.storage import ExportOut


def export(desk: Desk, content: ContentId, path: Path) -> ExportOut:
    """Write what is owned of a film to a new file. desk: at the film's node. Blocking.

    Raises ProblemError: content.not_found (nothing of it was opened here), content.missing, storage.file, disk.full.
    """
    if not path.is_absolute() or path.exists():
        raise ProblemError("storage.file", file=path.name)
    with desk.database.read() as session:
        film = session.get(Film, content)
        if film is None:
            raise ProblemError("content.not_found")
        signed = film.signed
        owned = set(session.scalars(select(OwnedChunk.index).where(OwnedChunk.content_id == content)))
        bought = session.scalars(select(Purchase).where(Purchase.content_id == content, Purchase.state == "keyed"))
        receipts = [_receipt(row) for row in bought]
    manifest = parse_signed(signed.encode()).manifest
    wanted = sorted(owned | set(manifest.preview_keys))
    init = init_segment(desk, manifest)
    unfinished = path.with_name(path.name + ".part")
    try:
        with disk_problems(), unfinished.open("xb") as file:
            parts = write_takeaway(
                file, signed=signed, init=init, parts=_parts(desk, manifest, wanted), receipts=receipts
            )
        unfinished.rename(path)
    except OSError as exc:
        raise ProblemError("storage.file", file=path.name) from exc
    finally:
        unfinished.unlink(missing_ok=True)
    return ExportOut(path=str(path), parts=parts, of=len(manifest.chunks), size_bytes=path.stat().st_size)


def _parts(desk: Desk, manifest: Manifest, wanted: list[int]) -> Iterator[Part]:
    for index in wanted:
        yield Part(index, key_of(desk, manifest, index), ciphertext(desk, manifest, index))


def _receipt(row: Purchase) -> dict[str, Any]:
    return {
        "intent": row.intent,
        "firstChunk": row.first_chunk,
        "chunkCount": row.chunk_count,
        "amount": str(row.amount.micros),
        "payment": row.payment,
        "transaction": row.transaction,
        "at": row.at.isoformat(),
    }
