"""Where this account's films are for sale, and moving one: there first, and only then away from here."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from anyio import to_thread
from sqlalchemy import select

from services.desk.context import Desk
from services.desk.nodes.tables import Placement
from services.desk.tables import Film
from services.units.ids import ContentId
from services.wire.node import CardOut
from services.wire.problems import ProblemError

_NOT_THERE = ("node.unconfirmed", "node.not_found", "block.quota", "wallet.locked", "access.no_tier")
_log = logging.getLogger(__name__)
Publish = Callable[[Desk, ContentId], Awaitable[CardOut]]
"""Puts a film of this desk up for sale at the node that a desk is at; again, it changes nothing."""


def set_place(desk: Desk, content: ContentId, node: str, state: str, card: CardOut | None = None) -> None:
    """Note where a film is. Blocking."""
    with desk.database.write() as session:
        row = session.get(Placement, (content, node))
        if row is None:
            row = Placement(content_id=content, node=node, card=None)
            session.add(row)
        row.state, row.at = state, desk.clock.now()
        if card is not None:
            row.card = card.model_dump(mode="json")


def places_of(desk: Desk, content: ContentId) -> dict[str, str]:
    """Give the states of a film by node. Blocking."""
    with desk.database.read() as session:
        return {
            row.node: row.state for row in session.scalars(select(Placement).where(Placement.content_id == content))
        }


async def move(desk: Desk, content: ContentId, target: str, publish: Publish) -> None:
    """Put a film up for sale at another node and take it down everywhere else.

    Who bought parts of it keeps them: the old node still gives the keys of what was bought there. Interrupted, it goes
    on at the next start. Raises ProblemError: what ``publish`` raises, node.unreachable when an old place cannot be
    told yet.
    """
    async with desk.turn(f"place {content}"):
        await to_thread.run_sync(set_place, desk, content, target, "coming")
        desk.events.publish("catalogue", content)
        try:
            await _arrive(desk, content, target, publish)
        except ProblemError as problem:
            if problem.code in _NOT_THERE:
                # Nothing of it is there, and nothing changes by trying again.
                await to_thread.run_sync(set_place, desk, content, target, "gone")
            raise
        finally:
            desk.events.publish("catalogue", content)
        await _leave(desk, content)


async def resume_all(desk: Desk, publish: Publish) -> None:
    """Go on with what an earlier run left on its way."""

    def unfinished() -> list[tuple[ContentId, str, str]]:
        with desk.database.read() as session:
            rows = session.scalars(select(Placement).where(Placement.state.in_(("coming", "leaving"))))
            return [(row.content_id, row.node, row.state) for row in rows]

    for content, node, state in await to_thread.run_sync(unfinished):
        desk.spawn(_resumed(desk, content, node if state == "coming" else None, publish), name=f"moving {content}")


async def _resumed(desk: Desk, content: ContentId, target: str | None, publish: Publish) -> None:
    async with desk.turn(f"place {content}"):
        try:
            if target is not None:
                await _arrive(desk, content, target, publish)
            await _leave(desk, content)
        except ProblemError as problem:
            # Its card shows it, and moving it again goes on from here.
            _log.info("still moving", extra={"content": content, "code": problem.code})
    desk.events.publish("catalogue", content)


async def _arrive(desk: Desk, content: ContentId, target: str, publish: Publish) -> None:
    card = await publish(desk.at(target), content)
    if card.state == "archived":
        # It was here before.
        card = await desk.at(target).node.call(CardOut, "POST", f"/content/{content}/restore")

    def write() -> None:
        others = [node for node, state in places_of(desk, content).items() if node != target and state != "gone"]
        set_place(desk, content, target, "live", card)
        # Films from before places were noted are at the own node.
        for node in others or ([desk.node.uri] if target != desk.node.uri else []):
            set_place(desk, content, node, "leaving")
        with desk.database.write() as session:
            film = session.get(Film, content)
            if film is not None:
                film.node = target
        desk.memory.places.put(content, target)

    await to_thread.run_sync(write)


async def _leave(desk: Desk, content: ContentId) -> None:
    places = await to_thread.run_sync(places_of, desk, content)
    for node in [node for node, state in places.items() if state == "leaving"]:
        try:
            await desk.at(node).node.send("POST", f"/content/{content}/archive")
        except ProblemError as problem:
            if problem.code != "content.not_found":
                raise
        await to_thread.run_sync(set_place, desk, content, node, "gone")
    desk.events.publish("catalogue", content)
