"""Tiers: three at most, at three prices, each its creator's own."""

from __future__ import annotations

import asyncio

import pytest

from services.units.money import Money
from services.wire.problems import ProblemError
from tests.fixtures.chain import CREATOR, STRANGER
from tests.fixtures.node_caller import at_the_door
from tests.fixtures.world import RunningWorld

BRONZE, SILVER, GOLD = Money(2_990_000), Money(5_990_000), Money(9_990_000)


async def test_a_creator_makes_changes_and_lists_tiers(running: RunningWorld) -> None:
    tiers = running.creator.tiers
    gold = await tiers.create(name="  Gold   club ", price=GOLD, perks=("a", "b"))
    await tiers.create(name="Bronze", price=BRONZE)
    assert (gold.name, gold.price, gold.perks) == ("Gold club", GOLD, ("a", "b"))
    changed = await tiers.update(gold.id, name="Silver", price=SILVER, perks=())
    assert (changed.id, changed.creator, changed.price) == (gold.id, gold.creator, SILVER)
    assert [tier.name for tier in await tiers.mine()] == ["Bronze", "Silver"]


async def test_three_is_the_limit_however_fast_one_asks(running: RunningWorld) -> None:
    asked = (running.creator.tiers.create(name=f"T{number}", price=BRONZE) for number in range(12))
    answers = await asyncio.gather(*asked, return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, ProblemError)]
    assert {problem.code for problem in refused} == {"tier.limit"}
    assert len(refused) == 9
    assert len(await running.creator.tiers.mine()) == 3


async def test_other_prices_are_refused(running: RunningWorld) -> None:
    for micros in (0, 1, 2_990_001, 3_000_000, 9_990_000_000):
        with pytest.raises(ProblemError, match=r"tier\.price|request\.invalid"):
            await running.creator.tiers.create(name="T", price=Money(micros))


async def test_names_that_cannot_be_shown_are_refused(running: RunningWorld) -> None:
    for name in ("", "   ", "x" * 61, "a\x07b", "a\u202eb"):
        with pytest.raises(ProblemError, match=r"tier\.name"):
            await running.creator.tiers.create(name=name, price=BRONZE)


async def test_a_foreign_tier_is_out_of_reach(running: RunningWorld) -> None:
    made = await running.creator.tiers.create(name="Mine", price=BRONZE)
    body = {"creator_id": STRANGER.address, "name": "Yours", "price": "9.99"}
    async with at_the_door(running.world, STRANGER, CREATOR) as (stranger, _other):
        assert (await stranger.http.put(f"/tiers/{made.id}", json=body)).status_code == 404
        as_owner = {**body, "creator_id": made.creator}
        assert (await stranger.http.put(f"/tiers/{made.id}", json=as_owner)).status_code == 403
        assert (await stranger.http.post("/tiers/", json=as_owner)).status_code == 403
    assert [tier.name for tier in await running.creator.tiers.mine()] == ["Mine"]


@pytest.mark.parametrize("path", ["", "/api/v1"])
async def test_the_seed_s_own_spelling_works(running: RunningWorld, path: str) -> None:
    body = {"creator_id": STRANGER.address, "name": "Bronze", "price": 2.99, "perks": ["early"]}
    async with at_the_door(running.world, STRANGER) as (stranger,):
        made = await stranger.http.post(f"{path}/tiers/", json=body)
        assert made.status_code == 201
        assert (made.json()["price"], made.json()["price_micros"]) == (2.99, "2990000")
        assert made.json()["creator_id"] == STRANGER.address
        listed = await stranger.http.get(f"{path}/tiers/{STRANGER.address}")
        assert [tier["id"] for tier in listed.json()] == [made.json()["id"]]
        assert (await stranger.http.get(f"{path}/tiers/nobody")).json()["code"] == "request.invalid"
