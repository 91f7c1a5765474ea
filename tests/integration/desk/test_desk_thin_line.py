"""A line that a person made thin is the running part's first: what is fetched ahead or for later waits meanwhile."""

from __future__ import annotations

import asyncio
from pathlib import Path

from services.desk.content import begin_look_ahead
from services.ipfs.unixfs import block_names
from tests.fixtures.world import RunningWorld, SealedFilm
from tests.fixtures.world_distant import DistantNode
from tests.fixtures.world_far_away import CHUNKS, Far, far_away, published_far

_CHUNK_BYTES, _LIMIT = 6_000_000, 10_000_000


async def _owned_elsewhere(far: Far, film: SealedFilm, distant: DistantNode) -> list[set[str]]:
    """Own all of a film and have none of it here; gives the blocks of each part."""
    await far.desk.nodes.add(distant.address)
    await far.desk.playback.open(film.content)
    for index in range(CHUNKS):
        if index:
            await far.desk.playback.buy(film.content, first_chunk=index)
        # Plays what the purchase brought along.
        await far.desk.playback.chunk(film.content, index)
    while reading := [task for task in far.inside.tasks if task.get_name().startswith(("look ahead", "read ahead"))]:
        await asyncio.wait(reading)
    blocks = [set(block_names(far.inside.at(distant.address).blocks, part.cid)) for part in film.film.chunks]
    for index, names in enumerate(blocks):
        far.inside.memory.goods.forget((film.content, index))
        for name in names:
            far.inside.elsewhere.shelf(far.inside.folder).discard(name)
    return [{str(name) for name in names} for names in blocks]


def _asked(distant: DistantNode) -> list[str]:
    return [line.split()[1].removeprefix("/ipfs/") for line in distant.seen if line.startswith("GET /ipfs/")]


async def _begun(distant: DistantNode, blocks: set[str], before: int) -> None:
    """Wait until something of these blocks was asked for."""
    while not blocks & set(_asked(distant)[before:]):
        await asyncio.sleep(0)


async def _last_goes_first(far: Far, film: SealedFilm, distant: DistantNode, parts: list[set[str]]) -> None:
    """Play the last part on the thin line, which nothing else takes meanwhile; then the line is wide again."""
    before = len(_asked(distant))
    assert await far.desk.playback.chunk(film.content, CHUNKS - 1) == film.plain[CHUNKS - 1]
    # One block may have been on its way.
    assert len(_between(distant, parts[CHUNKS - 1], before)) <= 1
    await far.desk.storage.limit(download=0)


def _between(distant: DistantNode, played: set[str], before: int) -> list[str]:
    """List what else was asked for from the played part's first block to its last."""
    asked = _asked(distant)[before:]
    places = [place for place, name in enumerate(asked) if name in played]
    assert len(places) == len(played)
    return [name for name in asked[places[0] : places[-1]] if name not in played]


async def test_a_download_for_later_gives_way_to_the_part_that_plays(
    running: RunningWorld, distant: DistantNode, tmp_path: Path
) -> None:
    _, film = await published_far(running, distant, chunk_bytes=_CHUNK_BYTES)
    async with far_away(tmp_path / "far", running) as far:
        parts = await _owned_elsewhere(far, film, distant)
        await far.desk.storage.limit(download=_LIMIT)
        before = len(_asked(distant))
        await far.desk.library.download(film.content)
        await _begun(distant, parts[0], before)
        await _last_goes_first(far, film, distant, parts)
        while busy := [task for task in far.inside.tasks if task.get_name().startswith("download")]:
            await asyncio.wait(busy)
        (kept,) = (await far.desk.library.downloads()).downloads
        assert (kept.state, kept.done) == ("here", CHUNKS)


async def test_parts_read_ahead_give_way_to_the_one_that_was_sought(
    running: RunningWorld, distant: DistantNode, tmp_path: Path
) -> None:
    _, film = await published_far(running, distant, chunk_bytes=_CHUNK_BYTES)
    async with far_away(tmp_path / "far", running) as far:
        parts = await _owned_elsewhere(far, film, distant)
        opened, at = far.inside.memory.films.get(film.content), far.inside.at(distant.address)
        assert opened is not None
        await far.desk.storage.limit(download=_LIMIT)
        before = len(_asked(distant))
        begin_look_ahead(at, opened.manifest, 1)
        await _begun(distant, parts[1], before)
        await _last_goes_first(far, film, distant, parts)
