"""Keeping copies complete: what is for sale and not in full at a daemon of the list is brought there."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from itertools import count

from anyio import to_thread

from services.desk.context import Desk
from services.desk.storage.daemons import Tell, bring
from services.desk.storage.keeping import hold_bought, use_gateways
from services.desk.storage.record import films_for_sale, listed, note, note_copy, read_limit
from services.units.cid import Cid
from services.units.ids import ContentId
from services.wire.problems import ProblemError

_log = logging.getLogger(__name__)
_AGAIN_S = 60.0
_REPAIRED_EVERY = 10


async def watch(desk: Desk) -> None:
    """Send no faster than was chosen, and look after the copies until the desk closes."""
    desk.pace.limit = await to_thread.run_sync(read_limit, desk)
    await to_thread.run_sync(use_gateways, desk)
    for minute in count():
        await to_thread.run_sync(hold_bought, desk)
        if minute and minute % _REPAIRED_EVERY == 0:
            await repair(desk)
        await asyncio.sleep(_AGAIN_S)


async def repair(desk: Desk) -> int:
    """Bring to every daemon what it lacks; gives how many files. One that does not answer is noted and left."""
    brought = 0
    films = await to_thread.run_sync(films_for_sale, desk)
    for target in await to_thread.run_sync(listed, desk, "daemon"):
        for content, files in films:
            try:
                brought += await bring_film(desk, target.address, content, files, _untold)
            except ProblemError:
                break
    desk.events.publish("storage")
    return brought


async def bring_film(desk: Desk, address: str, content: ContentId, files: tuple[Cid, ...], tell: Tell) -> int:
    """Bring one film to one daemon and note it; gives how many files it lacked. Raises ProblemError: as bring()."""
    async with desk.turn(f"storage {address}"):
        await to_thread.run_sync(note_copy, desk, address, content, "coming")
        try:
            brought = await bring(desk, address, files, tell)
        except ProblemError as problem:
            _log.info("copy failed", extra={"storage": address, "code": problem.code})
            await to_thread.run_sync(note, desk, address, problem)
            raise
        await to_thread.run_sync(note, desk, address, None)
        await to_thread.run_sync(partial(note_copy, desk, address, content, "complete"))
    return brought


async def _untold(_done: int) -> None:
    """Nobody looks at a repair."""
