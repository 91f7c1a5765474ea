"""Told to come back later, a door does so once, if it is not too long."""

from __future__ import annotations

import httpx
import pytest

from services.http.patience import MOST_S, PatientDoor
from services.wire.problems import ProblemError


def answering(*answers: httpx.Response) -> tuple[PatientDoor, list[httpx.Request]]:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return answers[len(seen) - 1]

    http = httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://x")
    return PatientDoor(http), seen


def later(seconds: str) -> httpx.Response:
    return httpx.Response(429, json={"code": "request.too_many", "params": {"seconds": seconds}})


async def test_it_comes_back_with_the_same_request() -> None:
    door, seen = answering(later("0"), httpx.Response(200, json={"x": 1}))
    assert await door.call(dict[str, int], "POST", "/a", body={"b": 1}, headers={"H": "h"}) == {"x": 1}
    assert len(seen) == 2
    assert (seen[0].content, seen[0].headers["H"]) == (seen[1].content, seen[1].headers["H"])


@pytest.mark.parametrize("first", [str(MOST_S + 1), "", "soon", "-1"])
async def test_it_does_not_wait_for_ever(first: str) -> None:
    door, seen = answering(later(first))
    with pytest.raises(ProblemError, match=r"request\.too_many"):
        await door.send("GET", "/a")
    assert len(seen) == 1


async def test_it_comes_back_once() -> None:
    door, seen = answering(later("0"), later("0"))
    with pytest.raises(ProblemError, match=r"request\.too_many"):
        await door.send("GET", "/a")
    assert len(seen) == 2


async def test_other_failures_are_not_repeated() -> None:
    door, seen = answering(httpx.Response(503, json={"code": "chain.unreachable", "params": {"seconds": "0"}}))
    with pytest.raises(ProblemError, match=r"chain\.unreachable"):
        await door.send("GET", "/a")
    assert len(seen) == 1
