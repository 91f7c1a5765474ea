"""The routes of uploads."""

from __future__ import annotations

from pathlib import Path

from anyio import to_thread
from fastapi import Response

from services.desk.door import ContentOf, DeskOf
from services.desk.nodes.places import FilmDeskOf
from services.desk.publishing import control, record, revising, thumbnails, work
from services.desk.publishing import publish as publishing
from services.desk.publishing.looking import look_at
from services.http.late_routes import LateRouter
from services.wire.node import VersionOut
from services.wire.uploads import (
    DraftIn,
    FrameIn,
    LookIn,
    LookOut,
    PriceQuote,
    StageName,
    ThumbnailIn,
    UploadIn,
    UploadOut,
    VersionIn,
)

router = LateRouter(tags=["uploads"])


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


@router.post("/uploads/look")
async def look(desk: DeskOf, body: LookIn) -> LookOut:
    """Say what is in a file and what preparing and selling it will take; nothing is kept of it."""
    return await look_at(desk, Path(body.path), body.price_text)


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


@router.post("/uploads/{upload_id}/frame")
async def frame(desk: DeskOf, upload_id: str, body: FrameIn) -> Response:
    """Give a small picture of what the film shows at a moment."""
    picture = await thumbnails.frame_of(desk, upload_id, body.at_ms)
    return Response(picture, media_type="image/jpeg", headers={"Cache-Control": "no-store"})


@router.put("/uploads/{upload_id}/thumbnail")
async def set_thumbnail(desk: DeskOf, upload_id: str, body: ThumbnailIn) -> UploadOut:
    """Choose the picture that stands for the film; nothing waits for it."""
    return await thumbnails.set_thumbnail(desk, upload_id, body)


@router.post("/uploads/{upload_id}/pause")
async def pause(desk: DeskOf, upload_id: str) -> UploadOut:
    """Hold it; what is done stays done."""
    return await control.pause(desk, upload_id)


@router.post("/uploads/{upload_id}/cancel")
async def cancel(desk: DeskOf, upload_id: str) -> UploadOut:
    """Stop the work; the form stays."""
    return await control.cancel(desk, upload_id)


@router.post("/uploads/{upload_id}/retry")
async def retry(desk: DeskOf, upload_id: str) -> UploadOut:
    """Go on where it was held or stopped."""
    return await control.resume(desk, upload_id)


@router.post("/uploads/{upload_id}/stages/{stage}/retry")
async def retry_stage(desk: DeskOf, upload_id: str, stage: StageName) -> UploadOut:
    """Do one stage again."""
    return await control.retry_stage(desk, upload_id, stage)


@router.delete("/uploads/{upload_id}", status_code=204)
async def discard(desk: DeskOf, upload_id: str) -> None:
    """Forget an upload that is not for sale."""
    await control.discard(desk, upload_id)


@router.get("/items/{content_id}/versions")
async def versions(desk: FilmDeskOf, content: ContentOf) -> tuple[VersionOut, ...]:
    """List a film's versions, newest first."""
    return await revising.versions(desk, content)


@router.post("/items/{content_id}/versions", status_code=201)
async def revise(desk: FilmDeskOf, content: ContentOf, body: VersionIn) -> tuple[VersionOut, ...]:
    """Publish the next version of an own film: other words, picture, captions or chapters."""
    return await revising.revise(desk, content, body)
