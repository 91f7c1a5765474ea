"""The routes of uploads."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from anyio import to_thread
from fastapi import APIRouter

from services.desk.door import DeskOf
from services.desk.publishing import publish as publishing
from services.desk.publishing import record, work
from services.wire.problems import ProblemError
from services.wire.uploads import DraftIn, PriceQuote, UploadIn, UploadOut

router = APIRouter(tags=["uploads"])


@router.get("/uploads")
async def listed(desk: DeskOf) -> tuple[UploadOut, ...]:
    """List uploads, newest first."""
    return await to_thread.run_sync(record.listed, desk)


@router.post("/uploads", status_code=201)
async def start(desk: DeskOf, body: UploadIn) -> UploadOut:
    """Begin an upload; a file that cannot be used shows as its problem."""
    added = await to_thread.run_sync(record.add, desk, Path(body.path))
    work.start(desk, added.id)
    desk.events.publish("upload", added.id)
    return added


@router.get("/uploads/{upload_id}")
async def get(desk: DeskOf, upload_id: str) -> UploadOut:
    """Read one upload."""
    return record.out(await to_thread.run_sync(record.get, desk, upload_id))


@router.put("/uploads/{upload_id}/draft")
async def save_draft(desk: DeskOf, upload_id: str, body: DraftIn) -> UploadOut:
    """Save the form as typed; what was signed for publishing no longer changes."""
    return await to_thread.run_sync(record.save_draft, desk, upload_id, body)


@router.get("/uploads/{upload_id}/quote")
async def quote(desk: DeskOf, upload_id: str) -> PriceQuote:
    """Say what the draft's price means."""
    return publishing.quote(await to_thread.run_sync(record.get, desk, upload_id))


@router.post("/uploads/{upload_id}/publish")
async def publish(desk: DeskOf, upload_id: str) -> UploadOut:
    """Put it up for sale."""
    return await publishing.publish(desk, upload_id)


@router.post("/uploads/{upload_id}/cancel")
async def cancel(desk: DeskOf, upload_id: str) -> UploadOut:
    """Stop the work; the form stays."""
    await work.stop(desk, upload_id)
    return await to_thread.run_sync(partial(record.move, desk, upload_id, sources=("working",), state="cancelled"))


@router.post("/uploads/{upload_id}/retry")
async def retry(desk: DeskOf, upload_id: str) -> UploadOut:
    """Go on where it stopped."""
    moved = await to_thread.run_sync(
        partial(record.move, desk, upload_id, sources=("failed", "cancelled"), state="working", problem=None)
    )
    work.start(desk, upload_id)
    return moved


@router.delete("/uploads/{upload_id}", status_code=204)
async def discard(desk: DeskOf, upload_id: str) -> None:
    """Forget an upload that is not for sale."""
    row = await to_thread.run_sync(record.get, desk, upload_id)
    if row.state in ("published", "publishing"):
        raise ProblemError("upload.state")
    await work.stop(desk, upload_id)
    await to_thread.run_sync(record.remove, desk, upload_id)
    await to_thread.run_sync(work.forget_work, desk, upload_id)
    desk.events.publish("upload", upload_id)
