"""The operator's queue at the own node. Every call ends with account.forbidden for anybody else."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from services.desk.context import Desk
from services.desk.door import AddressOf, DeskOf
from services.http.late_routes import LateRouter
from services.wire.kyc import DecisionIn, KycCaseOut
from services.wire.moderation import NoteIn, ReportsOut, TakedownIn, TakedownOut, TakedownsOut
from services.wire.oversight import OversightOut

SubjectOf = Annotated[str, Path(pattern="^[0-9A-Za-z-]{1,66}$")]
"""A film's content id, or the id of linked content."""

router = LateRouter(prefix="/oversight", tags=["oversight"])


@router.get("")
async def queue(desk: DeskOf) -> OversightOut:
    """List what waits for a decision, oldest first, and what was decided last. Problem codes: account.forbidden."""
    return await _queue(desk)


@router.post("/kyc/{creator}")
async def decide(desk: DeskOf, creator: AddressOf, body: DecisionIn) -> OversightOut:
    """Verify or reject a creator. Problem codes: account.forbidden, kyc.state."""
    await desk.node.send_proven("POST", f"/kyc/cases/{creator}/decision", body=body)
    return await _queue(desk)


@router.post("/reports/{number}/dismiss")
async def dismiss(desk: DeskOf, number: Annotated[int, Path(ge=1)], body: NoteIn) -> OversightOut:
    """Close a report without doing anything. Problem codes: account.forbidden, moderation.state."""
    await desk.node.send("POST", f"/moderation/reports/{number}/dismiss", body=body)
    return await _queue(desk)


@router.post("/content/{content_id}/takedown")
async def take_down(desk: DeskOf, content_id: SubjectOf, body: TakedownIn) -> OversightOut:
    """Hide an item and end its sale. Problem codes: account.forbidden, content.not_found."""
    await desk.node.call(TakedownOut, "POST", f"/moderation/content/{content_id}/takedown", body=body)
    desk.events.publish("catalogue", content_id)
    return await _queue(desk)


@router.post("/content/{content_id}/restore")
async def restore(desk: DeskOf, content_id: SubjectOf, body: NoteIn) -> OversightOut:
    """Bring an item back. Problem codes: account.forbidden, content.not_found, moderation.state."""
    await desk.node.send("POST", f"/moderation/content/{content_id}/restore", body=body)
    desk.events.publish("catalogue", content_id)
    return await _queue(desk)


async def _queue(desk: Desk) -> OversightOut:
    node = desk.node
    cases = await node.call(tuple[KycCaseOut, ...], "GET", "/kyc/cases")
    reports = await node.call(ReportsOut, "GET", "/moderation/reports", query={"limit": 60})
    down = await node.call(TakedownsOut, "GET", "/moderation/takedowns", query={"limit": 60})
    return OversightOut(cases=cases, reports=reports.items, down=down.items)
