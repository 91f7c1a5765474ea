"""Sessions: drawn once for one nonce, bounded by scopes, listed without their tokens, revoked at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from services.chain.message import checksum, sign_message
from services.desk.node_door import NodeDoor
from services.host.node_open import NODE_URI
from services.node.app import node_app
from services.node.context import Node
from services.node.roles import grant, role_of
from services.node.tables import AccountSession, ActionNonce, SignInNonce
from services.wire.accounts import Scope
from services.wire.node import SessionOut, SignInIn
from services.wire.problems import ProblemError
from services.wire.sign_in import SignIn, scope_resources
from tests.fixtures.chain import CREATOR, STRANGER, VIEWER, HandClock, Person
from tests.fixtures.node_caller import NodeCaller, at_the_door
from tests.fixtures.world import RunningWorld


def _signed(message: SignIn, who: Person) -> SignInIn:
    text = message.text(checksum(message.address))
    return SignInIn(message=text, signature=sign_message(text, who.key), label="a  tablet")


@asynccontextmanager
async def _with_operator(running: RunningWorld, *people: Person) -> AsyncIterator[tuple[NodeCaller, ...]]:
    """Give people of a node that CREATOR operates."""
    node = replace(running.world.node, operators=frozenset({CREATOR.address}))
    async with at_the_door(replace(running.world, node=node), *people) as callers:
        yield callers


async def test_other_forms_of_the_standard_sign_in_too(running: RunningWorld) -> None:
    async with at_the_door(running.world, VIEWER, signed_in=False) as (viewer,):
        for change in (
            {"statement": None},
            {"expires_at": None},
            {"scheme": "http"},
            {"request_id": "7", "resources": ("https://elsewhere.example/terms",)},
            {"not_before": (await viewer.question()).issued_at},
        ):
            answer = await viewer.answer(replace(await viewer.question(), **change))
            assert answer.status_code == 200, change
            assert answer.json()["scopes"] == ["watch", "publish", "money", "govern"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"scheme": "https"}, "domain"),
        ({"resources": ("urn:museclock:scope:all",)}, "scope"),
        ({"not_before": timedelta(minutes=1)}, "time"),
    ],
)
async def test_what_else_a_message_may_say_is_held_to(
    running: RunningWorld, change: dict[str, Any], reason: str
) -> None:
    async with at_the_door(running.world, VIEWER, signed_in=False) as (viewer,):
        message = await viewer.question()
        if "not_before" in change:
            change = {"not_before": message.issued_at + change["not_before"]}
        answer = await viewer.answer(replace(message, **change))
        assert (answer.status_code, answer.json()["params"]) == (401, {"reason": reason})
        # Nothing but a whole sign-in uses the nonce up.
        assert (await viewer.answer(message)).status_code == 200


async def test_nonces_that_ran_out_are_swept_up(running: RunningWorld, hand_clock: HandClock) -> None:
    async with at_the_door(running.world, VIEWER) as (viewer,):
        for _ in range(3):
            await viewer.question()
        await viewer.do("POST", "/creators/collect")
        hand_clock.advance(timedelta(minutes=10))
        await viewer.do("POST", "/creators/collect")
        await viewer.question()
        with running.world.node.database.read() as session:
            assert session.scalar(select(func.count()).select_from(SignInNonce)) == 1
            assert session.scalar(select(func.count()).select_from(ActionNonce)) == 1
        hand_clock.advance(timedelta(hours=2))
        await viewer.sign_in()
        with running.world.node.database.read() as session:
            assert session.scalar(select(func.count()).select_from(AccountSession)) == 1


async def _sign_in(caller: NodeCaller, *scopes: Scope) -> SessionOut:
    message = await caller.question()
    if scopes:
        message = replace(message, resources=scope_resources(scopes))
    answer = await caller.http.post("/auth/sign-in", json=_signed(message, caller.who).model_dump())
    return SessionOut.model_validate(answer.json())


async def test_sessions_are_listed_without_tokens_and_end_when_told(
    running: RunningWorld, hand_clock: HandClock
) -> None:
    async with at_the_door(running.world, VIEWER, STRANGER) as (viewer, stranger):
        hand_clock.advance(timedelta(seconds=1))
        tablet = await _sign_in(viewer, "watch")
        hand_clock.advance(timedelta(minutes=6))
        listed = await viewer.http.get("/auth/sessions")
        assert tablet.token not in listed.text
        first, second = listed.json()
        assert (first["label"], first["scopes"], first["is_current"]) == ("a tablet", ["watch"], False)
        assert second["is_current"]
        assert second["used_at"] > first["used_at"] == first["created_at"]
        # Nobody ends what is another's.
        assert (await stranger.http.delete(f"/auth/sessions/{first['id']}")).status_code == 404
        assert (await _me(viewer.http, tablet.token)).status_code == 200
        assert (await viewer.http.delete(f"/auth/sessions/{first['id']}")).status_code == 204
        assert (await _me(viewer.http, tablet.token)).status_code == 401
        assert len((await viewer.http.get("/auth/sessions")).json()) == 1


async def test_signing_out_ends_this_session_or_all(running: RunningWorld) -> None:
    async with at_the_door(running.world, VIEWER, STRANGER) as (viewer, stranger):
        one, two, three = [(await _sign_in(viewer)).token for _ in range(3)]
        out = await viewer.http.post("/auth/sign-out", headers={"Authorization": f"Bearer {one}"})
        assert out.status_code == 204
        codes = [(await _me(viewer.http, token)).status_code for token in (one, two, three)]
        assert codes == [401, 200, 200]
        assert (await viewer.http.delete("/auth/sessions")).status_code == 204
        codes = [(await _me(viewer.http, token)).status_code for token in (two, three)]
        assert codes == [401, 401]
        assert (await viewer.http.get("/auth/me")).status_code == 401
        assert (await stranger.http.get("/auth/me")).status_code == 200


async def _me(http: httpx.AsyncClient, token: str) -> httpx.Response:
    return await http.get("/auth/me", headers={"Authorization": f"Bearer {token}"})


async def test_a_session_does_only_what_it_is_for(running: RunningWorld) -> None:
    tier = {"creator_id": VIEWER.address, "name": "x", "price": 2.99}
    async with at_the_door(running.world, VIEWER, signed_in=False) as (viewer,):
        for scope, codes in {
            "watch": (200, 403, 403),
            "publish": (403, 201, 403),
            "money": (403, 403, 200),
            "govern": (403, 403, 403),
        }.items():
            token = (await _sign_in(viewer, scope)).token  # type: ignore[arg-type]
            viewer.http.headers["Authorization"] = f"Bearer {token}"
            answers = (
                await viewer.http.get("/users/me/spending"),
                await viewer.http.post("/tiers/", json=tier),
                await viewer.do("POST", "/creators/collect"),
            )
            assert tuple(answer.status_code for answer in answers) == codes, scope
            for answer in answers:
                if answer.status_code == 403:
                    assert answer.json()["code"] == "account.forbidden"


async def test_roles_follow_from_what_one_did_and_from_operators(running: RunningWorld) -> None:
    async with _with_operator(running, VIEWER, CREATOR) as (viewer, operator):
        assert (await viewer.http.get("/auth/me")).json()["roles"] == ["viewer"]
        await viewer.http.post("/tiers/", json={"creator_id": VIEWER.address, "name": "x", "price": 2.99})
        assert (await viewer.http.get("/auth/me")).json()["roles"] == ["viewer", "creator"]
        assert (await operator.http.get("/auth/me")).json()["roles"] == ["viewer", "moderator", "operator"]
        path = f"/accounts/{VIEWER.address}/roles/moderator"
        # Not by the one who wants it, not without the wallet, not a role that is not given.
        assert (await viewer.do("PUT", path)).status_code == 403
        assert (await operator.http.put(path)).json()["code"] == "account.proof_refused"
        assert (await operator.do("PUT", path.replace("moderator", "operator"))).status_code == 422
        assert (await operator.do("PUT", path)).json()["roles"] == ["viewer", "creator", "moderator"]
        assert (await operator.do("PUT", path)).status_code == 200
        assert (await operator.http.get(path.rpartition("/")[0])).json()["roles"] == ["viewer", "creator", "moderator"]
        assert (await viewer.http.get(path.rpartition("/")[0])).status_code == 403
        assert (await operator.do("DELETE", path)).json()["roles"] == ["viewer", "creator"]


async def test_who_gave_a_role_first_stays_on_record(running: RunningWorld) -> None:
    node: Node = running.world.node
    for giver in (CREATOR, STRANGER):
        with node.database.write() as session:
            grant(session, VIEWER.address, "moderator", by=giver.address, at=node.clock.now())
    with node.database.read() as session:
        assert role_of(node, session, VIEWER.address) == {"viewer", "moderator"}
        assert role_of(node, session, STRANGER.address) == {"viewer"}


async def test_a_desk_goes_on_by_itself_when_its_session_was_revoked(running: RunningWorld) -> None:
    door = running.desk("creator").node
    await door.send("GET", "/auth/me")
    await door.send("DELETE", "/auth/sessions")
    answers = await asyncio.gather(*(door.send("GET", "/auth/me") for _ in range(8)))
    assert [answer.status_code for answer in answers] == [200] * 8
    # All eight found the session gone; they share the one that took its place.
    assert len((await door.send("GET", "/auth/sessions")).json()) == 1


async def test_a_locked_wallet_uses_its_session_to_the_end(running: RunningWorld, hand_clock: HandClock) -> None:
    desk = running.desk("viewer")
    transport = httpx.ASGITransport(node_app(running.world.node))
    async with httpx.AsyncClient(transport=transport, base_url=NODE_URI) as http:
        door = NodeDoor(http, desk.keyring, desk.clock, chain_id=running.chain.chain_id)
        await door.send("GET", "/auth/me")
        desk.keyring.lock()
        hand_clock.advance(timedelta(minutes=58))
        await door.send("GET", "/auth/me")
        with pytest.raises(ProblemError, match=r"wallet\.locked"):
            await door.send_proven("POST", "/creators/collect")
        hand_clock.advance(timedelta(minutes=3))
        with pytest.raises(ProblemError, match=r"wallet\.locked"):
            await door.send("GET", "/auth/me")
