"""The routes of notices."""

from __future__ import annotations

from typing import Annotated

from anyio import to_thread
from fastapi import Query

from services.desk.door import DeskOf
from services.desk.notices.book import keep_rules, listed, mark_read, read_rules, take
from services.http.late_routes import LateRouter
from services.wire.notices import NoticeOut, NoticesOut, RulesIn, RulesOut

router = LateRouter(prefix="/notices", tags=["notices"])


@router.get("")
async def read(desk: DeskOf, limit: Annotated[int, Query(ge=1, le=100)] = 50) -> NoticesOut:
    """List what happened, newest first."""
    return await to_thread.run_sync(listed, desk, limit)


@router.post("/take")
async def tell(desk: DeskOf) -> tuple[NoticeOut, ...]:
    """Give what the window is to tell now, by the person's rules; each notice is given once."""
    return await to_thread.run_sync(take, desk)


@router.post("/read", status_code=204)
async def seen(desk: DeskOf) -> None:
    """Count all as read."""
    await to_thread.run_sync(mark_read, desk)
    desk.events.publish("notice")


@router.get("/rules")
async def rules(desk: DeskOf) -> RulesOut:
    """Read what is told, and when."""
    return await to_thread.run_sync(read_rules, desk)


@router.put("/rules")
async def set_rules(desk: DeskOf, body: RulesIn) -> RulesOut:
    """Set what is told, and when."""
    kept = await to_thread.run_sync(keep_rules, desk, body)
    desk.events.publish("notice")
    return kept
