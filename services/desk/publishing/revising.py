"""The next version of a film that is for sale: other words, picture, captions, chapters or price; the parts stay.

As with the first one: composed, signed, written down, and only then sent; what was not answered is sent again as it is.
Viewers take a version up at their next opening, and pay no price that they were not shown. A file that is cut otherwise
is no version but a film of its own: purchases go by the numbers of the parts (services.node.catalogue.versions).
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from anyio import to_thread
from sqlalchemy import select

from services.desk.context import Desk
from services.desk.nodes.sending import send_film
from services.desk.publishing.publish import MAX_PRICE, REFUSED, as_signed, checked_title, register
from services.desk.publishing.record import change, film_of, get, secret_of
from services.desk.publishing.thumbnails import set_thumbnail
from services.desk.storage.record import files_of
from services.desk.storage.repair import repair
from services.desk.tables import Upload
from services.media.manifest import Manifest, with_terms
from services.media.signature import parse_signed, sign_manifest
from services.media.tracks import Caption
from services.media.worker import keep_captions
from services.units.ids import ContentId
from services.units.money import ZERO
from services.units.time import unix_seconds
from services.wire.node import VersionOut
from services.wire.problems import ProblemError
from services.wire.uploads import CaptionsIn, VersionIn


async def versions(at: Desk, content: ContentId) -> tuple[VersionOut, ...]:
    """List a film's versions as its node has them, newest first. Raises ProblemError: content.not_found, node.*."""
    return await at.node.browse(tuple[VersionOut, ...], f"/contents/{content}/versions")


async def revise(at: Desk, content: ContentId, wanted: VersionIn) -> tuple[VersionOut, ...]:
    """Publish the next version of an own film. at: the desk at the film's node.

    Raises ProblemError: content.not_found, upload.title, upload.price, upload.file_missing, media.picture,
    media.captions, media.worker_failed, manifest.invalid (what: beside, for chapters after the end or names that
    cannot be), wallet.locked, and what the node answers.
    """
    desk = at.home or at
    upload_id = await to_thread.run_sync(_published, desk, content)
    return await desk.finish(_in_turn(at, upload_id, content, wanted), f"revising {upload_id}")


async def _in_turn(at: Desk, upload_id: str, content: ContentId, wanted: VersionIn) -> tuple[VersionOut, ...]:
    desk = at.home or at
    async with desk.turn(upload_id):
        row = await to_thread.run_sync(get, desk, upload_id)
        if "before" in row.publication:
            await _bring(at, row)
        if wanted.thumbnail is not None:
            await set_thumbnail(desk, upload_id, wanted.thumbnail)
            row = await to_thread.run_sync(get, desk, upload_id)
        beside = {**(row.beside or {}), **await _chosen(desk, row, wanted)}
        await _bring(at, await to_thread.run_sync(partial(_written_down, desk, row, beside, wanted)))
    for event, name in (("upload", upload_id), ("catalogue", content)):
        desk.events.publish(event, name)
    desk.spawn(_copied(desk), name=f"copies of {upload_id}")
    return await versions(at, content)


async def _chosen(desk: Desk, row: Upload, wanted: VersionIn) -> dict[str, Any]:
    chosen: dict[str, Any] = {}
    if wanted.chapters is not None:
        chosen["chapters"] = [chapter.model_dump() for chapter in wanted.chapters]
    if wanted.captions is not None:
        there = {(one.language, one.name): one for one in film_of(row).captions}
        chosen["captions"] = [(await _captions(desk, one, there)).to_json() for one in wanted.captions]
    return chosen


async def _captions(desk: Desk, wanted: CaptionsIn, there: dict[tuple[str, str], Caption]) -> Caption:
    if not wanted.path:
        found = there.get((wanted.language, wanted.name))
        if found is None:
            raise ProblemError("upload.file_missing", file=wanted.name or wanted.language)
        return found
    path = Path(wanted.path)
    if not path.is_absolute():
        raise ProblemError("upload.file_missing", file=path.name)
    return Caption(wanted.language, wanted.name, await keep_captions(path, store_root=desk.block_root))


def _written_down(desk: Desk, row: Upload, beside: dict[str, Any], wanted: VersionIn) -> Upload:
    """Sign the next version and keep it, with the one before for the case that the node refuses it."""
    before = row.publication["signed"]
    row.beside = beside
    signed = sign_manifest(_next(desk, row, parse_signed(before.encode()).manifest, wanted), desk.keyring.key())
    publication = {**row.publication, "signed": signed.to_bytes().decode(), "before": before}
    change(desk, row.id, beside=beside, publication=publication)
    return get(desk, row.id)


def _next(desk: Desk, row: Upload, latest: Manifest, wanted: VersionIn) -> Manifest:
    film = film_of(row)
    return replace(
        _priced(desk, row, latest, wanted),
        version=latest.version + 1,
        title=latest.title if wanted.title is None else checked_title(wanted.title),
        poster_cid=film.poster_cid,
        captions=film.captions,
        chapters=tuple(chapter for chapter in film.facts.chapters if chapter.start_ms < film.duration_ms),
        created_at=unix_seconds(desk.clock.now()),
    )


def _priced(desk: Desk, row: Upload, latest: Manifest, wanted: VersionIn) -> Manifest:
    if wanted.price is None and wanted.preview_chunks is None:
        return latest
    if wanted.price is not None and not ZERO < wanted.price <= MAX_PRICE:
        raise ProblemError("upload.price", limit=MAX_PRICE.micros)
    return with_terms(
        latest,
        secret=secret_of(desk, row),
        price_per_ten_seconds=latest.price_per_ten_seconds if wanted.price is None else wanted.price,
        preview_chunks=len(latest.preview_keys) if wanted.preview_chunks is None else wanted.preview_chunks,
    )


async def _bring(at: Desk, row: Upload) -> None:
    """Have the node take the version that is written down; what it refuses is taken back."""
    desk, kept = at.home or at, dict(row.publication)
    before = kept.pop("before")
    try:
        await send_film(at, files_of(row), _untold)
        await register(at, row.content_id, await to_thread.run_sync(as_signed, desk, row))
    except ProblemError as problem:
        if problem.code in REFUSED:
            await to_thread.run_sync(partial(change, desk, row.id, publication={**kept, "signed": before}))
        raise
    await to_thread.run_sync(partial(change, desk, row.id, publication=kept))


async def _copied(desk: Desk) -> None:
    await repair(desk)


async def _untold(_done: int, _total: int) -> None:
    """A version's own blocks are few."""


def _published(desk: Desk, content: ContentId) -> str:
    with desk.database.read() as session:
        wanted = select(Upload.id).where(Upload.content_id == content, Upload.state == "published")
        found = session.scalar(wanted)
    if found is None:
        raise ProblemError("content.not_found")
    return found
