"""The next two parts are fetched while one plays, however it was come by: free, bought on the chain, or owned."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from services.desk.content import begin_look_ahead
from services.desk.nodes.store import NodeBlocks
from services.ipfs.unixfs import block_names
from services.units.cid import Cid
from services.units.money import Money
from services.wire.desk import Method
from tests.fixtures.world import RunningWorld, SealedFilm
from tests.fixtures.world_distant import DistantNode
from tests.fixtures.world_far_away import Far, far_away, published_far


async def _comes(far: Far, film: SealedFilm, index: int) -> None:
    """Wait until a part is here and remembered."""
    async with asyncio.timeout(60):
        while far.inside.memory.goods.get((film.content, index)) is None:
            await asyncio.sleep(0.01)


def _fetches(distant: DistantNode) -> int:
    return sum(line.startswith("GET /ipfs/") for line in distant.seen)


@pytest.mark.parametrize("method", ["channel", "chain"])
async def test_it_follows_what_plays_and_fetches_nothing_twice(
    running: RunningWorld, distant: DistantNode, tmp_path: Path, method: Method
) -> None:
    _, film = await published_far(running, distant, chunk_bytes=300_000)
    async with far_away(tmp_path / "far", running) as far:
        await far.desk.nodes.add(distant.address)
        await far.desk.catalogue.browse()
        await far.desk.wallet.set_payment(method=method)
        await far.desk.playback.open(film.content)
        # The first part is free.
        assert await far.desk.playback.chunk(film.content, 0) == film.plain[0]
        await _comes(far, film, 1)
        await _comes(far, film, 2)
        assert far.inside.memory.goods.get((film.content, 3)) is None
        fetched = _fetches(distant)
        bought = await far.desk.playback.buy(film.content, first_chunk=1)
        assert bought.amount > Money(0)
        # What was fetched ahead is not fetched again.
        assert await far.desk.playback.chunk(film.content, 1) == film.plain[1]
        await _comes(far, film, 3)
        assert _fetches(distant) == fetched + 1


async def test_one_at_a_time_for_a_film(running: RunningWorld, distant: DistantNode, tmp_path: Path) -> None:
    _, film = await published_far(running, distant, chunk_bytes=300_000)
    async with far_away(tmp_path / "far", running) as far:
        await far.desk.nodes.add(distant.address)
        await far.desk.catalogue.browse()
        await far.desk.playback.open(film.content)
        manifest = far.inside.memory.films.get(film.content)
        assert manifest is not None
        desk = far.inside.at(distant.address)
        for index in (1, 2, 2, 3, 1):
            begin_look_ahead(desk, manifest.manifest, index)
        names = [
            task.get_name() for task in desk.tasks if task.get_name().startswith("look ahead") and not task.cancelling()
        ]
        assert names == [f"look ahead {film.content} 1"]
        await _comes(far, film, 2)


async def test_who_seeks_about_has_two_blocks_on_the_way_at_most(
    running: RunningWorld, distant: DistantNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thin line is not shared among parts that nobody wants any more, and what was begun ends with its block."""
    _, film = await published_far(running, distant, chunk_bytes=2_500_000)
    go_on, asked, at_once, most = asyncio.Event(), list[Cid](), 0, 0
    fetch = NodeBlocks._fetch

    async def slow(blocks: NodeBlocks, cid: Cid) -> bytes:
        nonlocal at_once, most
        asked.append(cid)
        at_once += 1
        most = max(most, at_once)
        await go_on.wait()
        try:
            return await fetch(blocks, cid)
        finally:
            at_once -= 1

    async with far_away(tmp_path / "far", running) as far:
        await far.desk.nodes.add(distant.address)
        await far.desk.catalogue.browse()
        await far.desk.playback.open(film.content)
        # Its first part is free; the look at the next two is called off by the first seek below.
        await far.desk.playback.chunk(film.content, 0)
        await _comes(far, film, 1)
        await _comes(far, film, 2)
        opened, desk = far.inside.memory.films.get(film.content), far.inside.at(distant.address)
        assert opened is not None
        for index in (1, 2):
            far.inside.memory.goods.forget((film.content, index))
            for block in set(block_names(desk.blocks, opened.manifest.chunks[index].cid)):
                far.inside.elsewhere.shelf(far.inside.folder).discard(block)
        monkeypatch.setattr(NodeBlocks, "_fetch", slow)
        for turn in range(8):
            begin_look_ahead(desk, opened.manifest, 1 + turn % 2)
            await _settled()
        assert 1 <= len(asked) <= most <= 2
        go_on.set()
        # The last seek was to part 2.
        await _comes(far, film, 2)
        assert most <= 2


async def _settled() -> None:
    """Let threads that were started ask for their first block."""
    for _ in range(20):
        await asyncio.to_thread(sum, range(1_000))
