"""The power fails at each write and each send of a purchase by voucher: it is finished once, or never happened."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.desk.purchases.resume import finish_open
from services.units.money import Money
from tests.fixtures.chain import HandClock
from tests.fixtures.world import PRICE, VIEWER_MONEY, RunningWorld, SealedFilm, running_world
from tests.fixtures.world_power_cuts import Camera, WatchedChain, watch


@pytest.mark.parametrize("is_first", [True, False], ids=["deposit", "voucher"])
async def test_a_power_cut_at_any_point_of_a_purchase_by_voucher(
    world_profile: Path, hand_clock: HandClock, tmp_path: Path, is_first: bool
) -> None:
    camera = Camera(world_profile, tmp_path / "album")
    camera.album.mkdir()
    async with running_world(
        world_profile, hand_clock, chain_front=lambda behind: WatchedChain(behind, camera)
    ) as running:
        film = await running.publish(chunks=4)
        await running.fronted.playback.open(film.content)
        if not is_first:
            await running.fronted.playback.buy(film.content, first_chunk=1)
            await running.settled()
        watch(running, camera)
        camera.is_on = True
        await running.fronted.playback.buy(film.content, first_chunk=2)
        await running.settled()
        camera.is_on = False
    names = [name for name, _ in camera.shots]
    assert names.count("desk commits") >= 2, names  # signed; keyed and spent
    assert names.count("node commits") >= 1, names
    assert {"before POST /pay", "after POST /pay"} <= set(names)
    assert ("before the chain is told" in names) is is_first, names
    bought, deposited = (1, PRICE * 2) if is_first else (2, PRICE * 3)
    for name, shot in camera.shots:
        async with running_world(shot, hand_clock) as running:
            await _assert_whole(running, film, PRICE * bought, deposited, name)


async def _assert_whole(running: RunningWorld, film: SealedFilm, total: Money, deposited: Money, name: str) -> None:
    # Looking at the books first, as the wallet's page does, must not hide what is open from those who finish it.
    await running.fronted.wallet.reconciliation()
    await finish_open(running.front_desk)
    await running.assert_reconciled()
    if (await running.fronted.wallet.state()).spent == total:
        assert await running.fronted.playback.chunk(film.content, 2) == film.plain[2], name
    bought = await running.fronted.playback.buy(film.content, first_chunk=2)
    assert bought.state == "keyed", name
    assert await running.fronted.playback.chunk(film.content, 2) == film.plain[2], name
    await running.settled()
    (channel,) = await running.fronted.wallet.channels()
    assert (channel.spent, channel.promised) == (total, Money(0)), name
    assert channel.deposited == deposited, name
    wallet = await running.fronted.wallet.state()
    assert (wallet.available, wallet.in_flight) == (VIEWER_MONEY - deposited, Money(0)), name
    await running.assert_reconciled()
