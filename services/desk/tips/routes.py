"""The routes of tips."""

from __future__ import annotations

from typing import cast

from anyio import to_thread

from services.desk.door import AddressOf, DeskOf
from services.desk.tips.giving import give, given_tips, upcoming
from services.desk.tips.tables import GivenTip
from services.http.late_routes import LateRouter
from services.wire.tips import GiveTipIn, NextTipOut, OwnTipOut, TipOut, TipState

router = LateRouter(tags=["tips"])


@router.get("/tips/next")
async def following(desk: DeskOf) -> NextTipOut:
    """Give the number of the next tip and what can be spent. Problem codes: wallet.missing, chain.unreachable."""
    return await to_thread.run_sync(upcoming, desk)


@router.post("/creators/{creator}/tips", status_code=201)
async def tip(desk: DeskOf, creator: AddressOf, body: GiveTipIn, node: str = "") -> OwnTipOut:
    """Give a creator a tip with a few words; the same order again moves nothing more."""
    return _out(await give(desk.at(node) if node else desk, creator, body))


@router.get("/creators/{creator}/tips")
async def to_creator(desk: DeskOf, creator: AddressOf) -> tuple[OwnTipOut, ...]:
    """List the tips that this account gave a creator, the latest first; works without a node."""
    return tuple(_out(row) for row in await to_thread.run_sync(given_tips, desk, creator))


@router.get("/tips/received")
async def received(desk: DeskOf) -> tuple[TipOut, ...]:
    """List the tips that this account got at its own node, with their words. Problem codes: wallet.locked."""
    return await desk.node.call(tuple[TipOut, ...], "GET", "/creators/me/tips")


def _out(row: GivenTip) -> OwnTipOut:
    return OwnTipOut(
        ordinal=row.ordinal,
        creator=row.creator,
        amount=row.amount,
        message=row.message,
        state=cast("TipState", row.state),
        transaction=row.transaction,
        at=row.at,
    )
