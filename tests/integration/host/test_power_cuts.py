"""A real service process, killed again and again while it sells: nothing charged twice, nothing paid for lost.

KILLS=1000 in the environment makes it a soak.
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from services.client.catalogue import PlaybackClient
from services.db.plain import Unit
from services.desk.purchases.resume import finish_open
from services.host.demo import PEOPLE
from services.node.app import node_app
from services.node.channels import book, journal, vouchers
from services.node.tables import Charge
from services.units.ids import ContentId
from services.units.money import Money
from services.units.time import SystemClock
from services.wire.desk import Method
from services.wire.problems import ProblemError
from tests.fixtures.chain import VIEWER, HandClock
from tests.fixtures.chain_lines import FaultyLine, served
from tests.fixtures.desk_alone import Elsewhere, Outside
from tests.fixtures.node_caller import at_the_door
from tests.fixtures.node_payer import channel_payer
from tests.fixtures.service import RunningService
from tests.fixtures.service_forks import ServiceForks
from tests.fixtures.world import RunningWorld, SealedFilm, put_sample, running_world
from tests.fixtures.world_served import serving
from tests.fixtures.world_workers import node_process

KILLS = int(os.environ.get("KILLS", "8"))
LIVES = 125
"""How often one world is killed before another one begins."""
PRICE = Money(100)
_DEATH = ("service.unreachable", "service.timeout")


@dataclass(slots=True)
class Buyer:
    """Buys chunk after chunk through the lives of a service, and knows what the kills hit."""

    film: SealedFilm
    rng: random.Random
    seen: dict[int, bool] = field(default_factory=dict)
    """The chunks that were asked for, and whether the key came."""
    took_s: float = 0.03
    """How long a purchase takes on this machine as busy as it is."""
    count: Counter[str] = field(default_factory=Counter)

    async def live(self, service: RunningService, profile: Path) -> None:
        """Buy until the power is cut, at a moment that has nothing to do with what is going on."""
        async with service.client() as client:
            viewer = client.desk("viewer").playback
            await self._opened(viewer)
            await self._buy_into_a_kill(viewer, service.process.kill)
        service.kill()
        self.count["signed and not ended"] += bool(_open_purchases(profile))

    async def outlive(self, viewer: PlaybackClient, node: subprocess.Popen[str]) -> None:
        """Buy until the node alone is killed, whose viewer's desk lives on."""
        await self._buy_into_a_kill(viewer, node.kill, is_gone=lambda: node.poll() is not None)

    async def _buy_into_a_kill(
        self, viewer: PlaybackClient, kill: Callable[[], None], is_gone: Callable[[], bool] = lambda: False
    ) -> None:
        buying = asyncio.ensure_future(self._buy(viewer, is_gone))
        before, after_s = len(self.seen), self.rng.uniform(0.001, 3 * self.took_s)
        await asyncio.wait([buying], timeout=after_s)
        self.count["kills"] += 1
        self.count["asked and not answered"] += not buying.done()
        if len(self.seen) - before <= 1:
            self.took_s = max(self.took_s, after_s)
        kill()
        await buying

    async def _opened(self, viewer: PlaybackClient) -> None:
        while True:
            try:
                await viewer.open(self.film.content)
            except ProblemError as problem:
                # A busy machine: nobody was killed yet.
                assert problem.code == "service.timeout"  # noqa: PT017  others are not this life's
            else:
                return

    async def _buy(self, viewer: PlaybackClient, is_gone: Callable[[], bool]) -> None:
        for index in range(1, len(self.film.plain)):
            while not self.seen.get(index):
                if is_gone():
                    return
                self.seen.setdefault(index, False)
                begun = time.monotonic()
                try:
                    bought = await viewer.buy(self.film.content, first_chunk=index)
                except ProblemError as problem:
                    if problem.code in _DEATH:
                        return
                    self.count[problem.code] += 1
                else:
                    self.seen[index] = bought.state == "keyed"
                    self.took_s += (time.monotonic() - begun - self.took_s) / 8


def _open_purchases(profile: Path) -> int:
    """Count what was signed and has not ended; the dead service's log stays as it is."""
    with closing(sqlite3.connect(f"file:{profile / 'desks' / 'viewer' / 'desk.db'}?mode=ro", uri=True)) as database:
        is_open = "money = 'in_flight' OR (money = 'spent' AND state NOT IN ('keyed', 'disputed'))"
        return int(database.execute(f"SELECT count(*) FROM purchase WHERE {is_open}").fetchone()[0])  # noqa: S608


