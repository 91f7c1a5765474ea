"""The creator's morning page: the node's figures, and what waits for the creator."""

from __future__ import annotations

from typing import Annotated

from anyio import to_thread
from fastapi import Query

from services.desk.door import DeskOf
from services.desk.needs import asked_of, compare_soon, needs_of
from services.desk.nodes.record import find
from services.http.late_routes import LateRouter
from services.wire.earnings import OverviewOut

router = LateRouter(tags=["earnings"])


@router.get("/overview")
async def overview(
    desk: DeskOf,
    days: Annotated[int, Query(ge=1, le=365)] = 28,
    node: Annotated[str, Query(max_length=600)] = "",
) -> OverviewOut:
    """Give the overview for the last ``days`` days, by the books of the own node or of one of the list."""
    at = desk
    if node:
        at = desk.at((await to_thread.run_sync(find, desk, node)).address)
    shown = await at.node.call(OverviewOut, "GET", "/creators/dashboard", query={"days": days})
    needs = (*await to_thread.run_sync(needs_of, desk, shown), *await asked_of(at))
    compare_soon(desk)
    return shown.model_copy(update={"needs": needs})
