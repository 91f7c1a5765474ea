"""The routes of films that are kept on this disk."""

from __future__ import annotations

from anyio import to_thread

from services.desk.door import ContentOf, DeskOf
from services.desk.library.downloads import downloads_out, remove, start, write_limit
from services.desk.nodes.places import FilmDeskOf
from services.http.late_routes import LateRouter
from services.wire.library import DownloadsOut, RoomIn
from services.wire.moderation import ReportIn, ReportOut

router = LateRouter(tags=["library"])


@router.get("/downloads")
async def downloads(desk: DeskOf) -> DownloadsOut:
    """List what is kept on this disk; works without a node."""
    return await to_thread.run_sync(downloads_out, desk)


@router.put("/downloads/limit")
async def limit(desk: DeskOf, body: RoomIn) -> DownloadsOut:
    """Say how much of the disk films may take."""
    await to_thread.run_sync(write_limit, desk, body.limit_bytes)
    desk.events.publish("download")
    return await to_thread.run_sync(downloads_out, desk)


@router.put("/films/{content_id}/download")
async def keep(desk: FilmDeskOf, content: ContentOf) -> DownloadsOut:
    """Keep a film on this disk, as far as it is this account's.

    Problem codes: download.nothing, store.quota, content.not_found, node.unreachable.
    """
    await start(desk, content)
    return await to_thread.run_sync(downloads_out, desk.home or desk)


@router.delete("/films/{content_id}/download")
async def free(desk: DeskOf, content: ContentOf) -> DownloadsOut:
    """Free the disk of a film; nothing that is owned is lost."""
    await to_thread.run_sync(remove, desk, content)
    return await to_thread.run_sync(downloads_out, desk)


@router.post("/films/{content_id}/report", status_code=201)
async def report(desk: FilmDeskOf, content: ContentOf, body: ReportIn) -> ReportOut:
    """Tell the film's node what is wrong with it. Problem codes: content.not_found, wallet.locked, node.unreachable."""
    return await desk.node.call(ReportOut, "POST", f"/content/{content}/report", body=body)
