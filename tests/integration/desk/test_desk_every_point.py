"""The power fails at each write and each send of a purchase, on both sides: it is finished once, or never happened."""

from __future__ import annotations

from pathlib import Path

from services.desk.purchases.resume import finish_open
from tests.fixtures.chain import HandClock
from tests.fixtures.world import RunningWorld, SealedFilm, running_world
from tests.fixtures.world_power_cuts import Camera, WatchedChain, watch


async def test_a_power_cut_at_any_point_of_a_purchase(
    world_profile: Path, hand_clock: HandClock, tmp_path: Path
) -> None:
    camera = Camera(world_profile, tmp_path / "album")
    camera.album.mkdir()
    async with running_world(
        world_profile, hand_clock, chain_front=lambda behind: WatchedChain(behind, camera), method="chain"
    ) as running:
        film = await running.publish(chunks=3)
        await running.fronted.playback.buy(film.content, first_chunk=1)
        watch(running, camera)
        camera.is_on = True
        await running.fronted.playback.buy(film.content, first_chunk=2)
        camera.is_on = False
    names = [name for name, _ in camera.shots]
    assert names.count("desk commits") >= 3, names  # signed, sent, keyed and paid; the watch notes new blocks, too
    assert names.count("node commits") == 4, names  # received, transaction, its end, booked
    assert {"before POST /pay", "after POST /pay", "before the chain is told", "after the chain was told"} <= set(names)
    for name, shot in camera.shots:
        async with running_world(shot, hand_clock, method="chain") as running:
            await _assert_whole(running, film, name)


async def _assert_whole(running: RunningWorld, film: SealedFilm, name: str) -> None:
    await finish_open(running.front_desk)
    for paid in running.payments():
        assert await running.viewer.playback.chunk(film.content, paid.first_chunk) == film.plain[paid.first_chunk], name
    await running.viewer.playback.buy(film.content, first_chunk=2)
    assert sorted(paid.first_chunk for paid in running.payments()) == [1, 2], name
    await running.assert_reconciled()
