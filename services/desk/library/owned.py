"""What this account owns and this desk has not seen: another device bought it, or these books were lost."""

from __future__ import annotations

import logging

from anyio import to_thread
from sqlalchemy import select

from services.desk.context import Desk
from services.desk.films import open_film
from services.desk.nodes.record import dealt_with
from services.desk.purchases.home import bring_home
from services.desk.tables import Film
from services.units.ids import ContentId
from services.wire.node import SpendingOut
from services.wire.problems import ProblemError

_log = logging.getLogger(__name__)
_TURN = "owned films"


async def hear_of_owned(desk: Desk) -> None:
    """Ask each node once a run what this account bought there, and bring films and keys that are not here.

    Asks nothing while the wallet is not open: to sign in takes its key. A node that does not answer is asked again
    the next time.
    """
    if desk.keyring.status != "open":
        return
    async with desk.turn(_TURN):
        for address in await to_thread.run_sync(dealt_with, desk):
            if address not in desk.memory.heard_of_owned:
                await _hear(desk, desk.at(address))


async def _hear(desk: Desk, at: Desk) -> None:
    try:
        spending = await at.node.call(SpendingOut, "GET", "/users/me/spending")
        known = await to_thread.run_sync(_known, desk)
        fresh = [content for content in spending.by_item if content not in known]
        for content in fresh:
            await bring_home(at, await open_film(at, content))
    except ProblemError as problem:
        _log.info("not told what is owned", extra={"node": at.node.uri, "code": problem.code})
        return
    desk.memory.heard_of_owned.add(at.node.uri)
    if fresh:
        desk.events.publish("library", *fresh)


def _known(desk: Desk) -> frozenset[ContentId]:
    with desk.database.read() as session:
        return frozenset(session.scalars(select(Film.content_id)))
