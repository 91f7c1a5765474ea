"""Earlier states of a demo world in its own service process: kept, put back, begun anew, without a new connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from services.client import Client
from services.units.money import Money
from services.wire.problems import ProblemError
from tests.fixtures.service import RunningService
from tests.fixtures.world import put_sample

Start = Callable[[], RunningService]


async def money(client: Client, desk: str = "viewer") -> Money:
    found = (await client.desk(desk).wallet.state()).available
    assert found is not None
    return found


async def addresses(client: Client) -> list[str]:
    return [str(desk.address) for desk in await client.desks()]


def test_a_world_goes_back_to_what_was_kept_and_begins_anew(demo_service: Start, profile: Path) -> None:
    put_sample(profile)
    service = demo_service()

    async def walk() -> None:
        async with service.client() as client:
            people, at_first = await addresses(client), await money(client)
            begun = (await client.demo.state()).now
            kept = await client.demo.keep("before")
            assert [one.name for one in kept.snapshots] == ["before"]
            given = await client.demo.give("viewer")
            assert await money(client) == at_first + given.faucet
            assert (await client.demo.turn("day")).ahead_s == 86_400
            tier = await client.desk("creator").tiers.create(name="Kept?", price=Money(2_990_000))
            back = await client.demo.restore("before")
            assert (back.ahead_s, back.now < (begun + (given.now - begun) * 100)) == (0, True)
            assert await money(client) == at_first
            assert tier.id not in [one.id for one in await client.desk("creator").tiers.mine()]
            assert await addresses(client) == people
            with pytest.raises(ProblemError, match=r"request\.not_found"):
                await client.demo.restore("never")
            assert await money(client) == at_first
            # Again, and over a state that has moved on: a kept state is not used up.
            await client.demo.give("viewer")
            await client.demo.restore("before")
            assert await money(client) == at_first
            await _evidence_holds_sums_and_no_secret(client, profile)
            anew = await client.demo.reset()
            assert [one.name for one in anew.snapshots] == ["before"]
            assert set(await addresses(client)).isdisjoint(people)
            assert (await client.demo.forget("before")).snapshots == ()

    asyncio.run(walk())
    assert service.close() == 0


async def _evidence_holds_sums_and_no_secret(client: Client, profile: Path) -> None:
    told = await client.evidence()
    assert (told.origin["size"], told.health.chain, len(told.desks)) == ("empty", "ok", 6)
    rows = [row for desk in told.desks if desk.sums for row in desk.sums.rows]
    assert len(rows) >= 6
    assert all(row.agrees for row in rows)
    text = told.model_dump_json()
    keys = await asyncio.to_thread(_keys, profile)
    assert len(keys) >= 8
    for key in keys:
        assert key.hex() not in text


def _keys(profile: Path) -> list[bytes]:
    return [path.read_bytes() for path in profile.rglob("*.key") if "snapshots" not in path.parts]
