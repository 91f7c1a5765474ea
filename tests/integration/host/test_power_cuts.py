"""A real service process, killed again and again while it sells: nothing charged twice, nothing paid for lost.

KILLS=1000 in the environment makes it a soak.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from services.client import Client
from services.db.plain import Unit
from services.desk.purchases.resume import finish_open
from services.node.channels import book, journal, vouchers
from services.node.tables import Charge
from services.units.ids import ContentId
from services.units.money import Money
from services.units.time import SystemClock
from services.wire.desk import Method
from services.wire.problems import ProblemError
from tests.fixtures.chain import VIEWER, HandClock
from tests.fixtures.node_caller import at_the_door
from tests.fixtures.node_payer import channel_payer
from tests.fixtures.service import RunningService
from tests.fixtures.service_forks import service_forks
from tests.fixtures.world import RunningWorld, SealedFilm, put_sample, running_world

KILLS = int(os.environ.get("KILLS", "8"))
CHUNKS = 2_000
PRICE = Money(100)


@pytest.fixture
async def shop(profile: Path) -> tuple[Path, SealedFilm]:
    """A profile with a long film for sale."""
    async with running_world(profile, SystemClock()) as running:
        put_sample(profile)
        film = await running.publish(chunks=CHUNKS, price=PRICE)
        return profile, film


async def _buy_until_killed(
    service: RunningService, client: Client, content: ContentId, *, seen: dict[int, bool], after_s: float
) -> None:
    """Buy chunk after chunk, and cut the power at a moment that has nothing to do with what is going on."""
    viewer = client.desk("viewer").playback
    await viewer.open(content)

    async def buy() -> None:
        while True:
            index = next(number for number in range(1, CHUNKS) if not seen.get(number))
            seen.setdefault(index, False)
            bought = await viewer.buy(content, first_chunk=index)
            seen[index] = bought.state == "keyed"

    buying = asyncio.ensure_future(buy())
    await asyncio.wait([buying], timeout=after_s)
    service.process.kill()
    with contextlib.suppress(ProblemError):
        await buying


@pytest.mark.parametrize("method", ["channel", "chain"])
@pytest.mark.timeout(600 + KILLS * 10)
async def test_kills_at_any_moment_charge_nothing_twice(shop: tuple[Path, SealedFilm], method: Method) -> None:
    profile, film = shop
    rng = random.Random(20261121)  # noqa: S311  moments, not secrets
    seen: dict[int, bool] = {}
    with service_forks() as forks:
        for _ in range(KILLS // 2):
            service = await asyncio.to_thread(forks.start, profile)
            assert service.hello["ready"], service.hello
            async with service.client() as client:
                await client.desk("viewer").wallet.set_payment(method=method)
                await _buy_until_killed(service, client, film.content, seen=seen, after_s=rng.uniform(0.002, 0.25))
            service.kill()
    async with running_world(profile, SystemClock()) as running:
        await finish_open(running.front_desk)
        assert_honest(running, film.content, {index for index, is_keyed in seen.items() if is_keyed})
        for index in charged(running, film.content):
            assert await running.viewer.playback.chunk(film.content, index) == film.plain[index], "paid without a key"
        await running.assert_reconciled()


def charged(running: RunningWorld, content: ContentId) -> Counter[int]:
    """Count how often each chunk was paid, by the chain's events and by the vouchers that the node took."""
    paid = Counter(event.first_chunk for event in running.payments())
    with running.world.node.database.read() as session:
        for charge in session.scalars(select(Charge).where(Charge.content_id == content)):
            paid.update(range(charge.first_chunk, charge.first_chunk + charge.chunk_count))
    return paid


def assert_honest(running: RunningWorld, content: ContentId, keyed: set[int]) -> None:
    """Check that nothing was charged twice, and that every key was paid for."""
    paid = charged(running, content)
    assert all(times == 1 for times in paid.values()), "charged twice"
    assert keyed <= set(paid), "a key that nobody paid for"


async def test_a_fresh_id_for_each_attempt_would_be_noticed(
    world_profile: Path, hand_clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same check on a variant that names the attempt instead of the intent: it charges twice, and that shows.

    The variant's buyer signs anew after each lost answer, and its node neither asks nor keeps what the buyer owns.
    """

    def forgetful(unit: Unit, offer: Any, channel: Any) -> Any:
        row, _owned, is_sold = book.look(unit, offer, channel)
        return row, 0, is_sold

    async with running_world(world_profile, hand_clock) as running:
        film = await running.publish(chunks=40, price=PRICE)
        running.chain.fund(VIEWER.address, usdc=Money(1_000_000), gas_wei=0)
        rng = random.Random(20261121)  # noqa: S311  moments, not secrets
        async with at_the_door(running.world, VIEWER) as (viewer,):
            payer = await channel_payer(viewer, film.content)
            await payer.open(Money(50_000), chunk=1)
            for chunk in range(2, 10):
                assert (await payer.buy(chunk)).status_code == httpx.codes.OK
            assert_honest(running, film.content, set(range(1, 10)))
            monkeypatch.setattr(vouchers, "look", forgetful)
            monkeypatch.setattr(journal, "_rights", lambda _charge: iter(()))
            for chunk in range(10, 30):
                while (await payer.buy(chunk)).is_success and rng.random() < 0.5:
                    """The power was cut before the answer came: the variant has no memory of having asked."""
        with pytest.raises(AssertionError, match="charged twice"):
            assert_honest(running, film.content, set())