@pytest.mark.parametrize("method", ["channel", "chain"])
@pytest.mark.timeout(600 + KILLS * 20)
async def test_kills_at_any_moment_charge_nothing_twice(forks: ServiceForks, short_path: Path, method: Method) -> None:
    rng = random.Random(20261121)  # noqa: S311  moments, not secrets
    for number, begin in enumerate(range(0, KILLS // 2, LIVES)):
        lives = min(LIVES, KILLS // 2 - begin)
        count = await _killed_so_often(forks, short_path / str(number), method, lives, rng)
        print(method, dict(count))
        assert count["asked and not answered"] >= lives // 2, "hardly a purchase was hit"


async def _killed_so_often(
    forks: ServiceForks, profile: Path, method: Method, lives: int, rng: random.Random
) -> Counter[str]:
    """Sell a film while the power is cut again and again; then look through the books. Says what the kills hit."""
    async with running_world(profile, SystemClock(), method=method) as running:
        put_sample(profile)
        buyer = Buyer(await running.publish(chunks=10 + 5 * lives, price=PRICE), rng)
    for _ in range(lives):
        service = await asyncio.to_thread(forks.start, profile)
        assert service.hello["ready"], service.hello
        await buyer.live(service, profile)
    film = buyer.film
    async with running_world(profile, SystemClock(), method=method) as running:
        await finish_open(running.front_desk)
        await _look_through(running, buyer)
        return buyer.count + Counter({"paid": len(charged(running, film.content))})


async def _look_through(running: RunningWorld, buyer: Buyer) -> None:
    film = buyer.film
    assert_honest(running, film.content, {index for index, is_keyed in buyer.seen.items() if is_keyed})
    for index in charged(running, film.content):
        assert await running.viewer.playback.chunk(film.content, index) == film.plain[index], "paid without a key"
    await running.assert_reconciled()


@pytest.mark.parametrize("method", ["channel", "chain"])
@pytest.mark.timeout(600 + KILLS * 20)
async def test_a_node_killed_alone_charges_nothing_twice(
    world_profile: Path, hand_clock: HandClock, method: Method
) -> None:
    """The desk lives on, does not know what became of its payment, and asks the node that came back."""
    rng, lives = random.Random(20261122), max(KILLS // 4, 3)  # noqa: S311  moments, not secrets
    async with running_world(world_profile, hand_clock, method=method) as running:
        buyer = Buyer(await running.publish(chunks=10 + 5 * lives, price=PRICE), rng)
        own, viewer = running.front.behind, running.fronted.playback
        await viewer.open(buyer.film.content)
        with served(FaultyLine(running.chain.rpc)) as rpc:
            for _ in range(lives):
                with node_process(world_profile, running.world.chain, rpc) as (node, url):
                    async with Elsewhere(url) as running.front.behind:
                        await buyer.outlive(viewer, node)
            # The last one is told to end, and leaves nothing of its own beside the books.
            with node_process(world_profile, running.world.chain, rpc):
                pass
        running.front.behind = own
        await finish_open(running.front_desk)
        print(method, dict(buyer.count), "paid", len(charged(running, buyer.film.content)))
        assert buyer.count["asked and not answered"] >= lives // 2, "hardly a purchase was hit"
        await _look_through(running, buyer)


@pytest.mark.parametrize("method", ["channel", "chain"])
@pytest.mark.timeout(600 + KILLS * 20)
async def test_a_desk_killed_alone_charges_nothing_twice(
    forks: ServiceForks, short_path: Path, hand_clock: HandClock, method: Method
) -> None:
    """The node lives on, has perhaps taken what the desk no longer knows to be taken, and is asked by the next desk."""
    rng, lives = random.Random(20261123), max(KILLS // 4, 3)  # noqa: S311  moments, not secrets
    profile = short_path / "p"
    async with running_world(profile, hand_clock, method=method) as running:
        buyer = Buyer(await running.publish(chunks=10 + 5 * lives, price=PRICE), rng)
    seller, _ = PEOPLE
    async with running_world(profile, hand_clock, people=(seller,), method=method) as running:
        world = running.world
        with served(FaultyLine(running.chain.rpc)) as rpc, serving(node_app(world.node)) as url:
            for _ in range(lives):
                outside = Outside.of(world.chain, node=url, rpc=rpc)
                desk = await asyncio.to_thread(forks.start_desk, profile, outside)
                assert desk.hello["ready"], desk.hello
                await buyer.live(desk, profile)
    async with running_world(profile, hand_clock, method=method) as running:
        await finish_open(running.front_desk)
        print(method, dict(buyer.count), "paid", len(charged(running, buyer.film.content)))
        assert buyer.count["asked and not answered"] >= lives // 2, "hardly a purchase was hit"
        await _look_through(running, buyer)


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
