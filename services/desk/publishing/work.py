"""The work on an upload in the background: name, check, cut, seal, store; goes on after a restart."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from pathlib import Path

from anyio import to_thread
from sqlalchemy import select

from services.desk.context import Desk
from services.desk.publishing.leftovers import clear_up, notes_folder
from services.desk.publishing.naming import source_of
from services.desk.publishing.noting import note_end
from services.desk.publishing.record import change, get, move, sealed_to_json, secret_of
from services.desk.publishing.stages import StageBoard
from services.desk.tables import Upload
from services.media.film import Ingested
from services.media.worker import ingest
from services.wire.problems import ProblemError
from services.wire.uploads import UploadState

_log = logging.getLogger(__name__)


def start(desk: Desk, upload_id: str) -> None:
    """Work on an upload, in its turn, until it is ready or failed."""
    desk.spawn(_work(desk, upload_id), name=_name(upload_id))


async def stop(desk: Desk, upload_id: str) -> None:
    """End the work on an upload and wait until it has; what is finished stays for the next start."""
    ours = [task for task in desk.tasks if task.get_name() == _name(upload_id)]
    for task in ours:
        task.cancel()
    if ours:
        await asyncio.wait(ours)


async def resume_all(desk: Desk) -> None:
    """Go on with what an earlier run of the service left unfinished, the oldest first."""

    def unfinished() -> list[str]:
        with desk.database.write() as session:
            rows = select(Upload).where(Upload.state.in_(("working", "queued"))).order_by(Upload.created_at, Upload.id)
            found = list(session.scalars(rows))
            for row in found:
                row.state = "queued"
            return [row.id for row in found]

    await to_thread.run_sync(_forget_strangers, desk)
    for upload_id in await to_thread.run_sync(unfinished):
        start(desk, upload_id)


def _forget_strangers(desk: Desk) -> None:
    """Clear up after uploads that were discarded in the last moments of an earlier run."""
    with desk.database.read() as session:
        known = set(session.scalars(select(Upload.id)))
    for folder in notes_folder(desk, "").glob("*"):
        if folder.name not in known:
            clear_up(desk, folder.name)


async def _work(desk: Desk, upload_id: str) -> None:
    async with desk.upload_slots, desk.turn(upload_id):
        was: UploadState = "queued"
        try:
            await to_thread.run_sync(partial(move, desk, upload_id, sources=("queued",), state="working"))
            was = "working"
            await _ingest(desk, upload_id)
        except ProblemError as problem:
            if was == "queued" and problem.code != "disk.full":
                # It was stopped or discarded while it waited.
                return
            _log.info("upload failed", extra={"upload": upload_id, "code": problem.code})
            failed = {"state": "failed", "problem": dict(problem.body()), **_afresh(problem)}
            await note_end(desk, upload_id, was=was, **failed)


def _afresh(problem: ProblemError) -> dict[str, object]:
    # Whoever goes on after having been told goes on with the file as it is now.
    return {"source": None, "facts": None, "stages": {}} if problem.code == "upload.file_changed" else {}


async def _ingest(desk: Desk, upload_id: str) -> None:
    row = await to_thread.run_sync(get, desk, upload_id)
    board = StageBoard(desk, row)
    try:
        film = await _named_and_sealed(desk, row, board)
    finally:
        await board.close()
    done = {"facts": film.facts.to_json(), "sealed": sealed_to_json(film), "stages": board.stages}
    await _save(desk, upload_id, state="ready", **done)


async def _named_and_sealed(desk: Desk, row: Upload, board: StageBoard) -> Ingested:
    """Name the file while it is cut already; only one that was named before is compared first."""
    if row.source is not None:
        await _named(desk, row, board)
        return await _sealed(desk, row, board)
    naming = asyncio.create_task(_named(desk, row, board))
    try:
        film = await _sealed(desk, row, board)
        await naming
    finally:
        naming.cancel()
        await asyncio.wait([naming])
    return film


async def _named(desk: Desk, row: Upload, board: StageBoard) -> None:
    source = await source_of(row, partial(board.note, "hash"))
    await _save(desk, row.id, source=source)


async def _sealed(desk: Desk, row: Upload, board: StageBoard) -> Ingested:
    secret = await to_thread.run_sync(secret_of, desk, row)
    folder = notes_folder(desk, row.id)
    await to_thread.run_sync(partial(folder.mkdir, parents=True, exist_ok=True, mode=0o700))
    return await ingest(
        Path(row.path),
        secret=secret,
        content_id=row.content_id,
        store_root=desk.block_root,
        resume_dir=folder,
        on_progress=lambda news: board.note(news.stage, news.done, news.total),
        on_facts=board.tell,
    )


async def _save(desk: Desk, upload_id: str, **fields: object) -> None:
    await to_thread.run_sync(partial(change, desk, upload_id, **fields))
    desk.events.publish("upload", upload_id)


def _name(upload_id: str) -> str:
    return f"upload {upload_id}"
