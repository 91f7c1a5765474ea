"""Brings purchases to their end that were left open: the same bytes, never a new signature."""

from __future__ import annotations

import asyncio
import logging
from typing import NamedTuple

from anyio import to_thread
from sqlalchemy import select

from services.desk.channels.delivery import finish
from services.desk.channels.record import turn_name
from services.desk.context import Desk
from services.desk.films import open_film
from services.desk.purchases.delivery import deliver, settle
from services.desk.purchases.record import ENDED, find
from services.desk.tables import Channel, Purchase
from services.units.address import Address
from services.units.ids import ContentId, IntentId
from services.wire.problems import ProblemError

_log = logging.getLogger(__name__)
_AGAIN_S = 15.0
# Told to the person as ended: what is still looked for is only where the money went.
_ANSWERED = ("refused", "keyed", "disputed")


class _Open(NamedTuple):
    """An open purchase: its creator where a voucher pays, and its node unless that is the own one."""

    intent: IntentId
    content: ContentId
    creator: Address | None
    node: str | None


async def watch(desk: Desk) -> None:
    """Look after open purchases until the desk closes."""
    while True:
        await finish_open(desk)
        await asyncio.sleep(_AGAIN_S)


async def finish_open(desk: Desk) -> None:
    """Try once to bring each open purchase to its end."""
    for open_one in await to_thread.run_sync(_unfinished, desk):
        at, intent = desk.at(open_one.node or desk.node.uri), open_one.intent
        async with at.turn(turn_name(at, open_one.creator) if open_one.creator else open_one.content):
            try:
                await (finish(at, intent) if open_one.creator else _finish(at, intent))
            except ProblemError as problem:
                _log.info("purchase still open", extra={"intent": intent, "code": problem.code})


async def _finish(desk: Desk, intent: IntentId) -> None:
    row = await to_thread.run_sync(find, desk, intent)
    if row is None or not _is_open(row):
        return
    if row.state in _ANSWERED:
        await settle(desk, row, otherwise=row.state)
    elif row.money == "spent" or not await settle(desk, row, otherwise=row.state):
        film = await open_film(desk, row.content_id)
        await deliver(desk, film.manifest, row)


def _unfinished(desk: Desk) -> list[_Open]:
    unkeyed = (Purchase.money == "spent") & Purchase.state.not_in(ENDED)
    wanted = select(Purchase, Channel.node).outerjoin(Channel, Channel.id == Purchase.channel_id)
    wanted = wanted.where((Purchase.money == "in_flight") | unkeyed).order_by(Purchase.at)
    with desk.database.read() as session:
        return [
            _Open(IntentId(row.intent), row.content_id, row.creator if row.channel_id else None, node or row.node)
            for row, node in session.execute(wanted)
        ]


def _is_open(row: Purchase) -> bool:
    # Paid and not ended, however far it came: while it is sent again its state is another than after the look-up.
    return row.money == "in_flight" or (row.money == "spent" and row.state not in ENDED)
