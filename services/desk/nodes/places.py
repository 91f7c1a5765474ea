"""Where a film comes from: noted when it was opened or listed, else asked of every node, the own one first."""

from __future__ import annotations

import asyncio
from typing import Annotated

from anyio import to_thread
from fastapi import Depends

from services.desk.context import Desk
from services.desk.door import ContentOf, DeskOf
from services.desk.nodes.record import listed
from services.desk.nodes.watch import PATIENCE_S
from services.desk.tables import Film
from services.units.ids import ContentId
from services.wire.node import CardOut, ManifestOut
from services.wire.problems import ProblemError


async def at_film(desk: Desk, content: ContentId) -> Desk:
    """Give the desk as it speaks with the node of a film; the own node for one that nobody knows."""
    place = desk.memory.places.get(content)
    if place is None:
        place = await to_thread.run_sync(_noted, desk, content) or await _asked(desk, content)
        desk.memory.places.put(content, place)
    return desk.at(place)


async def _film_desk(desk: DeskOf, content: ContentOf) -> Desk:
    return await at_film(desk, content)


FilmDeskOf = Annotated[Desk, Depends(_film_desk)]
"""The desk as it speaks with the node of the path's film."""


async def follow(desk: Desk, content: ContentId) -> Desk:
    """Give the desk as it speaks with the node where a film is for sale now.

    A film that its node took out of sale may be for sale elsewhere: with the very words that were signed before, it is
    the same film, and what was bought of it stays bought. Nothing changes while its node does not answer.
    """
    at = await at_film(desk, content)
    rows = await to_thread.run_sync(listed, desk)
    if not rows or await _state(at, content) != "archived":
        return at
    for address in (desk.node.uri, *(row.address for row in rows if row.state == "up")):
        other = desk.at(address)
        if address != at.node.uri and await _state(other, content) == "live" and await _is_same(other, content):
            await to_thread.run_sync(_moved, desk, content, address)
            desk.memory.places.put(content, address)
            return other
    return at


async def _settled_film_desk(desk: DeskOf, content: ContentOf) -> Desk:
    return await follow(desk, content)


SettledFilmDeskOf = Annotated[Desk, Depends(_settled_film_desk)]
"""As FilmDeskOf, after looking whether the film moved."""


async def _state(at: Desk, content: ContentId) -> str:
    try:
        async with asyncio.timeout(PATIENCE_S):
            return (await at.node.browse(CardOut, f"/content/{content}")).state
    except TimeoutError:
        return "unknown"
    except ProblemError as problem:
        return "archived" if problem.code == "content.not_found" else "unknown"


async def _is_same(at: Desk, content: ContentId) -> bool:
    """Compare signed words: another creator's manifest under the same id is another film."""

    def known() -> str | None:
        with at.database.read() as session:
            row = session.get(Film, content)
        return None if row is None else row.signed

    signed = await to_thread.run_sync(known)
    try:
        return signed is None or (await at.node.browse(ManifestOut, f"/content/{content}/manifest")).signed == signed
    except ProblemError:
        return False


def _moved(desk: Desk, content: ContentId, address: str) -> None:
    with desk.database.write() as session:
        row = session.get(Film, content)
        if row is not None:
            row.node = address


def _noted(desk: Desk, content: ContentId) -> str | None:
    with desk.database.read() as session:
        row = session.get(Film, content)
    if row is None:
        return None
    return row.node or (desk.home or desk).node.uri


async def _asked(desk: Desk, content: ContentId) -> str:
    own = desk.home or desk
    rows = await to_thread.run_sync(listed, own)
    addresses = (own.node.uri, *(row.address for row in rows if row.state == "up"))
    for address, has_it in zip(
        addresses, await asyncio.gather(*(_has(own, address, content) for address in addresses)), strict=True
    ):
        if has_it:
            return address
    return own.node.uri


async def _has(desk: Desk, address: str, content: ContentId) -> bool:
    try:
        async with asyncio.timeout(PATIENCE_S):
            card = await desk.at(address).node.browse(CardOut, f"/content/{content}")
    except (ProblemError, TimeoutError):
        return False
    return card.content_id == content
