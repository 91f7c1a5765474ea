"""The routes of the list of nodes."""

from __future__ import annotations

from typing import Annotated, cast
from urllib.parse import urlsplit

from anyio import to_thread
from fastapi import Query
from sqlalchemy import func, select

from services.desk.catalogue import item, own_items
from services.desk.context import Desk
from services.desk.door import ContentOf, DeskOf
from services.desk.films import known_film
from services.desk.nodes import placing
from services.desk.nodes.addresses import LINK_SCHEME, film_link, read_link
from services.desk.nodes.places import FilmDeskOf, follow
from services.desk.nodes.record import agree, drop, find, keep, listed, own_address
from services.desk.nodes.tables import KnownNode, Placement
from services.desk.nodes.watch import look, look_again
from services.desk.publishing.publish import publish_again
from services.http.late_routes import LateRouter
from services.wire.base import ProblemOut
from services.wire.catalogue import ItemOut
from services.wire.nodes import LinkIn, LinkOut, MoveIn, NodeAt, NodeIn, NodeOut, NodeState
from services.wire.problems import ProblemError

router = LateRouter(tags=["nodes"])


@router.get("/nodes")
async def nodes(desk: DeskOf) -> tuple[NodeOut, ...]:
    """List the nodes besides the own one, with what was last seen of them."""
    return await to_thread.run_sync(_out, desk)


@router.post("/nodes", status_code=201)
async def add(desk: DeskOf, body: NodeIn) -> tuple[NodeOut, ...]:
    """Look at a node and put it on the list."""
    given = read_link(body.address).node if body.address.strip().startswith(f"{LINK_SCHEME}:") else body.address
    address = own_address(desk, given)
    health = await look(desk, address)
    name = " ".join(body.name.split()) or urlsplit(address).netloc
    await to_thread.run_sync(keep, desk, address, name, health)
    return await _changed(desk, address)


@router.post("/nodes/look")
async def look_now(desk: DeskOf, body: NodeAt) -> tuple[NodeOut, ...]:
    """Look at a listed node again, now."""
    row = await to_thread.run_sync(find, desk, body.address)
    await look_again(desk, row)
    return await to_thread.run_sync(_out, desk)


@router.post("/nodes/agree")
async def confirm(desk: DeskOf, body: NodeAt) -> tuple[NodeOut, ...]:
    """Confirm what a node can do with the keys of a film that is published there."""
    await to_thread.run_sync(agree, desk, body.address)
    return await _changed(desk, body.address)


@router.delete("/nodes")
async def remove(desk: DeskOf, address: Annotated[str, Query(max_length=600)]) -> tuple[NodeOut, ...]:
    """Take a node off the list; what was bought there plays on."""
    await to_thread.run_sync(drop, desk, address)
    return await _changed(desk, address)


@router.post("/items/{content_id}/move")
async def move(desk: DeskOf, content: ContentOf, body: MoveIn) -> tuple[ItemOut, ...]:
    """Move an own film to another node."""
    target = own_address(desk, body.node) if body.node else desk.node.uri
    await desk.finish(placing.move(desk, content, target, publish_again), "moving")
    return await own_items(desk)


@router.get("/items/{content_id}/link")
async def link(desk: FilmDeskOf, content: ContentOf) -> LinkOut:
    """Give the link to a film."""
    node = desk.node.uri if desk.home is not None else ""
    return LinkOut(text=film_link(desk.chain.chain_id, content, node), is_reachable=bool(node))


@router.post("/links")
async def open_link(desk: DeskOf, body: LinkIn) -> ItemOut:
    """Find the film that a link leads to; its node has to be on the list."""
    link = read_link(body.text)
    if link.chain_id != desk.chain.chain_id:
        raise ProblemError("chain.wrong_chain", expected=desk.chain.chain_id, found=link.chain_id)
    if link.node:
        await to_thread.run_sync(find, desk, link.node)
        if await to_thread.run_sync(known_film, desk, link.content) is None:
            desk.memory.places.put(link.content, link.node)
    return await item(await follow(desk, link.content), link.content)


async def _changed(desk: Desk, address: str) -> tuple[NodeOut, ...]:
    desk.events.publish("node", address)
    desk.events.publish("catalogue")
    return await to_thread.run_sync(_out, desk)


def _out(desk: Desk) -> tuple[NodeOut, ...]:
    with desk.database.read() as session:
        here = select(Placement.node, func.count()).where(Placement.state != "gone").group_by(Placement.node)
        films: dict[str, int] = dict(session.execute(here).all())
    return tuple(_node_out(row, films.get(row.address, 0)) for row in listed(desk))


def _node_out(row: KnownNode, films: int) -> NodeOut:
    problem = None if row.problem is None else ProblemOut.model_validate(ProblemError(row.problem).body())
    return NodeOut(
        address=row.address,
        name=row.name,
        state=cast("NodeState", row.state),
        since=row.since,
        seen_at=row.seen_at,
        problem=problem,
        is_agreed=row.agreed_at is not None,
        films=films,
    )
