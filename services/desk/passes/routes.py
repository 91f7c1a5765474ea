"""The routes of the pass, of a creator's months with it, and of cases; at the own node, or another of the list."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from services.desk.tiers import SellerDeskOf
from services.http.late_routes import LateRouter
from services.wire.cases import AppealIn, CaseDecisionIn, CaseOut
from services.wire.passes import (
    CloseIn,
    MonthFilesOut,
    MonthOut,
    PartIn,
    PartOut,
    PassFilmOut,
    PassIn,
    PassOut,
    RoundOut,
    SharingOut,
    SmoothIn,
)

router = LateRouter(tags=["pass"])
CaseOf = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
MonthOf = Annotated[str, Path(pattern="^20[0-9]{2}-(0[1-9]|1[0-2])$")]


@router.get("/pass")
async def read_pass(desk: SellerDeskOf) -> PassOut:
    """Say what a node's pass costs and opens; it is joined as a tier is."""
    return await desk.node.browse(PassOut, "/pass")


@router.get("/pass/films")
async def read_films(desk: SellerDeskOf) -> tuple[PassFilmOut, ...]:
    """List what the pass opens."""
    return await desk.node.browse(tuple[PassFilmOut, ...], "/pass/films")


@router.get("/pass/months")
async def read_months(desk: SellerDeskOf) -> tuple[MonthOut, ...]:
    """List the months that were shared out."""
    return await desk.node.browse(tuple[MonthOut, ...], "/pass/months")


@router.get("/pass/months/{month}")
async def read_month(desk: SellerDeskOf, month: MonthOf) -> MonthFilesOut:
    """Give a month's published files."""
    return await desk.node.browse(MonthFilesOut, f"/pass/months/{month}")


@router.get("/pass/rounds")
async def read_rounds(desk: SellerDeskOf) -> tuple[RoundOut, ...]:
    """List the distributions of the pool."""
    return await desk.node.browse(tuple[RoundOut, ...], "/pass/rounds")


@router.get("/pass/sharing")
async def read_sharing(desk: SellerDeskOf) -> SharingOut:
    """Give this creator's side of the pass."""
    return await desk.node.call(SharingOut, "GET", "/pass/sharing")


@router.put("/pass/part")
async def set_part(desk: SellerDeskOf, body: PartIn) -> PartOut:
    """Put this creator's films into the pass, or take them out."""
    changed = await desk.node.call(PartOut, "PUT", "/pass/part", body=body)
    desk.events.publish("pass")
    return changed


@router.put("/pass/smoothing")
async def set_smoothing(desk: SellerDeskOf, body: SmoothIn) -> SharingOut:
    """Smooth this creator's payouts, or no longer."""
    changed = await desk.node.call(SharingOut, "PUT", "/pass/smoothing", body=body)
    desk.events.publish("pass")
    return changed


@router.post("/pass/payouts")
async def pay_now(desk: SellerDeskOf) -> SharingOut:
    """Bring on its way what is due to this creator."""
    changed = await desk.node.call(SharingOut, "POST", "/pass/payouts")
    desk.events.publish("pass")
    return changed


@router.put("/pass")
async def offer(desk: SellerDeskOf, body: PassIn) -> PassOut:
    """Offer a pass; for the operator."""
    await desk.node.send_proven("PUT", "/pass", body=body)
    return await desk.node.browse(PassOut, "/pass")


@router.post("/pass/months")
async def share_out(desk: SellerDeskOf, body: CloseIn) -> tuple[MonthOut, ...]:
    """Share a month out now; for the operator."""
    await desk.node.send_proven("POST", "/pass/months", body=body)
    return await desk.node.browse(tuple[MonthOut, ...], "/pass/months")


@router.get("/cases")
async def own_cases(desk: SellerDeskOf) -> tuple[CaseOut, ...]:
    """List the cases about this account."""
    return await desk.node.call(tuple[CaseOut, ...], "GET", "/cases/mine")


@router.post("/cases/{case}/appeal")
async def object_to(desk: SellerDeskOf, case: CaseOf, body: AppealIn) -> tuple[CaseOut, ...]:
    """Object to a case."""
    await desk.node.call(CaseOut, "POST", f"/cases/{case}/appeal", body=body)
    return await desk.node.call(tuple[CaseOut, ...], "GET", "/cases/mine")


@router.get("/oversight/cases")
async def queue(desk: SellerDeskOf) -> tuple[CaseOut, ...]:
    """List the cases that wait for a decision; for the operator."""
    return await desk.node.call(tuple[CaseOut, ...], "GET", "/cases")


@router.post("/oversight/cases/{case}")
async def decide(desk: SellerDeskOf, case: CaseOf, body: CaseDecisionIn) -> tuple[CaseOut, ...]:
    """Lift or uphold a case; for the operator."""
    await desk.node.send_proven("POST", f"/cases/{case}/decision", body=body)
    return await desk.node.call(tuple[CaseOut, ...], "GET", "/cases")
