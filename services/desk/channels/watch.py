"""Looks after channels in the background: what is on its way home, what has lain idle, what was lost."""

from __future__ import annotations

import logging

from anyio import sleep, to_thread
from sqlalchemy import select

from services.desk.channels.record import turn_name
from services.desk.channels.recovery import look_up
from services.desk.channels.refunds import is_idle, refund
from services.desk.channels.withdrawals import go_on
from services.desk.choices import read_choices
from services.desk.context import Desk
from services.desk.nodes.record import dealt_with
from services.desk.tables import Channel
from services.wire.problems import ProblemError

_log = logging.getLogger(__name__)
_AGAIN_S = 15.0


async def watch(desk: Desk) -> None:
    """Look after the channels until the desk closes."""
    found: set[str] = set()
    while True:
        await sleep(_AGAIN_S)
        if desk.keyring.status == "open":
            for node in await to_thread.run_sync(dealt_with, desk):
                if node not in found and await _find(desk.at(node)):
                    found.add(node)
        await look_after(desk)


async def look_after(desk: Desk) -> None:
    """Bring each channel one step further, where there is a step to take."""
    for row in await to_thread.run_sync(_due, desk):
        at = desk.at(row.node)
        async with at.turn(turn_name(at, row.creator)):
            try:
                if row.state == "withdrawing":
                    await to_thread.run_sync(go_on, at, row)
                else:
                    await refund(at, row.id)
            except ProblemError as problem:
                _log.info("channel still on its way", extra={"channel": row.id, "code": problem.code})
        desk.events.publish("channel", row.id)
        desk.events.publish("wallet")


async def _find(desk: Desk) -> bool:
    try:
        await look_up(desk)
    except ProblemError as problem:
        _log.info("channels not looked up", extra={"code": problem.code})
        return False
    return True


def _due(desk: Desk) -> list[Channel]:
    with desk.database.read() as session:
        chosen = read_choices(session)
        rows = list(session.scalars(select(Channel).where(Channel.state != "closed")))
    return [row for row in rows if row.state in ("refunding", "withdrawing") or is_idle(row, chosen, desk)]
