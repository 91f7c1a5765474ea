"""What CircleOrders promise: one suite, in memory and in the node's database."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from services.chain.book import TransactionState
from services.chain.calls import Call
from services.chain.circle.orders import CircleOrder, CircleOrders, MemoryCircleOrders
from services.db.engine import open_database
from services.db.migrate import migrate
from services.node.circle_orders import SqlCircleOrders
from services.units.address import bytes32
from services.units.ids import IntentId
from tests.fixtures.chain import STRANGER, HandClock

AT = HandClock().now()
NAME = "c4d1da72-111e-4d52-bdbf-2e74a2d803d5"
HASH = bytes32(b"\x0a" * 32)


def order(number: int = 1) -> CircleOrder:
    call = Call(STRANGER.address, bytes((number,)), 10**20 + number)
    return CircleOrder(IntentId(f"{number:064x}"), call, AT + timedelta(seconds=number))


@pytest.fixture(params=["memory", "sql"])
def orders(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CircleOrders]:
    if request.param == "memory":
        yield MemoryCircleOrders()
        return
    database = open_database(tmp_path / "node.db")
    migrate(database, "node")
    yield SqlCircleOrders(database)
    database.close()


def test_an_order_is_kept_once(orders: CircleOrders) -> None:
    assert orders.find(order().intent) is None
    assert orders.add(order()) == (order(), True)
    other = replace(order(), call=Call(STRANGER.address, b"other"))
    assert orders.add(other) == (order(), False)
    assert orders.find(order().intent) == order()


def test_it_is_found_by_each_of_its_names(orders: CircleOrders) -> None:
    orders.add(order())
    orders.add(order(2))
    known = replace(order(), circle_id=NAME, status="SENT", hash=HASH)
    orders.save(known)
    for name in (known.intent, known.ticket, NAME, HASH):
        assert orders.find(name) == known
    assert order().ticket != order(2).ticket
    assert orders.find(order(2).ticket) == order(2)
    assert orders.find("") is None


def test_what_is_known_stays_known(orders: CircleOrders) -> None:
    orders.add(order())
    orders.save(replace(order(), circle_id=NAME, status="STUCK", hash=HASH, is_accelerated=True))
    orders.save(replace(order(), error="late"))  # by a thread that looked before
    found = orders.find(NAME)
    assert found == replace(order(), circle_id=NAME, status="STUCK", hash=HASH, is_accelerated=True, error="late")


@pytest.mark.parametrize("state", [TransactionState.CONFIRMED, TransactionState.REVERTED, TransactionState.REFUSED])
def test_an_end_is_an_end(orders: CircleOrders, state: TransactionState) -> None:
    orders.add(order())
    ended = replace(order(), circle_id=NAME, status="X", state=state, error="why")
    orders.save(ended)
    orders.save(replace(order(), circle_id=NAME, status="SENT"))
    assert orders.find(NAME) == ended
    assert orders.list_open() == []


def test_open_ones_are_listed_by_age(orders: CircleOrders) -> None:
    for number in (3, 1, 2):
        orders.add(order(number))
    orders.save(replace(order(2), circle_id=NAME, state=TransactionState.REFUSED))
    assert orders.list_open() == [order(1), order(3)]


def test_only_a_nameless_order_is_forgotten(orders: CircleOrders) -> None:
    orders.add(order(1))
    orders.add(order(2))
    orders.save(replace(order(2), circle_id=NAME, status="INITIATED"))
    for number in (1, 2, 3):
        orders.forget(order(number).intent)
    assert orders.find(order(1).intent) is None
    assert orders.find(NAME) is not None
    # What another thread learned of a forgotten order brings it back.
    orders.save(replace(order(1), circle_id=NAME.replace("c4", "c5"), status="INITIATED"))
    assert orders.find(order(1).intent) is not None


def test_the_same_order_at_once_is_new_once(orders: CircleOrders) -> None:
    start = threading.Barrier(8)

    def add(_: int) -> bool:
        start.wait(5)
        return orders.add(order())[1]

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(add, range(8))) == [False] * 7 + [True]
