"""Verification and payouts: an operator decides, a signed order moves the money once, others' names move nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from services.chain.hashing import sign_digest
from services.chain.orders import WithdrawOrder
from services.units.money import Money
from tests.fixtures.chain import CREATOR, STRANGER, VIEWER, Person, person
from tests.fixtures.node_caller import NodeCaller, at_the_door
from tests.fixtures.world import PRICE, RunningWorld

OPERATOR = person("operator")
SHARE = Money(PRICE.micros * 9 // 10)


def governed(running: RunningWorld) -> RunningWorld:
    node = replace(running.world.node, operators=frozenset({OPERATOR.address}))
    return replace(running, world=replace(running.world, node=node))


def order(
    running: RunningWorld, who: Person, *, nonce: int = 0, valid_s: int = 300, key: bytes | None = None
) -> dict[str, Any]:
    """Sign a withdrawal as a creator's desk would."""
    chain = running.world.chain
    signed = WithdrawOrder(
        chain_id=chain.chain_id, escrow=chain.escrow, creator=who.address, nonce=nonce,
        deadline=chain.head().timestamp + valid_s,
    )  # fmt: skip
    signature = "0x" + sign_digest(signed.digest, key or who.key).hex()
    return {"nonce": signed.nonce, "deadline": signed.deadline, "signature": signature}


async def decide(operator: NodeCaller, who: Person, decision: str, reason: str = "") -> int:
    body = {"decision": decision, "reason": reason}
    return (await operator.do("POST", f"/kyc/cases/{who.address}/decision", body)).status_code


@asynccontextmanager
async def sold(running: RunningWorld) -> AsyncIterator[tuple[RunningWorld, NodeCaller, NodeCaller, Person]]:
    """Give a world in which a creator sold a chunk, creator and operator at its door, and who the creator is."""
    world = governed(running)
    desk = running.desk("creator")
    who = Person("creator of the desk", desk.keyring.key(), desk.keyring.owner())
    film = await running.publish()
    running.chain.fund(VIEWER.address, usdc=Money(1_000_000), gas_wei=10**18)
    async with at_the_door(world.world, VIEWER, who, OPERATOR) as (viewer, creator, operator):
        assert (await viewer.buy(film.content)).status_code == 200
        yield world, creator, operator, who


async def test_money_waits_for_the_operator_s_decision(running: RunningWorld) -> None:
    async with sold(running) as (world, creator, operator, who):
        pay, state = f"/payout/{who.address}", f"/kyc/{who.address}"
        assert (await creator.http.post("/creators/withdraw")).json()["code"] == "kyc.required"
        assert (await creator.http.post(f"/kyc/verify/{who.address}")).json()["state"] == "pending"
        assert (await creator.http.post(pay, json=order(world, who))).status_code == 403
        assert await decide(operator, who, "rejected", "Unreadable.") == 200
        refused = (await creator.http.post(pay, json=order(world, who))).json()
        assert refused["params"] == {"state": "rejected", "reason": "Unreadable."}
        assert await decide(operator, who, "verified") == 409
        assert (await creator.http.post(f"/kyc/verify/{who.address}")).json()["state"] == "pending"
        assert await decide(operator, who, "verified") == 200
        assert (await creator.http.get(state)).json()["state"] == "verified"
        unsigned = (await creator.http.post(pay)).json()
        assert (unsigned["code"], unsigned["params"]["nonce"], unsigned["params"]["amount"]) == (
            "withdrawal.unsigned", "0", str(SHARE.micros),
        )  # fmt: skip
        cases = (await operator.http.get("/kyc/cases?state=verified")).json()
        assert [step["state"] for step in cases[0]["steps"]] == ["pending", "rejected", "pending", "verified"]
        assert [step["by"] for step in cases[0]["steps"]] == [who.address, OPERATOR.address] * 2


async def test_an_order_moves_the_money_once(running: RunningWorld) -> None:
    async with sold(running) as (world, creator, operator, who):
        await creator.http.post(f"/kyc/verify/{who.address}")
        assert await decide(operator, who, "verified") == 200
        chain = running.world.chain
        before, pay = chain.token_balance(who.address), f"/payout/{who.address}"
        for wrong in (order(world, who, key=STRANGER.key), order(world, who, nonce=1), order(world, who, valid_s=1)):
            answer = await creator.http.post(pay, json=wrong)
            assert answer.json()["code"] in ("payment.refused", "withdrawal.unsigned")
        signed = order(world, who)
        answers = await asyncio.gather(*(creator.http.post(pay, json=signed) for _ in range(6)))
        again = await creator.http.post(pay, json=order(world, who, valid_s=600))
        paid = {(one.status_code, one.json()["amount"], one.json()["transaction"]) for one in (*answers, again)}
        assert len(paid) == 1
        assert next(iter(paid))[:2] == (200, str(SHARE.micros))
        assert chain.token_balance(who.address) - before == SHARE
        nothing = (await creator.http.post(pay, json=order(world, who, nonce=1))).json()
        assert (nothing["amount"], nothing["transaction"]) == ("0", None)
        sums = (await creator.http.get("/creators/sums")).json()
        assert (sums["withdrawn"], sums["available"]) == (str(SHARE.micros), "0")
    running.verify_books()


async def test_names_and_others_addresses_are_refused(running: RunningWorld) -> None:
    world = governed(running)
    async with at_the_door(world.world, CREATOR, OPERATOR) as (caller, operator):
        own = CREATOR.address
        for name in ("creator123", STRANGER.address):
            for method, way in (
                ("POST", f"/kyc/verify/{name}"), ("GET", f"/kyc/{name}"), ("POST", f"/payout/{name}"),
                ("GET", f"/dashboard/{name}"), ("GET", f"/subscriptions/{name}"),
            ):  # fmt: skip
                assert (await caller.http.request(method, way)).status_code == 403, way
            body = {"creator_id": name, "name": "T", "price": 2.99}
            assert (await caller.http.post("/tiers/", json=body)).status_code == 403
        # Deciding is for operators, with a proof of this very decision.
        way = f"/kyc/cases/{own}/decision"
        await caller.http.post(f"/kyc/verify/{own}")
        assert (await caller.do("POST", way, {"decision": "verified"})).status_code == 403
        assert (await caller.http.get("/kyc/cases")).status_code == 403
        assert (await operator.http.post(way, json={"decision": "verified"})).status_code == 401
        unknown = await operator.do("POST", f"/kyc/cases/{STRANGER.address}/decision", {"decision": "verified"})
        assert unknown.status_code == 404
        assert (await caller.http.get(f"/kyc/{own}")).json()["state"] == "pending"


async def test_many_decisions_at_once_leave_one(running: RunningWorld) -> None:
    world = governed(running)
    async with at_the_door(world.world, CREATOR, OPERATOR) as (caller, operator):
        own = CREATOR.address
        asked = [caller.http.post(f"/kyc/verify/{own}") for _ in range(5)]
        assert {answer.json()["state"] for answer in await asyncio.gather(*asked)} == {"pending"}
        statuses = await asyncio.gather(*(decide(operator, CREATOR, "verified") for _ in range(5)))
        assert set(statuses) == {200}
        (case,) = (await operator.http.get("/kyc/cases?state=verified")).json()
        assert [step["state"] for step in case["steps"]] == ["pending", "verified"]
