"""Routes are worked out when they are asked for first, once, and by one thread at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from pydantic import BaseModel

from services.desk.app import desk_routes
from services.http.late_routes import LateRoute, LateRouter, install
from services.node.app import MAX_BODY_BYTES, node_routes


class Sum(BaseModel):
    """A sum."""

    value: int


@pytest.fixture
def router() -> LateRouter:
    made = LateRouter(prefix="/sums", tags=["sums"])

    @made.post("/{first}", status_code=201)
    async def add(first: int, body: Sum) -> Sum:
        """Add."""
        return Sum(value=first + body.value)

    @made.put("/{first}", max_body_size=40)
    async def put(first: int, body: Sum) -> Sum:
        return Sum(value=first * body.value)

    return made


@pytest.fixture
def app(router: LateRouter) -> FastAPI:
    app = FastAPI(max_body_size=20)
    install(app, [router])
    return app


def _late(app: FastAPI) -> Iterator[LateRoute]:
    return (route for route in app.routes if isinstance(route, LateRoute))


async def test_a_route_is_complete_when_it_was_asked_for_and_not_before(app: FastAPI) -> None:
    added, multiplied = _late(app)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://here") as http:
        assert (await http.post("/sums/2", json={"value": 3})).json() == {"value": 5}
        assert (await http.post("/sums/2", json={"value": "x"})).status_code == 422
        assert (await http.get("/sums/2")).status_code == 405
    assert "dependant" in vars(added)
    assert "dependant" not in vars(multiplied)


async def test_a_body_is_bound_by_the_application_or_by_the_routes_own_limit(app: FastAPI) -> None:
    long = b'{"value": 4' + b" " * 15 + b"}"
    async with AsyncClient(transport=ASGITransport(app), base_url="http://here") as http:
        headers = {"content-type": "application/json"}
        assert (await http.post("/sums/2", content=long, headers=headers)).status_code == 413
        assert (await http.put("/sums/2", content=long, headers=headers)).json() == {"value": 8}


def test_threads_that_ask_at_once_find_the_same(app: FastAPI) -> None:
    route, _ = _late(app)
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(route.dependant)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(one) for one in found}) == 1
    with pytest.raises(AttributeError):
        assert route.nothing_of_the_kind


def test_every_route_of_desk_and_node_is_declared_well() -> None:
    for app in (desk_routes(), node_routes()):
        routes = list(_late(app))
        assert len(routes) > 80
        assert all(route.dependant.call is route.endpoint for route in routes)
    assert all((route.max_body_size or 0) >= MAX_BODY_BYTES for route in _late(node_routes()))


def test_the_description_tells_of_all_of_them(app: FastAPI) -> None:
    assert app.openapi()["paths"]["/sums/{first}"]["post"]["tags"] == ["sums"]
