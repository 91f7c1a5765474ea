"""A demo world's clock is turned and what is due on the way happens; its faucet gives; its operator decides."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from services.chain.gateway import Collected, Subscribed
from services.host.demo import PEOPLE, _self_opening
from services.host.demo_control.control import GIFT, DemoControl
from services.host.demo_control.kept_clock import KeptClock
from services.host.world import Person
from services.node.tables import Channel
from services.units.membership import TIER_PRICES
from services.units.time import unix_seconds
from services.wire.moderation import ReportIn
from services.wire.problems import ProblemError
from tests.fixtures.chain import HandClock
from tests.fixtures.world import RunningWorld, running_world

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Turned:
    running: RunningWorld
    clock: KeptClock
    control: DemoControl

    def events(self) -> list[object]:
        gateway = self.running.world.chain
        return list(gateway.escrow_events(0, gateway.head().number))

    def subscribed(self) -> list[Subscribed]:
        return [event for event in self.events() if isinstance(event, Subscribed)]


@pytest.fixture
async def turned(profile: Path, world_template: Path) -> AsyncIterator[Turned]:
    shutil.copytree(world_template, profile)
    clock = KeptClock(profile, HandClock())
    async with running_world(profile, clock) as running:
        yield Turned(running, clock, DemoControl(running.world, running.chain, clock, profile, None))


async def test_an_hour_claims_and_collects_what_was_sold(turned: Turned) -> None:
    running = turned.running
    film = await running.publish(chunks=20)
    await running.viewer.playback.buy(film.content, first_chunk=1, chunk_count=15)
    await running.settled()
    begun = turned.clock.now()
    await turned.control.turn("hour")
    assert turned.clock.now() == begun + timedelta(hours=1)
    assert abs(running.chain.fresh_head().timestamp - unix_seconds(turned.clock.now())) <= 1
    with running.world.node.database.read() as session:
        (channel,) = session.scalars(select(Channel))
    assert channel.claimed == channel.charged > channel.charged - channel.claimed
    assert any(isinstance(event, Collected) for event in turned.events())
    await running.assert_reconciled()


async def test_a_month_renews_a_day_before_the_end_and_not_once_more(turned: Turned) -> None:
    running = turned.running
    tier = await running.creator.tiers.create(name="Supporter", price=TIER_PRICES[0])
    joined = turned.clock.now()
    await running.viewer.memberships.join(tier.id, amount=TIER_PRICES[0])
    await turned.control.turn("month")
    first, second = turned.subscribed()
    assert (second.timestamp - first.timestamp, unix_seconds(joined)) == (29 * 86_400, first.timestamp)
    (mine,) = (await running.viewer.memberships.mine()).memberships
    assert (mine.state, mine.membership.renewals) == ("active", 1)
    await running.viewer.memberships.cancel(mine.membership.id)
    await turned.control.turn("month")
    assert len(turned.subscribed()) == 2
    (mine,) = (await running.viewer.memberships.mine()).memberships
    assert mine.state == "lapsed"
    await running.assert_reconciled()


async def test_the_faucet_gives_real_demo_money_to_whoever_is_there(turned: Turned) -> None:
    before = await turned.running.creator.wallet.state()
    await turned.control.give("creator")
    after = await turned.running.creator.wallet.state()
    assert (before.available is not None and after.available == before.available + GIFT, after.gas) == (
        True,
        before.gas,
    )
    with pytest.raises(ProblemError, match=r"request\.not_found"):
        await turned.control.give("nobody")


async def test_the_operator_decides_what_the_others_ask_for(profile: Path, hand_clock: HandClock) -> None:
    operator = Person(id="operator", name="Operator", role="operator", prepare=_self_opening)
    async with running_world(profile, hand_clock, people=(operator, *PEOPLE)) as running:
        film = await running.publish()
        creator, viewer = running.desk("creator"), running.desk("viewer")
        owner = creator.keyring.owner()
        await creator.node.send("POST", f"/kyc/verify/{owner}")
        body = ReportIn(reason="misleading", text="The title promises another film.")
        await viewer.node.send("POST", f"/content/{film.content}/report", body=body)
        oversight = running.client.desk("operator").oversight
        queue = await oversight.queue()
        assert ([case.creator for case in queue.cases], [one.text for one in queue.reports]) == ([owner], [body.text])
        assert (await oversight.decide(owner, "verified")).cases == ()
        down = await oversight.take_down(film.content, reason="misleading", text="Another film than promised.")
        assert (down.reports, [one.content_id for one in down.down]) == ((), [film.content])
        assert (await oversight.restore(film.content)).down == ()
        for person in (running.creator, running.viewer):
            with pytest.raises(ProblemError, match=r"account\.forbidden"):
                await person.oversight.queue()


async def test_worlds_stand_side_by_side_each_with_its_own_time(tmp_path: Path, hand_clock: HandClock) -> None:
    clocks = [KeptClock(tmp_path / name, hand_clock) for name in ("one", "two")]
    async with (
        running_world(tmp_path / "one", clocks[0]) as one,
        running_world(tmp_path / "two", clocks[1]) as two,
    ):
        await DemoControl(one.world, one.chain, clocks[0], tmp_path / "one", None).turn("day")
        assert [(clock.now() - hand_clock.now()) // DAY for clock in clocks] == [1, 0]
        await one.publish()
        assert [len(await each.viewer.catalogue.browse()) for each in (one, two)] == [1, 0]
        assert one.desk("viewer").keyring.owner() != two.desk("viewer").keyring.owner()
