"""What a tier would cost this account now: what was paid by the part counts toward it, and a cheaper tier does."""

from __future__ import annotations

from services.desk.context import Desk
from services.wire.catalogue import AccessTierOut
from services.wire.memberships import FareOut
from services.wire.node import NodeTierOut


async def fares_at(desk: Desk, path: str) -> dict[str, FareOut]:
    """Ask the desk's node by tier; who has not signed in paid nothing yet."""
    if desk.keyring.status != "open":
        return {}
    return {fare.tier_id: fare for fare in await desk.node.call(tuple[FareOut, ...], "GET", path)}


def offered_tier(tier: NodeTierOut, fare: FareOut | None) -> AccessTierOut:
    """Write a tier as this account is offered it."""
    offered = AccessTierOut(tier_id=tier.id, name=tier.name, price=tier.price_micros)
    if fare is None:
        return offered
    return offered.model_copy(update={"kind": fare.kind, "due": fare.due, "counted": fare.counted})
