"""The creator's tiers, kept by the node."""

from __future__ import annotations

from fastapi import APIRouter

from services.desk.context import Desk
from services.desk.door import DeskOf
from services.wire.tiers import TierIn, TierOut

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
    desk.events.publish("tier", made.id)
    return made


@router.put("/tiers/{tier_id}")
async def update(desk: DeskOf, tier_id: str, body: TierIn) -> TierOut:
    """Change a tier."""
    changed = await desk.node.call(TierOut, "PUT", f"/tiers/{tier_id}", body=_as_node(desk, body))
    desk.events.publish("tier", changed.id)
    return changed


def _as_node(desk: Desk, body: TierIn) -> dict[str, object]:
    """Write a tier as the node takes it; the node is the one that says what is wrong with it."""
    perks = list(body.perks)
    return {"creator_id": desk.keyring.owner(), "name": body.name, "price": str(body.price.dollars), "perks": perks}
