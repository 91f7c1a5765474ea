"""The creator's tiers, kept by the node."""

from __future__ import annotations

import logging

from fastapi import APIRouter

from services.desk.context import Desk
from services.desk.door import DeskOf
from services.desk.memberships.selling import ensure_appointed
from services.wire.problems import ProblemError
from services.wire.tiers import TierIn, TierOut

_log = logging.getLogger(__name__)

router = APIRouter(tags=["tiers"])


@router.get("/tiers")
async def mine(desk: DeskOf) -> tuple[TierOut, ...]:
    """List this creator's tiers."""
    owner = desk.keyring.address
    return () if owner is None else await desk.node.browse(tuple[TierOut, ...], f"/tiers/{owner}")


@router.post("/tiers", status_code=201)
async def create(desk: DeskOf, body: TierIn) -> TierOut:
    """Make a tier."""
    made = await desk.node.call(TierOut, "POST", "/tiers/", body=_as_node(desk, body))
    try:
        await ensure_appointed(desk)
    except ProblemError as problem:
        # The tier is made; until the node is its seller on the chain, nobody can join. The watch tries again.
        desk.memory.is_appointing_due = True
        _log.info("seller not appointed yet", extra={"code": problem.code})
    desk.events.publish("tier", made.id)
    return made


@router.put("/tiers/{tier_id}")
async def update(desk: DeskOf, tier_id: str, body: TierIn) -> TierOut:
    """Change a tier."""
    changed = await desk.node.call(TierOut, "PUT", f"/tiers/{tier_id}", body=_as_node(desk, body))
    desk.events.publish("tier", changed.id)
    return changed


@router.post("/tiers/{tier_id}/archive")
async def archive(desk: DeskOf, tier_id: str) -> TierOut:
    """Take a tier off sale."""
    archived = await desk.node.call(TierOut, "POST", f"/tiers/{tier_id}/archive")
    desk.events.publish("tier", archived.id)
    return archived


def _as_node(desk: Desk, body: TierIn) -> dict[str, object]:
    """Write a tier as the node takes it; the node is the one that says what is wrong with it."""
    perks = list(body.perks)
    return {"creator_id": desk.keyring.owner(), "name": body.name, "price": str(body.price.dollars), "perks": perks}
