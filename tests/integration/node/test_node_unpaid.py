"""Whoever does not pay costs little: no question to the chain, no thread, and no write."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import anyio.to_thread
import httpx
import pytest

from services.db.engine import Database
from services.host.node_open import NODE_URI
from services.node.app import MAX_BODY_BYTES, node_app
from services.node.limits import RATES, RateLimits
from tests.fixtures.chain import VIEWER
from tests.fixtures.node_caller import NodeCaller, at_the_door
from tests.fixtures.world import RunningWorld

SAID = ("chain_id", "token", "escrow")
"""What a gateway knows without asking."""


class Unasked:
    """A chain that is known and must not be asked."""

    def __init__(self, chain: Any) -> None:
        for name in SAID:
            setattr(self, name, getattr(chain, name))

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"the chain was asked: {name}")


@contextmanager
def _untouched(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    async def thread(function: Any, *_rest: Any, **_named: Any) -> Any:
        raise AssertionError(f"a thread was taken: {function}")

    def write(_database: Database) -> Any:
        raise AssertionError("something was written")

    with monkeypatch.context() as during:
        during.setattr(anyio.to_thread, "run_sync", thread)
        during.setattr(Database, "write", write)
        during.setattr(Database, "write_plain", write)
        yield


async def test_an_unpaid_request_asks_nobody(running: RunningWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    film = await running.publish()
    node = replace(running.world.node, chain=Unasked(running.world.node.chain))
    async with at_the_door(running.world, VIEWER) as (viewer,):
        token = viewer.http.headers["Authorization"]
    transport = httpx.ASGITransport(node_app(node))
    async with httpx.AsyncClient(transport=transport, base_url=NODE_URI) as http:
        with _untouched(monkeypatch):
            for headers in ({}, {"Authorization": token}):
                for path in (f"/content/{film.content}/stream", f"/content/{film.content}/pay"):
                    body = {"chunk": 1} if path.endswith("/stream") else {"first_chunk": 1}
                    assert (await http.post(path, json=body, headers=headers)).status_code == 402
            assert (await http.get(f"/content/{film.content}/pay")).status_code == 402


async def test_a_flood_is_refused_and_a_payment_in_it_is_not(running: RunningWorld) -> None:
    film = await running.publish()
    app = RateLimits(node_app(running.world.node), now=lambda: 0.0, hold_s=0)
    transport = httpx.ASGITransport(app, client=("192.0.2.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url=NODE_URI) as http:
        viewer = NodeCaller(running.world, http, VIEWER)
        offer = await viewer.offer(film.content)
        # The price was asked once already.
        allowed = RATES["unpaid"].burst - 1
        asked = [await http.post(f"/content/{film.content}/stream", json={"chunk": 1}) for _ in range(allowed + 5)]
        assert [answer.status_code for answer in asked] == [402] * allowed + [429] * 5
        refused = asked[-1]
        assert refused.json()["code"] == "request.too_many"
        assert int(refused.headers["Retry-After"]) >= 1
        running.chain.fund(VIEWER.address, usdc=offer.money, gas_wei=0)
        assert (await viewer.pay(film.content, viewer.payment(offer))).status_code == 200


async def test_nobody_is_listened_to_for_ever(running: RunningWorld) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b" " * 65_536

    async with at_the_door(running.world, VIEWER, signed_in=False) as (viewer,):
        big = b'{"message": "' + b"x" * MAX_BODY_BYTES + b'"}'
        json = {"Content-Type": "application/json"}
        for path in ("/auth/sign-in", "/tiers/", f"/content/{'0x' + '00' * 32}/pay"):
            said = await viewer.http.post(path, content=big, headers=json)
            streamed = await viewer.http.post(path, content=endless(), headers=json)
            assert (said.status_code, streamed.status_code) == (413, 413), path
