"""Nodes at other addresses: looked at before they are listed, and shown as they are after."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.types import ASGIApp

from services.client import DeskClient
from services.desk.nodes.transport import MAX_ANSWER_BYTES
from services.desk.nodes.watch import look_at_all
from services.node.app import node_app
from services.wire.node import CardOut, NodeHealth
from services.wire.nodes import NodeOut
from services.wire.problems import ProblemError
from tests.fixtures.certificates import Certificates
from tests.fixtures.chain import HandClock
from tests.fixtures.world import RunningWorld
from tests.fixtures.world_distant import DistantNode, TlsServer


async def _refusal(desk: DeskClient, address: str) -> str:
    with pytest.raises(ProblemError) as caught:
        await desk.nodes.add(address)
    assert await desk.nodes.list() == ()
    return caught.value.code


async def _only(desk: DeskClient) -> NodeOut:
    (node,) = await desk.nodes.list()
    return node


async def test_a_node_is_added_once_by_its_address_and_taken_off_again(
    running: RunningWorld, distant: DistantNode
) -> None:
    await running.viewer.nodes.add(distant.address.upper().replace("HTTPS", "https") + "/")
    await running.viewer.nodes.add(distant.address, name="  Films   of others ")
    node = await _only(running.viewer)
    assert (node.address, node.name, node.state, node.films) == (distant.address, "Films of others", "up", 0)
    assert await running.creator.nodes.list() == ()
    assert await running.viewer.nodes.remove(distant.address) == ()


async def test_down_and_back_is_told_with_its_moment(running: RunningWorld, distant: DistantNode) -> None:
    await running.viewer.nodes.add(distant.address)
    before = await _only(running.viewer)
    await distant.down()
    (node,) = await running.viewer.nodes.look(distant.address)
    assert (node.state, node.problem and node.problem.code) == ("down", "node.unreachable")
    assert node.since == before.since
    await distant.up()
    await look_at_all(running.desk("viewer"))
    assert (await _only(running.viewer)).state == "up"


async def test_only_addresses_that_nobody_can_change_on_the_way_are_taken(running: RunningWorld) -> None:
    for address in (
        "http://films.example",
        "ftp://films.example",
        "https://user@films.example",
        "https://films.example/path",
        "https://films.example?x=1",
        "https://",
        "films example",
        "https://films.example:99999",
        "",
    ):
        assert await _refusal(running.viewer, address) == "node.address", address
    assert await _refusal(running.viewer, running.desk("viewer").node.uri) == "node.address"


async def test_a_certificate_of_an_unknown_authority_is_refused(
    running: RunningWorld, distant: DistantNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    assert await _refusal(running.viewer, distant.address) == "node.certificate"


async def test_a_node_of_another_chain_or_escrow_is_refused(running: RunningWorld, certificates: Certificates) -> None:
    world = running.world
    world.desks[-1].nodes.tls = certificates.trust()

    class Elsewhere:
        chain_id, escrow = world.chain.chain_id, world.chain.token

        def __getattr__(self, name: str) -> object:
            return getattr(world.chain, name)

    server = TlsServer(node_app(replace(world.node, chain=Elsewhere())), certificates)  # type: ignore[arg-type]
    await asyncio.to_thread(server.start)
    assert await _refusal(running.viewer, server.address) == "chain.wrong_chain"
    await asyncio.to_thread(server.stop)


async def _endless() -> AsyncIterator[bytes]:
    """More than anybody needs; a little more, so that the server of the test ends."""
    for _ in range(MAX_ANSWER_BYTES // 65536 + 8):
        yield b"x" * 65536
        await asyncio.sleep(0)


def _bomb() -> Response:
    return Response(b"\x1f\x8b", headers={"content-encoding": "gzip"}, media_type="application/json")


HOSTILE: dict[str, tuple[object, str]] = {
    "endless": (lambda: StreamingResponse(_endless(), media_type="application/json"), "node.not_a_node"),
    "elsewhere": (lambda: RedirectResponse("https://127.0.0.1:1/health"), "node.not_a_node"),
    "packed": (_bomb, "node.not_a_node"),
    "a page": (lambda: PlainTextResponse("<html>welcome</html>"), "node.not_a_node"),
    "nothing here": (lambda: PlainTextResponse("no", status_code=404), "node.not_a_node"),
    "broken": (lambda: PlainTextResponse("no", status_code=500), "node.not_a_node"),
}


@pytest.mark.parametrize("kind", HOSTILE)
async def test_hostile_answers_are_bounded_and_refused(
    running: RunningWorld, certificates: Certificates, kind: str
) -> None:
    answer, code = HOSTILE[kind]
    server = TlsServer(_always(answer), certificates)
    running.world.desks[-1].nodes.tls = certificates.trust()
    await asyncio.to_thread(server.start)
    try:
        assert await _refusal(running.viewer, server.address) == code
    finally:
        await asyncio.to_thread(server.stop)


async def test_a_node_fills_no_more_of_a_list_than_its_part(
    running: RunningWorld, distant: DistantNode, hand_clock: HandClock
) -> None:
    """Many cards, long words, and films from the future: they are cut, and do not push the others away."""
    film = await running.publish()
    await running.viewer.nodes.add(distant.address)
    (own,) = await running.viewer.catalogue.browse()
    hand_clock.advance(timedelta(days=1))
    loud = {"title": "x" * 100_000, "creator_name": "y" * 9_000, "published_at": "2099-01-01T00:00:00Z"}
    card = (await running.desk("viewer").node.browse(CardOut, f"/content/{film.content}")).model_dump(mode="json")
    cards = [{**card, **loud, "content_id": f"0x{number:064x}"} for number in range(150)]
    health = (await running.desk("viewer").at(distant.address).node.browse(NodeHealth, "/health")).model_dump(
        mode="json"
    )
    distant.server.app = _saying({"/health": health, "/content": cards})
    await distant.down()
    await distant.up()
    found = await running.viewer.catalogue.browse(limit=100)
    assert len(found) == 100
    assert max(len(item.title) for item in found) == 120
    assert max(item.published_at for item in found) == hand_clock.now()
    assert own.content_id in {item.content_id for item in await running.viewer.catalogue.browse(query="noise")}


def _saying(answers: dict[str, object]) -> ASGIApp:
    async def app(scope, receive, send):  # type: ignore[no-untyped-def]
        await JSONResponse(answers[scope["path"]])(scope, receive, send)

    return app


def _always(answer: object) -> ASGIApp:
    async def app(scope, receive, send):  # type: ignore[no-untyped-def]
        await answer()(scope, receive, send)  # type: ignore[operator]

    return app
