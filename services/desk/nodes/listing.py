"""One list from many nodes: each is asked at the same time, and one that does not answer is missing from it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from anyio import to_thread

from services.desk.context import Desk
from services.desk.nodes.record import listed
from services.desk.nodes.taming import tamed
from services.desk.nodes.watch import PATIENCE_S, noted
from services.wire.node import CardOut
from services.wire.problems import ProblemError

Ask = Callable[[Desk], Awaitable[tuple[CardOut, ...]]]
Placed = tuple[str, CardOut]
"""A card and the address of its node."""
_NO_ANSWER = ("node.unreachable", "service.timeout", "node.certificate", "node.not_a_node", "service.version")


async def from_all(desk: Desk, ask: Ask, *, limit: int, is_ranked: bool = False) -> tuple[Placed, ...]:
    """Ask the own node and every listed one that answered lately; a film counts once, newest first.

    is_ranked: the answers begin with what fits best; they are taken in turns, for each node ranks by itself.

    A film that several nodes list is the one's that comes first in the list, or where it was opened before: a node
    that was added later cannot put its own card before it. Raises ProblemError: as the own node.
    """
    rows = await to_thread.run_sync(listed, desk)
    others = [row.address for row in rows if row.state != "wrong"]
    own, *answers = await asyncio.gather(ask(desk), *(_ask_other(desk, address, ask, limit) for address in others))
    found: dict[str, Placed] = {}
    for address, cards in zip((desk.node.uri, *others), (own, *answers), strict=True):
        for card in cards:
            if card.content_id not in found or desk.memory.places.get(card.content_id) == address:
                found[card.content_id] = (address, card)
    for address, card in found.values():
        if desk.memory.places.get(card.content_id) is None:
            desk.memory.places.put(card.content_id, address)
        if card.poster is not None:
            desk.memory.pictures.put(str(card.poster), address)
    if is_ranked:
        ranks = {id(card): rank for cards in (own, *answers) for rank, card in enumerate(cards)}
        return tuple(sorted(found.values(), key=lambda placed: ranks[id(placed[1])])[:limit])
    return tuple(sorted(found.values(), key=lambda placed: placed[1].published_at, reverse=True)[:limit])


async def _ask_other(desk: Desk, address: str, ask: Ask, limit: int) -> tuple[CardOut, ...]:
    problem, now = None, desk.clock.now()
    try:
        async with asyncio.timeout(PATIENCE_S):
            cards = tuple(tamed(card, now) for card in (await ask(desk.at(address)))[:limit])
    except TimeoutError:
        cards, problem = (), ProblemError("node.unreachable")
    except ProblemError as found:
        cards, problem = (), found
    if problem is None or problem.code in _NO_ANSWER:
        await noted(desk, address, problem)
    return cards
