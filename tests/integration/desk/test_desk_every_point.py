"""The power fails at each write and each send of a purchase, on both sides: it is finished once, or never happened."""

from __future__ import annotations

import shutil
import threading
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from sqlalchemy import event

from services.chain.gateway import ChainGateway
from services.desk.purchases.resume import finish_open
from services.units.address import Bytes32
from tests.fixtures.chain import HandClock
from tests.fixtures.world import RunningWorld, SealedFilm, running_world


@dataclass(slots=True)
class Camera:
    """Keeps what is on disk at a moment: that is all that a power cut leaves."""

    profile: Path
    album: Path
    shots: list[tuple[str, Path]] = field(default_factory=list)
    is_on: bool = False
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    def take(self, what: str) -> None:
        with self._one_at_a_time:
            if self.is_on:
                shot = self.album / f"{len(self.shots):02d}"
                shutil.copytree(self.profile, shot)
                self.shots.append((what, shot))


class WatchedChain:
    """Photographs around each transaction that is sent."""

    def __init__(self, behind: ChainGateway, camera: Camera) -> None:
        self._behind, self._camera = behind, camera

    def __getattr__(self, name: str) -> object:
        return getattr(self._behind, name)

    def broadcast(self, encoded: bytes) -> Bytes32:
        self._camera.take("before the chain is told")
        tx = self._behind.broadcast(encoded)
        self._camera.take("after the chain was told")
        return tx


def watch(running: RunningWorld, camera: Camera) -> None:
    """Photograph around each request to the node, and before each commit."""

    async def request(asked: httpx.Request) -> httpx.Response:
        camera.take(f"before {asked.method} {asked.url.path[-4:]}")
        answer = await running.front.pass_on(asked)
        camera.take(f"after {asked.method} {asked.url.path[-4:]}")
        return answer

    running.front.answer = request
    for name, database in (("node", running.world.node.database), ("desk", running.front_desk.database)):
        # Readers end by rolling back; what commits has written.
        event.listen(database.engine, "commit", lambda _connection, name=name: camera.take(f"{name} commits"))


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
