"""A real service process, killed again and again while it sells: nothing charged twice, nothing paid for lost.

KILLS=1000 in the environment makes it a soak.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
from pathlib import Path

import pytest

from services.client import Client
from services.desk.purchases.resume import finish_open
from services.units.ids import ContentId
from services.units.money import Money
from services.units.time import SystemClock
from services.wire.problems import ProblemError
from tests.fixtures.service import RunningService, start_service
from tests.fixtures.world import RunningWorld, SealedFilm, put_sample, running_world

KILLS = int(os.environ.get("KILLS", "8"))
CHUNKS = 400


@pytest.fixture
async def shop(profile: Path) -> tuple[Path, SealedFilm]:
    """A profile with a long film for sale."""
    async with running_world(profile, SystemClock()) as running:
        put_sample(profile)
        film = await running.publish(chunks=CHUNKS, price=Money(100))
        return profile, film


async def _buy_until_killed(
    service: RunningService, client: Client, content: ContentId, *, seen: dict[int, bool], after_s: float
) -> None:
    """Buy chunk after chunk, and cut the power at a moment that has nothing to do with what is going on."""
    viewer = client.desk("viewer").playback

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


@pytest.mark.timeout(600 + KILLS * 10)
async def test_kills_at_any_moment_charge_nothing_twice(shop: tuple[Path, SealedFilm]) -> None:
    profile, film = shop
    rng = random.Random(20261121)  # noqa: S311  moments, not secrets
    seen: dict[int, bool] = {}
    for _ in range(KILLS):
        service = await asyncio.to_thread(start_service, profile)
        assert service.hello["ready"], service.hello
        async with service.client() as client:
            await _buy_until_killed(service, client, film.content, seen=seen, after_s=rng.uniform(0.002, 0.25))
        service.kill()
    async with running_world(profile, SystemClock()) as running:
        await _assert_honest(running, film, seen)


async def _assert_honest(running: RunningWorld, film: SealedFilm, seen: dict[int, bool]) -> None:

    await finish_open(running.front_desk)
    paid = [event.first_chunk for event in running.payments()]
    assert len(paid) == len(set(paid)), "charged twice"
    for index in paid:
        assert await running.viewer.playback.chunk(film.content, index) == film.plain[index], "paid without a key"
    assert {index for index, is_keyed in seen.items() if is_keyed} <= set(paid), "a key that nobody paid for"
    await running.assert_reconciled()
