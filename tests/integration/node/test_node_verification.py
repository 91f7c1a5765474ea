"""Verification: it runs out, documents are sealed and looks at them written down, listed accounts are not paid."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from services.node.kyc.cases import VALIDITY
from services.node.kyc.documents import MOST_BYTES
from tests.fixtures.chain import CREATOR, STRANGER, HandClock, person
from tests.fixtures.node_caller import NodeCaller, at_the_door
from tests.fixtures.world import RunningWorld

OPERATOR = person("operator")
PASSPORT = b"%PDF-1.7 the holder's name and number" * 40
DOCUMENT = "/kyc/documents/identity"


def governed(running: RunningWorld, **changes: Any) -> RunningWorld:
    node = replace(running.world.node, operators=frozenset({OPERATOR.address}), **changes)
    return replace(running, world=replace(running.world, node=node))


async def decide(operator: NodeCaller, decision: str) -> httpx.Response:
    return await operator.do("POST", f"/kyc/cases/{CREATOR.address}/decision", {"decision": decision, "reason": ""})


async def test_a_verification_runs_out_and_is_asked_for_again(running: RunningWorld, hand_clock: HandClock) -> None:
    own = f"/kyc/{CREATOR.address}"
    async with at_the_door(governed(running).world, CREATOR, OPERATOR) as (creator, operator):
        await creator.http.post(f"/kyc/verify/{CREATOR.address}")
        assert (await decide(operator, "verified")).status_code == 200
        hand_clock.advance(VALIDITY - timedelta(seconds=1))
        await creator.sign_in()
        assert (await creator.http.get(own)).json()["state"] == "verified"
        hand_clock.advance(timedelta(seconds=1))
        await operator.sign_in()
        await creator.sign_in()
        assert (await creator.http.get(own)).json()["state"] == "expired"
        assert (await creator.http.post("/payout/" + CREATOR.address)).json()["params"]["state"] == "expired"
        assert len((await operator.http.get("/kyc/cases?state=expired")).json()) == 1
        assert (await operator.http.get("/kyc/cases?state=verified")).json() == []
        assert (await decide(operator, "verified")).json()["params"]["state"] == "expired"
        assert (await creator.http.post(f"/kyc/verify/{CREATOR.address}")).json()["state"] == "pending"
        assert (await decide(operator, "verified")).status_code == 200
        steps = (await operator.http.get("/kyc/cases?state=verified")).json()[0]["steps"]
        assert [step["state"] for step in steps] == ["pending", "verified", "pending", "verified"]


async def test_documents_are_sealed_and_each_look_is_written_down(running: RunningWorld) -> None:
    world = governed(running)
    look = f"/kyc/cases/{CREATOR.address}/documents/identity"
    async with at_the_door(world.world, CREATOR, STRANGER, OPERATOR) as (creator, stranger, operator):
        asked = (await creator.http.post(f"/kyc/verify/{CREATOR.address}")).json()
        assert asked["missing"] == ["identity", "residence"]
        assert (await creator.http.put(DOCUMENT, content=b"an older one")).status_code == 200
        brought = (await creator.http.put(DOCUMENT, content=PASSPORT)).json()
        assert brought["missing"] == ["residence"]
        assert [(row["kind"], row["size"]) for row in brought["documents"]] == [("identity", len(PASSPORT))]
        with world.world.node.database.read() as session:
            (sealed,) = session.execute(text("SELECT sealed FROM kyc_document")).scalars()
        assert b"holder" not in bytes(sealed)
        for nosy in (creator, stranger):
            assert (await nosy.do("POST", look)).status_code == 403
        assert (await operator.http.post(look)).status_code == 401
        shown = await operator.do("POST", look)
        assert (shown.content, shown.headers["cache-control"]) == (PASSPORT, "no-store")
        (case,) = (await operator.http.get("/kyc/cases")).json()
        assert (case["steps"][-1]["by"], case["steps"][-1]["reason"]) == (OPERATOR.address, "Looked at: identity.")
        assert (await operator.do("POST", look.replace("identity", "residence"))).status_code == 404


@pytest.mark.parametrize(("kind", "size", "status"), [("identity", MOST_BYTES + 1, 413), ("other", 1, 422)])
async def test_what_is_no_document_is_refused(running: RunningWorld, kind: str, size: int, status: int) -> None:
    async with at_the_door(running.world, CREATOR) as (creator,):
        assert (await creator.http.put(f"/kyc/documents/{kind}", content=bytes(size))).status_code == status
        assert (await creator.http.get(f"/kyc/{CREATOR.address}")).json()["documents"] == []


async def test_a_listed_account_is_not_verified_and_not_paid(running: RunningWorld) -> None:
    ask, pay = f"/kyc/verify/{CREATOR.address}", f"/payout/{CREATOR.address}"
    async with at_the_door(governed(running).world, CREATOR, OPERATOR) as (creator, operator):
        await creator.http.post(ask)
        listed = governed(running, sanctions=frozenset({CREATOR.address}))
        async with at_the_door(listed.world, CREATOR, OPERATOR) as (listed_creator, listing):
            assert (await listed_creator.http.post(ask)).json()["code"] == "kyc.listed"
            assert (await decide(listing, "verified")).json()["code"] == "kyc.listed"
            assert (await decide(operator, "verified")).status_code == 200
            assert (await listed_creator.http.post(pay)).json()["code"] == "kyc.listed"
            # Who was verified before the list named them can still be rejected.
            assert (await decide(listing, "rejected")).status_code == 200
