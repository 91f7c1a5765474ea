"""A client that is closed under its callers, as the bridge does when a service ends, reads as a lost service."""

from __future__ import annotations

import httpx
import pytest

from services.client import DeskClient
from services.http.door import Door
from services.wire.problems import ProblemError


async def _closed() -> httpx.AsyncClient:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json={}))
    http = httpx.AsyncClient(transport=transport, base_url="http://service")
    await http.aclose()
    return http


async def test_a_call_on_a_closed_client_is_a_problem() -> None:
    with pytest.raises(ProblemError) as caught:
        await Door(await _closed(), unreachable="node.unreachable").send("GET", "/health")
    assert caught.value.code == "node.unreachable"


async def test_events_of_a_closed_client_are_a_problem() -> None:
    desk = DeskClient(await _closed(), "main")
    with pytest.raises(ProblemError) as caught:
        await anext(desk.events())
    assert caught.value.code == "service.unreachable"


async def test_another_runtime_error_stays_a_bug() -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise RuntimeError("something else")

    async with httpx.AsyncClient(transport=httpx.MockTransport(fail), base_url="http://service") as http:
        with pytest.raises(RuntimeError, match="something else"):
            await Door(http).send("GET", "/health")
