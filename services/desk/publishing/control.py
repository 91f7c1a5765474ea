"""What a person does with an upload on its way: pause, go on, cancel, do one stage again."""

from __future__ import annotations

import asyncio
from functools import partial

from anyio import to_thread

from services.desk.context import Desk
from services.desk.publishing import work
from services.desk.publishing.leftovers import clear_up
from services.desk.publishing.pinning import pin_again
from services.desk.publishing.proving import prove, prove_in_background
from services.desk.publishing.publish import publish, publish_in_background, task_name
from services.desk.publishing.record import get, move, out, remove
from services.desk.publishing.stages import stages_of
from services.desk.tables import Upload
from services.wire.problems import ProblemError
from services.wire.uploads import StageName, UploadOut, UploadState

_AT_WORK: tuple[UploadState, ...] = ("queued", "working")


async def pause(desk: Desk, upload_id: str) -> UploadOut:
    """Hold an upload; whatever it has done stays done. Raises ProblemError: upload.state."""
    row = await to_thread.run_sync(get, desk, upload_id)
    if row.state == "publishing":
        await _hold_up(desk, upload_id)
        return await _moved(desk, upload_id, ("publishing", "ready"), "paused")
    await work.stop(desk, upload_id)
    return await _moved(desk, upload_id, _AT_WORK, "paused")


async def resume(desk: Desk, upload_id: str) -> UploadOut:
    """Go on where an upload was held, stopped or cancelled. Raises ProblemError: upload.state."""
    row = await to_thread.run_sync(get, desk, upload_id)
    if row.state == "paused" and row.sealed is not None:
        moved = await _moved(desk, upload_id, ("paused",), "publishing")
        publish_in_background(desk, upload_id)
        return moved
    moved = await _moved(desk, upload_id, ("paused", "failed", "cancelled"), "queued")
    work.start(desk, upload_id)
    return moved


async def cancel(desk: Desk, upload_id: str) -> UploadOut:
    """Stop the work; the form stays. Raises ProblemError: upload.state once it is on its way to a node."""
    row = await to_thread.run_sync(get, desk, upload_id)
    if row.sealed is not None:
        raise ProblemError("upload.state")
    await work.stop(desk, upload_id)
    return await _moved(desk, upload_id, (*_AT_WORK, "paused"), "cancelled")


async def discard(desk: Desk, upload_id: str) -> None:
    """Forget an upload that is not for sale, with all that it left. Raises ProblemError: upload.state."""
    row = await to_thread.run_sync(get, desk, upload_id)
    if row.state in ("published", "publishing"):
        raise ProblemError("upload.state")
    await work.stop(desk, upload_id)
    await to_thread.run_sync(remove, desk, upload_id)
    await to_thread.run_sync(clear_up, desk, upload_id)
    desk.events.publish("upload", upload_id)


async def retry_stage(desk: Desk, upload_id: str, stage: StageName) -> UploadOut:
    """Do one stage again that failed. Raises ProblemError: upload.state for one that did not."""
    row = await to_thread.run_sync(get, desk, upload_id)
    if not any(found.name == stage and found.can_retry for found in stages_of(row)):
        raise ProblemError("upload.state")
    if row.state in ("failed", "cancelled"):
        return await resume(desk, upload_id)
    if row.state == "ready":
        return await publish(desk, upload_id)
    if stage == "pin":
        await pin_again(desk, upload_id)
    else:
        await prove(desk, upload_id)
    return out(await to_thread.run_sync(get, desk, upload_id))


async def resume_proofs(desk: Desk) -> None:
    """Go on with proofs that an earlier run of the service did not end."""

    def unproven() -> list[str]:
        from sqlalchemy import select

        with desk.database.read() as session:
            rows = session.scalars(select(Upload).where(Upload.state == "published"))
            return [
                row.id for row in rows if any(s.name == "elsewhere" and s.state == "running" for s in stages_of(row))
            ]

    for upload_id in await to_thread.run_sync(unproven):
        prove_in_background(desk, upload_id)


async def _hold_up(desk: Desk, upload_id: str) -> None:
    """End a publication in mid-way: what the node may have heard of is sent again, with the same words."""
    desk.memory.held_up.add(upload_id)
    try:
        ours = [task for task in desk.tasks if task.get_name() == task_name(upload_id)]
        for task in ours:
            task.cancel()
        if ours:
            await asyncio.wait(ours)
    finally:
        desk.memory.held_up.discard(upload_id)


async def _moved(desk: Desk, upload_id: str, sources: tuple[UploadState, ...], state: UploadState) -> UploadOut:
    moved = await to_thread.run_sync(partial(move, desk, upload_id, sources=sources, state=state, problem=None))
    desk.events.publish("upload", upload_id)
    return moved
