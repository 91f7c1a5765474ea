"""The newest films of the creators that this viewer follows, wherever they stand in the list of all films."""

from __future__ import annotations

import asyncio

from anyio import to_thread

from services.desk.catalogue import items_out
from services.desk.context import Desk
from services.desk.door import DeskOf
from services.desk.library.standings import read_standings
from services.desk.nodes.listing import Placed
from services.desk.nodes.record import listed
from services.desk.nodes.taming import tamed
from services.desk.nodes.watch import PATIENCE_S
from services.http.late_routes import LateRouter
from services.units.address import Address
from services.wire.catalogue import ItemOut
from services.wire.node import CardOut
from services.wire.problems import ProblemError

_CREATORS, _EACH, _SHOWN = 40, 4, 8

router = LateRouter(tags=["library"])


@router.get("/follows/films")
async def newest(desk: DeskOf) -> tuple[ItemOut, ...]:
    """List them, newest first; of a node that does not answer or is no longer listed, none.

    A creator's node is asked without saying who asks.
    """
    follows = (await to_thread.run_sync(read_standings, desk)).follows[:_CREATORS]
    known = {"", *(row.address for row in await to_thread.run_sync(listed, desk))}
    asked = (_of(desk.at(one.node) if one.node else desk, one.creator) for one in follows if one.node in known)
    found = [placed for cards in await asyncio.gather(*asked) for placed in cards]
    found.sort(key=lambda placed: placed[1].published_at, reverse=True)
    return await to_thread.run_sync(items_out, desk, tuple(found[:_SHOWN]))


async def _of(at: Desk, creator: Address) -> tuple[Placed, ...]:
    path = f"/content/creator/{creator}"
    try:
        async with asyncio.timeout(PATIENCE_S):
            cards = await at.node.browse(tuple[CardOut, ...], path, {"links": "false", "limit": _EACH})
    except (TimeoutError, ProblemError):
        # The list itself says which node is missing.
        return ()
    now = at.clock.now()
    made = tuple((at.node.uri, tamed(card, now)) for card in cards[:_EACH])
    for address, card in made:
        if at.memory.places.get(card.content_id) is None:
            at.memory.places.put(card.content_id, address)
        if card.poster is not None:
            at.memory.pictures.put(str(card.poster), address)
    return made
