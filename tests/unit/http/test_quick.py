"""Quick routes answer the plain form; all else reaches the application as it was sent."""

from __future__ import annotations

import re

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from services.http.quick import Asked, QuickRoute, QuickRoutes
from services.wire.problems import ProblemError


async def _slowly(request: Request) -> Response:
    body = (await request.body()).decode()
    return PlainTextResponse(f"slow {request.path_params['name']} {body}")


async def _quickly(asked: Asked) -> Response | None:
    match asked.body:
        case b"elsewhere":
            return None
        case b"problem":
            raise ProblemError("content.not_found")
        case b"bug":
            raise RuntimeError("a bug")
    return PlainTextResponse(f"quick {asked.path.group(1)} {asked.body.decode()}")


def _client() -> httpx.AsyncClient:
    app = Starlette(routes=[Route("/things/{name}", _slowly, methods=["GET", "POST"])])
    quick = QuickRoute("POST", re.compile(r"/things/([^/]+)"), _quickly, most_bytes=10)
    transport = httpx.ASGITransport(QuickRoutes(app, quick), root_path="/root")
    return httpx.AsyncClient(transport=transport, base_url="http://test/root")


async def test_the_plain_form_is_answered_at_once() -> None:
    async with _client() as client:
        assert (await client.post("/things/a", content=b"b")).text == "quick a b"
        assert (await client.post("/things/a")).text == "quick a "


async def test_everything_else_reaches_the_application_whole() -> None:
    async def parts() -> object:
        yield b"in "
        yield b"parts"

    async with _client() as client:
        assert (await client.post("/things/a", content=b"elsewhere")).text == "slow a elsewhere"
        assert (await client.post("/things/a", content=b"x" * 11)).text == f"slow a {'x' * 11}"
        assert (await client.post("/things/a", content=parts())).text == "slow a in parts"  # type: ignore[arg-type]
        assert (await client.post("/things/a?b=c", content=b"b")).text == "slow a b"
        assert (await client.post("/things/a", content=b"b", headers=[("X-A", "1"), ("X-A", "2")])).text == "slow a b"
        assert (await client.get("/things/a")).text == "slow a "
        assert (await client.post("/other")).status_code == httpx.codes.NOT_FOUND


async def test_a_problem_is_a_problem_body() -> None:
    async with _client() as client:
        answer = await client.post("/things/a", content=b"problem")
    assert (answer.status_code, answer.json()["code"]) == (404, "content.not_found")


@pytest.mark.logs("unexpected error")
async def test_a_bug_is_said_without_its_words() -> None:
    async with _client() as client:
        answer = await client.post("/things/a", content=b"bug")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "a bug" not in answer.text
