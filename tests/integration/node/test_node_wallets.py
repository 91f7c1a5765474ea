"""How a relayed transaction stands, for whoever knows its id; by a key of the node's own and by a wallet at Circle."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from services.chain.book import TransactionState
from services.chain.circle.client import CircleClient
from services.chain.circle.relayer import CircleRelayer
from services.chain.circle.secret import CircleSecrets
from services.chain.gateway import ChainGateway
from services.node.circle_orders import SqlCircleOrders
from services.units.money import Money
from tests.fixtures.chain import STRANGER, VIEWER
from tests.fixtures.circle_server import API_KEY, BLOCKCHAIN, ENTITY_SECRET, URL, WALLET, CircleLine, CircleServer
from tests.fixtures.node_caller import NodeCaller, at_the_door
from tests.fixtures.world import RunningWorld

MONEY = Money(1_000_000)


async def about(caller: NodeCaller, name: str) -> httpx.Response:
    return await caller.http.get(f"/wallets/transactions/{name}")


async def test_a_sale_s_transaction_is_shown_by_hash_and_by_our_id(running: RunningWorld) -> None:
    film = await running.publish()
    running.chain.fund(VIEWER.address, usdc=MONEY, gas_wei=0)
    async with at_the_door(running.world, VIEWER, STRANGER) as (viewer, stranger):
        assert (await viewer.buy(film.content)).status_code == 200
        (paid,) = running.payments()
        booked = running.world.node.book.find_hash(paid.tx)
        assert booked is not None
        shown = {"id": booked.intent, "state": "confirmed", "hash": paid.tx, "kind": "own_key", "error": ""}
        for caller in (viewer, stranger):
            for name in (paid.tx, paid.tx.upper().replace("X", "x"), booked.intent):
                answer = await about(caller, name)
                assert (answer.status_code, answer.json()) == (200, shown)
        assert (await viewer.http.get(f"/api/v1/wallets/transactions/{paid.tx}")).json() == shown


async def test_an_unknown_id_is_not_found(running: RunningWorld) -> None:
    async with at_the_door(running.world, VIEWER) as (viewer,):
        for name in ("0x" + "11" * 32, "x", "c4d1da72-111e-4d52-bdbf-2e74a2d803d5", "'; --"):
            answer = await about(viewer, name)
            assert (answer.status_code, answer.json()["code"]) == (404, "request.not_found")
        assert (await about(viewer, "x" * 67)).status_code == 422


async def test_strangers_without_an_account_do_not_ask(running: RunningWorld) -> None:
    async with at_the_door(running.world, VIEWER, signed_in=False) as (viewer,):
        assert (await about(viewer, "0x" + "11" * 32)).status_code == 401


@pytest.fixture
def circle(running: RunningWorld) -> CircleServer:
    """Circle, with a wallet that has gas money."""
    running.chain.fund(WALLET.address, usdc=Money(0), gas_wei=10**19)
    return CircleServer(running.world.chain)


def by_circle(running: RunningWorld, chain: ChainGateway, circle: CircleServer) -> RunningWorld:
    """Give the same world, whose node sends by Circle."""
    client = CircleClient(
        CircleSecrets(API_KEY, ENTITY_SECRET),
        wallet=WALLET.address,
        blockchain=BLOCKCHAIN,
        http=httpx.Client(transport=CircleLine(circle)),
        base_url=URL,
    )
    node = running.world.node
    relayer = CircleRelayer(chain, client, SqlCircleOrders(node.database), clock=node.clock, pause=lambda _: None)
    return replace(running, world=replace(running.world, node=replace(node, relayer=relayer)))


async def test_a_node_sells_by_circle_and_shows_it_by_each_name(running: RunningWorld, circle: CircleServer) -> None:
    film = await running.publish()
    running.chain.fund(VIEWER.address, usdc=MONEY, gas_wei=0)
    selling = by_circle(running, running.world.chain, circle)
    async with at_the_door(selling.world, VIEWER) as (viewer,):
        bought = await viewer.buy(film.content)
        assert bought.status_code == 200, bought.text
        assert [key["key"] for key in bought.json()["keys"]] == [film.keys[1]]
        (paid,) = running.payments()
        (order,) = circle.orders.values()
        assert paid.tx == order.hash
        by_hash = (await about(viewer, paid.tx)).json()
        assert by_hash == {
            "id": by_hash["id"], "state": "confirmed", "hash": paid.tx, "kind": "circle", "error": ""
        }  # fmt: skip
        for name in (by_hash["id"], order.id, order.id.upper()):
            assert (await about(viewer, name)).json() == by_hash
        again = await viewer.buy(film.content, first=2)
        assert again.status_code == 200
    assert circle.executions == 2
    running.verify_books()


async def test_what_circle_denied_is_refused_and_a_new_payment_may_come(
    running: RunningWorld, circle: CircleServer
) -> None:
    film = await running.publish()
    running.chain.fund(VIEWER.address, usdc=MONEY, gas_wei=0)
    selling = by_circle(running, running.world.chain, circle)
    circle.fate = "DENIED"
    async with at_the_door(selling.world, VIEWER) as (viewer,):
        offer = await viewer.offer(film.content)
        refused = await viewer.pay(film.content, viewer.payment(offer))
        assert (refused.status_code, refused.json()["code"]) == (402, "payment.refused")
        (order,) = circle.orders.values()
        shown = (await about(viewer, order.id)).json()
        assert (shown["state"], shown["hash"], shown["error"]) == (
            TransactionState.REFUSED.value,
            None,
            "FAILED_POLICY",
        )
        circle.fate = ""
        later = viewer.payment(offer, valid_for_s=100)
        assert (await viewer.pay(film.content, later)).status_code == 200
    assert len(running.payments()) == 1


async def test_a_sale_whose_end_is_unknown_goes_on_with_its_own_payment(
    running: RunningWorld, circle: CircleServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from services.node.sales import service

    monkeypatch.setattr(service, "_WAIT_S", 0.01)
    film = await running.publish()
    running.chain.fund(VIEWER.address, usdc=MONEY, gas_wei=0)
    selling = by_circle(running, running.world.chain, circle)
    circle.stands_still = True
    async with at_the_door(selling.world, VIEWER) as (viewer,):
        offer = await viewer.offer(film.content)
        unknown = await viewer.pay(film.content, viewer.payment(offer))
        assert unknown.json()["code"] == "payment.unknown"
        monkeypatch.setattr(service, "_WAIT_S", 20.0)
        circle.stands_still = False
        other = viewer.payment(offer, valid_for_s=100)
        assert (await viewer.pay(film.content, other)).status_code == 200
    assert len(circle.orders) == circle.executions == len(running.payments()) == 1
