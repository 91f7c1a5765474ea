"""The work on an upload in the background: check, cut, seal, store; goes on after a restart."""

from __future__ import annotations

import asyncio
import logging
import shutil
from functools import partial
from pathlib import Path

from anyio import to_thread
from sqlalchemy import select

from services.desk.context import Desk
from services.desk.publishing.record import change, get, sealed_to_json, secret_of, with_progress
from services.desk.tables import Upload
from services.media.film import Progress
from services.media.worker import ingest, probe
from services.wire.problems import ProblemError

_log = logging.getLogger(__name__)
_SHOW_EVERY_S = 0.2


def start(desk: Desk, upload_id: str) -> None:
    """Work on an upload until it is ready or failed."""
    desk.spawn(_work(desk, upload_id), name=_name(upload_id))


async def stop(desk: Desk, upload_id: str) -> None:
    """End the work on an upload and wait until it has; what is finished stays for the next start."""
    ours = [task for task in desk.tasks if task.get_name() == _name(upload_id)]
    for task in ours:
        task.cancel()
    if ours:
        await asyncio.wait(ours)


async def resume_all(desk: Desk) -> None:
    """Go on with what an earlier run of the service left unfinished."""

    def unfinished() -> list[str]:
        with desk.database.read() as session:
            return list(session.scalars(select(Upload.id).where(Upload.state == "working")))

    for upload_id in await to_thread.run_sync(unfinished):
        start(desk, upload_id)


def resume_folder(desk: Desk, upload_id: str) -> Path:
    """Give the folder where the worker notes what it finished."""
    return desk.folder / "ingest" / upload_id


def forget_work(desk: Desk, upload_id: str) -> None:
    """Remove the worker's notes. Blocking."""
    shutil.rmtree(resume_folder(desk, upload_id), ignore_errors=True)


async def _work(desk: Desk, upload_id: str) -> None:
    async with desk.turn(upload_id):
        try:
            await _ingest(desk, upload_id)
        except ProblemError as problem:
            _log.info("upload failed", extra={"upload": upload_id, "code": problem.code})
            await _save(desk, upload_id, state="failed", problem=dict(problem.body()))


async def _ingest(desk: Desk, upload_id: str) -> None:
    row = await to_thread.run_sync(get, desk, upload_id)
    if row.state != "working":
        return
    if row.facts is None:
        facts = await probe(Path(row.path))
        await _save(desk, upload_id, facts=facts.to_json())
    secret = await to_thread.run_sync(secret_of, desk, row)
    folder = resume_folder(desk, upload_id)
    await to_thread.run_sync(partial(folder.mkdir, parents=True, exist_ok=True, mode=0o700))
    board = _StageBoard(desk, upload_id)
    try:
        film = await ingest(
            Path(row.path),
            secret=secret,
            content_id=row.content_id,
            store_root=desk.block_root,
            resume_dir=folder,
            on_progress=board.note,
        )
    finally:
        await board.close()
    await _save(
        desk, upload_id, state="ready", facts=film.facts.to_json(), sealed=sealed_to_json(film), stages=board.stages
    )


async def _save(desk: Desk, upload_id: str, **fields: object) -> None:
    await to_thread.run_sync(partial(change, desk, upload_id, **fields))
    desk.events.publish("upload", upload_id)


class _StageBoard:
    """Shows progress a few times a second; the worker reports far more often."""

    def __init__(self, desk: Desk, upload_id: str) -> None:
        self.stages: dict[str, list[int]] = {}
        self._desk = desk
        self._upload_id = upload_id
        self._showing: asyncio.Task[None] | None = None

    def note(self, news: Progress) -> None:
        self.stages = with_progress(self.stages, news)
        if self._showing is None or self._showing.done():
            self._showing = self._desk.spawn(self._show(), name=f"stages {self._upload_id}")

    async def close(self) -> None:
        if self._showing is not None:
            self._showing.cancel()
            await asyncio.wait([self._showing])

    async def _show(self) -> None:
        await _save(self._desk, self._upload_id, stages=self.stages)
        await asyncio.sleep(_SHOW_EVERY_S)


def _name(upload_id: str) -> str:
    return f"upload {upload_id}"
