"""One long list from many nodes, part by part: the cursor holds each node's own, and a node that ended is left out."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from collections.abc import Mapping

from anyio import to_thread

from services.desk.context import Desk
from services.desk.nodes.listing import Placed
from services.desk.nodes.record import listed
from services.desk.nodes.taming import tamed
from services.desk.nodes.watch import PATIENCE_S
from services.wire.node import PageOut
from services.wire.problems import ProblemError

_LIMIT = 60
Cursors = dict[str, str]
"""By the node's address; an empty one asks for the beginning."""


async def next_part(desk: Desk, wish: Mapping[str, str], cursor: str) -> tuple[tuple[Placed, ...], str]:
    """Give the next films of every node that has more, newest first, and the cursor behind them; empty at the end.

    Raises ProblemError: request.invalid (a strange cursor), and as the own node.
    """
    cursors = _read(cursor) if cursor else await _beginning(desk)
    known = set(await _beginning(desk))
    asked = {address: at for address, at in cursors.items() if address in known}
    pages = await asyncio.gather(*(_ask(desk, address, wish, at) for address, at in asked.items()))
    found: dict[str, Placed] = {}
    for address, page in zip(asked, pages, strict=True):
        for card in page.items:
            place = desk.memory.places.get(card.content_id)
            if card.content_id not in found or place == address:
                found[card.content_id] = (address, card)
    for address, card in found.values():
        if desk.memory.places.get(card.content_id) is None:
            desk.memory.places.put(card.content_id, address)
        if card.poster is not None:
            desk.memory.pictures.put(str(card.poster), address)
    more = {address: page.cursor for address, page in zip(asked, pages, strict=True) if page.cursor}
    newest = sorted(found.values(), key=lambda placed: placed[1].published_at, reverse=True)
    # What fits words best comes first, as the nodes rank it.
    return tuple(found.values() if wish.get("query") else newest), _write(more) if more else ""


async def _beginning(desk: Desk) -> Cursors:
    rows = await to_thread.run_sync(listed, desk)
    return dict.fromkeys((desk.node.uri, *(row.address for row in rows if row.state != "wrong")), "")


async def _ask(desk: Desk, address: str, wish: Mapping[str, str], cursor: str) -> PageOut:
    query: dict[str, str | int] = {name: value for name, value in wish.items() if value}
    query |= {"limit": _LIMIT} | ({"cursor": cursor} if cursor else {})
    if address == desk.node.uri:
        return await desk.node.browse(PageOut, "/catalogue", query=query)
    try:
        async with asyncio.timeout(PATIENCE_S):
            page = await desk.at(address).node.browse(PageOut, "/catalogue", query=query)
    except (ProblemError, TimeoutError):
        return PageOut(items=(), cursor=None)
    now = desk.clock.now()
    return PageOut(items=tuple(tamed(card, now) for card in page.items[:_LIMIT]), cursor=page.cursor)


def _write(cursors: Cursors) -> str:
    return base64.urlsafe_b64encode(json.dumps(cursors).encode()).decode()


def _read(cursor: str) -> Cursors:
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (ValueError, binascii.Error) as exc:
        raise ProblemError("request.invalid", field="cursor") from exc
    if not isinstance(found, dict) or not all(isinstance(at, str) for pair in found.items() for at in pair):
        raise ProblemError("request.invalid", field="cursor")
    return found
