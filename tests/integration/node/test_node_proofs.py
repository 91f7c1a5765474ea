"""Money actions that are not signed themselves: each asks for the wallet's own signature over this very request."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx

from services.node.app import node_app
from services.wire.proofs import PROOF
from tests.fixtures.chain import STRANGER, VIEWER, HandClock
from tests.fixtures.node_caller import NodeCaller, at_the_door
from tests.fixtures.world import RunningWorld

COLLECT = ("POST", "/creators/collect")
MINUTE = timedelta(minutes=1)


async def _collect(caller: NodeCaller, headers: dict[str, str], **options: Any) -> tuple[int, str]:
    answer = await caller.http.post(COLLECT[1], headers=headers, **options)
    return answer.status_code, answer.json().get("params", {}).get("reason", "")


async def test_a_token_alone_moves_no_money(running: RunningWorld) -> None:
    async with at_the_door(running.world, VIEWER) as (viewer,):
        assert await _collect(viewer, {}) == (401, "missing")
        assert await _collect(viewer, {PROOF: "x"}) == (401, "form")
        assert (await viewer.do(*COLLECT)).status_code == 200


async def test_a_proof_alone_does_not_either(running: RunningWorld) -> None:
    async with at_the_door(running.world, VIEWER, signed_in=False) as (viewer,):
        assert await _collect(viewer, viewer.prove(*COLLECT)) == (401, "session")


async def test_a_proof_is_good_once(running: RunningWorld, hand_clock: HandClock) -> None:
    async with at_the_door(running.world, VIEWER) as (viewer,):
        headers = viewer.prove(*COLLECT)
        assert await _collect(viewer, headers) == (200, "")
        assert await _collect(viewer, headers) == (401, "nonce")
        hand_clock.advance(timedelta(minutes=4, seconds=59))
        assert await _collect(viewer, headers) == (401, "nonce")
        hand_clock.advance(2 * MINUTE)
        assert await _collect(viewer, headers) == (401, "time")


OTHERS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"method": "GET"}, "signature"),
    ({"path": "/creators/collect?x=1"}, "signature"),
    ({"path": "/api/v1/creators/collect"}, "signature"),
    ({"body": b"{}"}, "signature"),
    ({"domain": "elsewhere.example"}, "signature"),
    ({"uri": "https://elsewhere.example"}, "signature"),
    ({"chain_id": 5042002}, "signature"),
    ({"key": STRANGER.key}, "signature"),
    ({"ahead": -5 * MINUTE}, "time"),
    ({"ahead": 2 * MINUTE}, "time"),
)


async def test_what_was_signed_is_this_request_now(running: RunningWorld) -> None:
    async with at_the_door(running.world, VIEWER) as (viewer,):
        for change, reason in OTHERS:
            ahead = change.get("ahead", timedelta(0))
            rest = {name: value for name, value in change.items() if name != "ahead"}
            fields = {"method": COLLECT[0], "path": COLLECT[1], **rest}
            headers = viewer.prove(**fields, now=viewer.world.node.clock.now() + ahead)
            assert await _collect(viewer, headers) == (401, reason), change


async def test_a_proof_for_years_is_no_fresh_one(running: RunningWorld) -> None:
    async with at_the_door(running.world, VIEWER) as (viewer,):
        header = viewer.prove(*COLLECT)[PROOF]
        expires = header.split("expires=")[1].split(",")[0]
        late = header.replace(f"expires={expires}", f"expires={int(expires) + 1}")
        assert await _collect(viewer, {PROOF: late}) == (401, "time")


async def test_the_body_and_the_query_are_part_of_it(running: RunningWorld) -> None:
    async with at_the_door(running.world, VIEWER) as (viewer,):
        proved = viewer.prove("POST", "/creators/collect?a=%20b", b'{"x": 1}')
        assert await _collect(viewer, proved, content=b'{"x": 2}', params={"a": " b"}) == (401, "signature")
        answer = await viewer.http.post("/creators/collect?a=%20b", headers=proved, content=b'{"x": 1}')
        assert answer.status_code == 200


async def test_below_a_prefix_the_path_is_the_one_that_was_asked_for(running: RunningWorld) -> None:
    async with at_the_door(running.world, VIEWER) as (viewer,):
        assert (await viewer.do("POST", "/api/v1/creators/collect")).status_code == 200
        # Behind a proxy that adds a prefix and says so, the node's own path counts.
        app = httpx.ASGITransport(node_app(running.world.node), root_path="/node")
        async with httpx.AsyncClient(transport=app, base_url="http://museclock.local/node") as http:
            headers = {**viewer.prove(*COLLECT), "Authorization": viewer.http.headers["Authorization"]}
            assert (await http.post("/creators/collect", headers=headers)).status_code == 200


async def test_a_desk_signs_what_it_sends(running: RunningWorld) -> None:
    door = running.desk("creator").node
    assert (await door.send_proven(*COLLECT)).status_code == 200
    # Also when its session ended meanwhile: the proof was not used up by the refusal.
    await door.send("DELETE", "/auth/sessions")
    assert (await door.send_proven(*COLLECT, body={"any": "thing"})).status_code == 200
