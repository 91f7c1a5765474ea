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
from services.desk.storage.limits import use_limits
from services.desk.storage.record import films_for_sale, keepers, kind_of, note, note_copy
from services.desk.storage.services import have_pinned
from services.units.cid import Cid
from services.units.ids import ContentId
from services.wire.problems import ProblemError

_log = logging.getLogger(__name__)
_AGAIN_S = 60.0
_REPAIRED_EVERY = 10


async def watch(desk: Desk) -> None:
    """Send and fetch no faster than was chosen, and look after the copies until the desk closes."""
    await use_limits(desk)
    await to_thread.run_sync(use_gateways, desk)
    for minute in count():
        await to_thread.run_sync(hold_bought, desk)
        if minute and minute % _REPAIRED_EVERY == 0:
            await repair(desk)
        await asyncio.sleep(_AGAIN_S)


async def repair(desk: Desk) -> int:
    """Bring to every daemon what it lacks, then ask pinning services; gives how many files were brought.

    A storage that does not answer is noted and left.
    """
    brought = 0
    films = await to_thread.run_sync(films_for_sale, desk)
    for target in await to_thread.run_sync(keepers, desk):
        for content, files in films:
            try:
                brought += await bring_film(desk, target.address, content, files, _untold)
            except ProblemError:
                break
    desk.events.publish("storage")
    return brought


async def bring_film(desk: Desk, address: str, content: ContentId, files: tuple[Cid, ...], tell: Tell) -> int:
    """Bring one film to one daemon, or ask a pinning service for it, and note it; gives how many files were brought.

    Raises ProblemError: as bring() and have_pinned().
    """
    is_service = await to_thread.run_sync(kind_of, desk, address) == "pinning"
    async with desk.turn(f"storage {address}"):
        await to_thread.run_sync(note_copy, desk, address, content, "coming")
        try:
            if is_service:
                brought, is_there = 0, await to_thread.run_sync(have_pinned, desk, address, files)
                await tell(len(files))
            else:
                brought, is_there = await bring(desk, address, files, tell), True
        except ProblemError as problem:
            _log.info("copy failed", extra={"storage": address, "code": problem.code})
            await to_thread.run_sync(note, desk, address, problem)
            raise
        await to_thread.run_sync(note, desk, address, None)
        if is_there:
            await to_thread.run_sync(partial(note_copy, desk, address, content, "complete"))
    return brought


async def _untold(_done: int) -> None:
    """Nobody looks at a repair."""
