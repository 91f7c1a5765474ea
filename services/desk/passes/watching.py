"""Tells a node what was watched with its pass: that is where the pass' fee goes.

Only parts that the pass lent are told, once they were played here. What could not be told yet is told later; the end of
the process loses at most the last quarter of a minute.
"""

from __future__ import annotations

import asyncio
import logging

from services.desk.context import Desk
from services.desk.nodes.places import at_film
from services.units.ids import ContentId
from services.wire.passes import MAX_CHUNKS, WatchedIn, WatchedOut
from services.wire.problems import ProblemError

_log = logging.getLogger(__name__)
_EVERY_S = 15.0
# What the node will never take, however often it is told.
_NEVER = ("content.members_only", "content.not_found", "content.taken_down", "pass.none")


async def watch(desk: Desk) -> None:
    """Tell until the desk closes."""
    while True:
        await asyncio.sleep(_EVERY_S)
        await tell(desk)


def note_played(desk: Desk, content: ContentId, index: int) -> None:
    """Note that a part was played that may be the pass'."""
    played = desk.memory.by_pass.get(content)
    if played is not None:
        played.add(index)


async def tell(desk: Desk) -> None:
    """Tell each film's node once what was played since the last time."""
    if desk.keyring.status != "open":
        return
    for content, played in list(desk.memory.by_pass.items()):
        chunks = tuple(sorted(played)[:MAX_CHUNKS])
        if not chunks:
            continue
        try:
            at = await at_film(desk, content)
            await at.node.call(WatchedOut, "POST", "/pass/watched", body=WatchedIn(content_id=content, chunks=chunks))
        except ProblemError as problem:
            _log.info("watching not told", extra={"code": problem.code, "content": content})
            if problem.code not in _NEVER:
                continue
        played.difference_update(chunks)
