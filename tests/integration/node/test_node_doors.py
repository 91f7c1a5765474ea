"""Every route of the node has a door that somebody decided on, and each door is tried by those it keeps out.

Taken from the application itself: a new route without a decision fails here. The decision is the dependency that it
takes (services.node.door); what nobody has to sign in for, and what a viewer may write, is named below with the reason.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import httpx
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from services.node.app import node_routes
from services.node.door import DOORS
from services.wire.accounts import Scope
from services.wire.sign_in import scope_resources
from tests.fixtures.chain import CREATOR, STRANGER, HandClock
from tests.fixtures.node_caller import NodeCaller, at_the_door
from tests.fixtures.world import RunningWorld

PUBLIC = {
    "POST /auth/nonce": "the way in",
    "POST /auth/sign-in": "the way in",
    "GET /health": "says whether the node answers",
    "GET /health/ready": "says whether the node can work",
    "POST /kyc/reports": "the signature of the service that checks identities is the proof",
    "POST /channels/refund": "a voucher of the channel's own key is the proof, and the money goes to its payer",
}
"""Routes without any door, beside the ones that read."""

READS_FOR_ALL = {
    "GET /tiers/{creator_id}",
    "GET /content",
    "GET /catalogue",
    "GET /tags",
    "GET /pass",
    "GET /pass/films",
    "GET /pass/months",
    "GET /pass/months/{month}",
    "GET /pass/rounds",
    "GET /content/{content_id}",
    "GET /content/{content_id}/access",
    "GET /contents/{content_id}/versions",
    "GET /creators/{creator_id}/seller",
    "GET /creators/{creator_id}/profile",
    "GET /wallets/arc-block-height",
    "GET /ipfs/{cid}",
    "HEAD /ipfs/{cid}",
}
"""Keys, linked addresses and what one account did are in none of them."""

PAID = {
    "POST /content/{content_id}/stream": "a payment says itself who pays",
    "POST /content/{content_id}/pay": "a payment says itself who pays",
    "GET /content/{content_id}/pay": "a payment says itself who pays",
    "POST /subscribe/": "a payment says itself who pays; without one, only an account that the node keeps the key of",
}
"""Routes for whoever pays; who means to be somebody has to be it."""

VIEWERS_WRITES = {
    "POST /subscriptions/{membership_id}/cancel": "ends what the viewer pays",
    "POST /subscriptions/{membership_id}/resume": "moves nothing: the viewer's desk signs each renewal",
    "POST /subscriptions/{membership_id}/change": "moves nothing: the viewer's desk signs each renewal",
    "POST /subscriptions/{membership_id}/failed": "notes a reason",
    "POST /cases/{case}/appeal": "objects; a person decides",
    "POST /pass/watched": "tells what the viewer watched; it moves only where the own fee goes",
    "POST /refunds": "asks; the creator decides and signs",
    "POST /messages": "a member writes to a creator",
    "POST /creators/{creator}/tips": "the viewer's signed transfer says itself how much goes where",
    "POST /content/{content_id}/report": "tells the moderators",
    "POST /blocks/missing": "asks which blocks the node lacks",
}
"""Writes that a session for watching may do, and why."""

MACHINERY = {"/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc"}
"""What the framework serves by itself."""

PREFIX = "/api/v1"
SCOPES: dict[str, Scope] = {
    "watch": "watch",
    "maybe": "watch",
    "publish": "publish",
    "proven": "money",
    "moderator": "govern",
    "operator": "govern",
    "proven operator": "govern",
}
ALL: tuple[Scope, ...] = ("watch", "publish", "money", "govern")
FILL = {
    "content_id": "0x" + "00" * 32,
    "account": STRANGER.address,
    "creator_id": STRANGER.address,
    "role": "moderator",
    "session_id": "0",
    "link_id": "00000000-0000-0000-0000-000000000000",
}


@dataclass(frozen=True, slots=True)
class Way:
    """A route by one method, with the doors in front of it; one is made of another in places."""

    method: str
    path: str
    doors: frozenset[str]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_read(self) -> bool:
        return self.method in ("GET", "HEAD")

    @property
    def door(self) -> str:
        """The one that counts; empty for none."""
        found = self.doors - {"session"} or self.doors
        if "proven operator" in found:
            found -= {"operator"}
        assert len(found) <= 1, f"{self} has several doors: {sorted(found)}"
        return next(iter(found), "")

    @property
    def filled(self) -> str:
        path = self.path
        for part in path.split("/"):
            if part.startswith("{"):
                path = path.replace(part, FILL.get(part.strip("{}").partition(":")[0], "x"))
        return path


def _doors(dependant: Dependant) -> Iterator[str]:
    if dependant.call in DOORS:
        yield DOORS[dependant.call]
    for inner in dependant.dependencies:
        yield from _doors(inner)


def ways(running: RunningWorld) -> list[Way]:
    """Take all ways into the node from its routes."""
    found: dict[str, Way] = {}
    for route in iter_route_contexts(node_routes().routes):
        assert route.path is not None
        if not isinstance(route.original_route, APIRoute):
            assert route.path in MACHINERY, route.path
            continue
        doors = frozenset(_doors(route.dependant))
        for method in sorted(route.methods or ()):
            way = Way(method, route.path, doors)
            found[str(way)] = way
    assert len(found) > 30
    return list(found.values())


def test_each_route_has_one_door_that_somebody_decided_on(running: RunningWorld) -> None:
    undecided = []
    for way in ways(running):
        if not way.doors:
            is_decided = str(way) in PUBLIC or (way.is_read and str(way) in READS_FOR_ALL)
        elif way.door == "maybe":
            is_decided = way.is_read or str(way) in PAID
        elif way.door == "watch":
            is_decided = way.is_read or str(way) in VIEWERS_WRITES
        else:
            is_decided = True
        if not is_decided:
            undecided.append(f"{way} ({way.door})")
    assert not undecided, "choose a door in services.node.door, or name the route above with the reason"
    # And no decision outlives its route.
    there = {str(way): way for way in ways(running)}
    decided = {**dict.fromkeys((*PUBLIC, *READS_FOR_ALL), ""), **dict.fromkeys(PAID, "maybe")}
    decided.update(dict.fromkeys(VIEWERS_WRITES, "watch"))
    assert {name: there[name].door if name in there else "gone" for name in decided} == decided


@asynccontextmanager
async def callers(running: RunningWorld, hand_clock: HandClock) -> AsyncIterator[Callers]:
    """Sign strangers in, of a node that somebody else operates."""
    world = replace(running.world, node=replace(running.world.node, operators=frozenset({CREATOR.address})))
    async with at_the_door(world, STRANGER, signed_in=False) as (stranger,):
        expired = await _token(stranger, ALL)
        hand_clock.advance(timedelta(minutes=61))
        revoked = await _token(stranger, ALL)
        await stranger.http.post("/auth/sign-out", headers={"Authorization": revoked})
        without = {scope: await _token(stranger, tuple(other for other in ALL if other != scope)) for scope in ALL}
        yield Callers(stranger.http, await _token(stranger, ALL), (expired, revoked, "Bearer x", "Basic eDp5"), without)


async def _token(caller: NodeCaller, scopes: tuple[Scope, ...]) -> str:
    message = replace(await caller.question(), resources=scope_resources(scopes))
    return f"Bearer {(await caller.answer(message)).json()['token']}"


@dataclass(frozen=True, slots=True)
class Callers:
    """Whoever may come."""

    http: httpx.AsyncClient
    stranger: str
    no_good: tuple[str, ...]
    without: dict[Scope, str]

    async def ask(self, way: Way, token: str = "") -> tuple[int, str]:
        """Ask with nothing but a token, and give status and problem code."""
        headers = {"Authorization": token} if token else {}
        body: dict[str, str] | None = None if way.is_read else {}
        answer = await self.http.request(way.method, way.filled, headers=headers, json=body)
        assert answer.status_code < 500 or answer.status_code == 503, (str(way), answer.text)
        is_problem = answer.headers.get("content-type") == "application/json" and answer.status_code >= 400
        return answer.status_code, answer.json().get("code", "") if is_problem else ""


NOT_SIGNED_IN = (401, "account.sign_in_refused")
FORBIDDEN = (403, "account.forbidden")


async def test_nobody_passes_a_door_nor_a_token_that_does_not_hold(
    running: RunningWorld, hand_clock: HandClock
) -> None:
    async with callers(running, hand_clock) as them:
        for way in ways(running):
            found = await them.ask(way)
            # Behind a door that some may pass without a session, the route itself may want one.
            if way.door != "maybe":
                assert (found == NOT_SIGNED_IN) == (way.door != ""), (str(way), found)
            for token in them.no_good:
                found = await them.ask(way, token)
                assert (found == NOT_SIGNED_IN) == (way.door != ""), (str(way), token, found)


FOR_STRANGERS = {
    "proven": (401, "account.proof_refused"),
    "moderator": FORBIDDEN,
    "operator": FORBIDDEN,
    "proven operator": FORBIDDEN,
}


async def test_scopes_roles_and_proofs_are_asked_for(running: RunningWorld, hand_clock: HandClock) -> None:
    async with callers(running, hand_clock) as them:
        for way in ways(running):
            if way.door in SCOPES:
                assert await them.ask(way, them.without[SCOPES[way.door]]) == FORBIDDEN, str(way)
            if way.door == "session":
                # Would end the session that the next ones need.
                continue
            found = await them.ask(way, them.stranger)
            if way.door in FOR_STRANGERS:
                assert found == FOR_STRANGERS[way.door], str(way)
            else:
                assert found != NOT_SIGNED_IN, str(way)


async def test_an_operator_without_the_wallet_decides_nothing(running: RunningWorld) -> None:
    world = replace(running.world, node=replace(running.world.node, operators=frozenset({CREATOR.address})))
    async with at_the_door(world, CREATOR) as (operator,):
        for way in ways(running):
            if way.door == "proven operator":
                answer = await operator.http.request(way.method, way.filled, json={})
                assert answer.json()["code"] == "account.proof_refused", str(way)
