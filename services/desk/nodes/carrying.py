"""How a film that moves is to be had where it goes: as where it is now, its tiers by name and price."""

from __future__ import annotations

from anyio import to_thread

from services.desk.context import Desk
from services.desk.nodes.placing import places_of
from services.units.ids import ContentId
from services.wire.access import AccessIn, AccessOut
from services.wire.node import NodeTierOut
from services.wire.problems import ProblemError

_BY_THE_CHUNK = AccessIn(visibility="chunks")


async def carried_access(at: Desk, content: ContentId) -> AccessIn:
    """Say how a film is to be had at the node that the desk is at.

    A film that is for members stays for members: without a tier like one of theirs it does not move. Raises
    ProblemError: access.no_tier, node.unreachable while nobody can say how it is to be had.
    """
    desk = at.home or at
    places = await to_thread.run_sync(places_of, desk, content)
    live = [node for node, state in places.items() if state in ("live", "leaving") and node != at.node.uri]
    # Films from before places were noted are at the own node.
    source = desk.at(live[0] if live else desk.node.uri)
    if source.node.uri == at.node.uri:
        return _BY_THE_CHUNK
    try:
        access = await source.node.browse(AccessOut, f"/content/{content}/access")
    except ProblemError as problem:
        if problem.code != "content.not_found":
            raise
        return _BY_THE_CHUNK
    tiers = await _same_tiers(source, at, access.tiers) if access.tiers else ()
    if access.visibility == "members" and not tiers:
        raise ProblemError("access.no_tier")
    return AccessIn(visibility=access.visibility, tiers=tiers)


async def _same_tiers(source: Desk, at: Desk, wanted: tuple[str, ...]) -> tuple[str, ...]:
    owner = at.keyring.owner()
    known = await source.node.browse(tuple[NodeTierOut, ...], f"/tiers/{owner}", query={"archived": "true"})
    like = {(tier.name, tier.price_micros) for tier in known if tier.id in wanted}
    there = await at.node.browse(tuple[NodeTierOut, ...], f"/tiers/{owner}")
    return tuple(tier.id for tier in there if (tier.name, tier.price_micros) in like)
