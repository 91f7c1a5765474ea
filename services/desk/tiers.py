"""The creator's tiers, kept by the node that sells them: the own one, or another of the list."""

from __future__ import annotations

import logging
from typing import Annotated

from anyio import to_thread
from fastapi import Depends, Query

from services.desk.context import Desk
from services.desk.door import DeskOf
from services.desk.memberships.selling import ensure_appointed
from services.desk.nodes.record import find
from services.http.late_routes import LateRouter
from services.wire.node import NodeTierOut
from services.wire.problems import ProblemError
from services.wire.tiers import TierIn, TierOut

_log = logging.getLogger(__name__)

router = LateRouter(tags=["tiers"])


async def at_seller(desk: DeskOf, node: Annotated[str, Query(max_length=600)] = "") -> Desk:
    """Give the desk as it speaks with the node where a creator sells: a listed one, or the own one for an empty name.

    Raises ProblemError: node.not_found.
    """
    return desk.at((await to_thread.run_sync(find, desk, node)).address) if node else desk


SellerDeskOf = Annotated[Desk, Depends(at_seller)]


@router.get("/tiers")
async def mine(desk: SellerDeskOf) -> tuple[TierOut, ...]:
    """List this creator's tiers at a node."""
    owner = desk.keyring.address
    if owner is None:
        return ()
    found = await desk.node.browse(tuple[NodeTierOut, ...], f"/tiers/{owner}")
    return tuple(_out(desk, tier) for tier in found)


@router.post("/tiers", status_code=201)
async def create(desk: SellerDeskOf, body: TierIn) -> TierOut:
    """Make a tier."""
    made = await desk.node.call(NodeTierOut, "POST", "/tiers/", body=_as_node(desk, body))
    try:
        await ensure_appointed(desk)
    except ProblemError as problem:
        # The tier is made; until the node is its seller on the chain, nobody can join. The watch tries again.
        desk.memory.sellers.discard(desk.node.uri)
        _log.info("seller not appointed yet", extra={"code": problem.code})
    desk.events.publish("tier", made.id)
    return _out(desk, made)


@router.put("/tiers/{tier_id}")
async def update(desk: SellerDeskOf, tier_id: str, body: TierIn) -> TierOut:
    """Change a tier."""
    changed = await desk.node.call(NodeTierOut, "PUT", f"/tiers/{tier_id}", body=_as_node(desk, body))
    desk.events.publish("tier", changed.id)
    return _out(desk, changed)


@router.post("/tiers/{tier_id}/archive")
async def archive(desk: SellerDeskOf, tier_id: str) -> TierOut:
    """Take a tier off sale."""
    archived = await desk.node.call(NodeTierOut, "POST", f"/tiers/{tier_id}/archive")
    desk.events.publish("tier", archived.id)
    return _out(desk, archived)


def _out(desk: Desk, tier: NodeTierOut) -> TierOut:
    return tier.tier(node="" if desk.home is None else desk.node.uri)


def _as_node(desk: Desk, body: TierIn) -> dict[str, object]:
    """Write a tier as the node takes it; the node is the one that says what is wrong with it."""
    acting = body.model_dump(include={"early_access_days", "downloads", "requests"})
    words = {"name": body.name, "price": str(body.price.dollars), "perks": list(body.perks)}
    return {"creator_id": desk.keyring.owner(), **words, **acting}
