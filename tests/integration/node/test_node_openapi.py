"""The node's OpenAPI document is true: schemathesis calls every route with whatever it allows and finds nothing."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import httpx
import schemathesis
from anyio import from_thread, to_thread
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import Case, checks
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation, BaseSchema

from services.host.node_open import NODE_URI
from services.node.app import ROUTERS, node_routes
from services.node.roles import grant
from services.node.schema import PREFIX, PROBLEM, problem_codes
from services.units.membership import TIER_PRICES
from services.wire.problems import KINDS
from tests.fixtures.chain import STRANGER, Person
from tests.fixtures.node_caller import at_the_door
from tests.fixtures.world import RunningWorld

EXAMPLES = 3
BUDGET_S = 25
# A gateway refuses in words, and what is not ready says what fails.
OTHER_BODIES = {("/ipfs/{cid}", "400"), ("/ipfs/{cid}", "404"), ("/ipfs/{cid}", "406"), ("/health/ready", "503")}
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


def routes() -> Iterator[APIRoute]:
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute), route
            if route.include_in_schema:
                yield route


async def test_schemathesis_finds_nothing(running: RunningWorld) -> None:
    """The caller is a creator and a moderator, so that most routes have something to say."""
    film = await running.publish()
    tier = await running.creator.tiers.create(name="Bronze", price=next(iter(TIER_PRICES)))
    keyring, node = running.desk("creator").keyring, running.world.node
    creator = Person("creator", keyring.key(), keyring.owner())
    known: dict[str, Any] = {
        "content_id": film.content,
        "creator_id": creator.address,
        "tier_id": tier.id,
        "user_id": creator.address,
    }
    known |= {"account": STRANGER.address, "role": "moderator", "number": 1}
    with node.database.write() as session:
        grant(session, creator.address, "moderator", by=STRANGER.address, at=node.clock.now())
    async with at_the_door(running.world, creator) as (caller,):
        schema = schemathesis.openapi.from_dict((await caller.http.get("/openapi.json")).json())
        found = await to_thread.run_sync(_tried, schema, caller.http, known)
    assert not found, "\n".join(found)


def _tried(schema: BaseSchema, http: httpx.AsyncClient, known: dict[str, Any]) -> list[str]:
    """Try each operation, half of the time about things that exist; gives what was found.

    Each is tried several times; once, when the time is over on a slow machine.
    """
    results = list(schema.get_all_operations())
    operations = [each.ok() for each in results if isinstance(each, Ok)]
    assert len(operations) == len(results)
    found, start = [], time.monotonic()
    # What ends the session comes last, else all the rest would be refused.
    for operation in sorted(operations, key=_ends_session):
        examples = EXAMPLES if time.monotonic() - start < BUDGET_S else 1
        found += [f"{operation.label}: {text}" for text in _findings(operation, http, known, examples)]
    return found


def _ends_session(operation: APIOperation[Any, Any, Any, Any]) -> bool:
    return operation.path == "/auth/sign-out" or operation.label.startswith("DELETE /auth/sessions")


def _findings(
    operation: APIOperation[Any, Any, Any, Any], http: httpx.AsyncClient, known: dict[str, Any], examples: int
) -> list[str]:
    texts: dict[str, None] = {}

    @seed(7)
    @settings(
        max_examples=examples, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy())
    def once(case: Case[Any]) -> None:
        for existing in (False, True):
            if existing:
                case.path_parameters |= {name: known[name] for name in case.path_parameters if name in known}
            asked = case.as_transport_kwargs(base_url=NODE_URI)
            answer = from_thread.run(_sent, http, asked)
            try:
                case.validate_response(answer, checks=CHECKS)
            except FailureGroup as group:
                texts.update({f"{answer.status_code} {_text(each)}": None for each in group.exceptions})

    once()
    return list(texts)


async def _sent(http: httpx.AsyncClient, asked: dict[str, Any]) -> httpx.Response:
    names = ("method", "url", "params", "headers", "json", "data", "files")
    given_parts = {name: asked[name] for name in names if asked.get(name) is not None}
    if isinstance(given_parts.get("data"), bytes | str):
        given_parts["content"] = given_parts.pop("data")
    given_parts["headers"] = {**given_parts["headers"], "Authorization": http.headers["Authorization"]}
    return await http.request(**given_parts)


def _text(failure: Exception) -> str:
    if isinstance(failure, Failure):
        return f"{failure.title}: {failure.message}"[:400]
    return repr(failure)


async def test_every_route_is_served_and_described(running: RunningWorld) -> None:
    app = node_routes()
    described = {(path, method.upper()) for path, methods in app.openapi()["paths"].items() for method in methods}
    assert described == {(route.path_format, method) for route in routes() for method in route.methods or ()}
    async with at_the_door(running.world, STRANGER, signed_in=False) as (stranger,):
        for path, method in sorted(described):
            spelled = re.sub(r"{\w+}", "x", path)
            bare = await stranger.http.request(method, spelled)
            prefixed = await stranger.http.request(method, PREFIX + spelled)
            assert bare.status_code == prefixed.status_code, path
            assert bare.status_code != 405, path
            assert bare.status_code != 500, path


def test_every_failure_has_the_one_body_and_every_code_is_known() -> None:
    document = node_routes().openapi()
    one_body = {"application/json": {"schema": {"$ref": PROBLEM}}}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation.get("description"), (path, method)
            for status, response in operation["responses"].items():
                if status[0] in "45" and (path, status) not in OTHER_BODIES:
                    assert response["content"] == one_body, (path, method, status)
    for route in routes():
        assert problem_codes(route) <= set(KINDS), route.path


async def test_what_the_framework_refuses_is_a_problem_too(running: RunningWorld) -> None:
    async with at_the_door(running.world, STRANGER) as (stranger,):
        json_of = {"Content-Type": "application/json"}
        garbled = await stranger.http.post("/auth/sign-in", content=b'{"message": "\xff"}', headers=json_of)
        assert (garbled.status_code, garbled.json()["code"]) == (422, "request.invalid")
        wrong = await stranger.http.patch("/statement")
        assert (wrong.status_code, wrong.json()["code"], wrong.headers["allow"]) == (405, "request.invalid", "GET")
