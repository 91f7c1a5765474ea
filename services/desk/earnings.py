"""The creator's morning page: the node's figures, and what waits for the creator."""

from __future__ import annotations

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Query
from sqlalchemy import select

from services.chain.errors import ChainUnreachable
from services.desk.context import Desk
from services.desk.door import DeskOf
from services.desk.nodes.record import find
from services.desk.payouts.withdrawal import estimated_fee
from services.desk.tables import Upload
from services.units.money import ZERO
from services.wire.earnings import NeedOut, OverviewOut
from services.wire.problems import ProblemError

router = APIRouter(tags=["earnings"])


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
    needs = await to_thread.run_sync(_needs, desk, shown)
    return shown.model_copy(update={"needs": needs})


def _needs(desk: Desk, shown: OverviewOut) -> tuple[NeedOut, ...]:
    needs = list(_upload_needs(desk))
    if shown.latest is None and not needs:
        needs.append(NeedOut(code="no_items"))
    available = next((tile.value for tile in shown.tiles if tile.name == "available"), ZERO)
    if available > ZERO:
        needs.append(NeedOut(code="payout_ready", params={"amount": str(available.micros)}))
        if _is_low_on_gas(desk):
            needs.append(NeedOut(code="low_gas"))
    return tuple(needs)


def _upload_needs(desk: Desk) -> list[NeedOut]:
    with desk.database.read() as session:
        rows = session.scalars(select(Upload).where(Upload.state.in_(("failed", "ready"))).order_by(Upload.created_at))
        return [
            NeedOut(
                code="upload_failed" if row.state == "failed" else "upload_ready",
                params={"upload": row.id, "title": str(row.draft.get("title", ""))},
            )
            for row in rows
        ]


def _is_low_on_gas(desk: Desk) -> bool:
    try:
        return desk.chain.gas_balance(desk.keyring.owner()) < estimated_fee(desk)
    except (ChainUnreachable, ProblemError):
        # Not known is not low: the payout page says what is wrong with the chain.
        return False
