"""Films on this disk, and what another device of the same wallet sees: a real node elsewhere, real shelves."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from services.desk.library.downloads import resume_all
from services.desk.library.tables import Download
from services.desk.storage.keeping import hold_bought
from services.desk.storage.limits import use_limits
from services.ipfs.intake import Intake
from services.units.money import ZERO
from services.wire.library import DownloadOut
from services.wire.problems import ProblemError
from tests.fixtures.world import PRICE, RunningWorld, SealedFilm
from tests.fixtures.world_distant import DistantNode
from tests.fixtures.world_far_away import CHUNKS, Far, far_away, published_far

CHUNK_BYTES = 2_000
WORDS = b"WEBVTT\n\n00:00.000 --> 00:02.000\nIce.\n"


async def idle(far: Far) -> None:
    """Wait until nothing is being fetched."""
    while busy := [task for task in far.inside.tasks if task.get_name().startswith(("download", "owned"))]:
        await asyncio.wait(busy)


async def kept(far: Far) -> DownloadOut:
    await idle(far)
    (found,) = (await far.desk.library.downloads()).downloads
    return found


async def plays(far: Far, film: SealedFilm, *indices: int) -> None:
    for index in indices:
        assert await far.desk.playback.chunk(film.content, index) == film.plain[index]


async def bought(far: Far, film: SealedFilm, node: DistantNode, *indices: int) -> None:
    await far.desk.nodes.add(node.address)
    await far.desk.playback.open(film.content)
    for index in indices:
        await far.desk.playback.buy(film.content, first_chunk=index)


async def test_a_download_plays_without_its_node_and_going_off_the_disk_loses_nothing(
    running: RunningWorld, distant: DistantNode, tmp_path: Path
) -> None:
    _, film = await published_far(running, distant, chunk_bytes=CHUNK_BYTES, words=WORDS)
    async with far_away(tmp_path / "far", running) as far:
        await bought(far, film, distant, 1, 2)
        shelf = far.inside.elsewhere.shelf(far.inside.folder)
        for chunk in film.film.chunks:
            # As if it had been pushed out by newer films.
            shelf.discard(chunk.cid)
        await far.desk.library.download(film.content)
        here = await kept(far)
        # The preview and both bought parts; nothing is paid for it.
        assert (here.state, here.done, here.of, here.chunk_count) == ("here", 3, 3, CHUNKS)
        assert here.size_bytes == sum(film.film.chunks[index].length for index in range(3))
        assert not here.beside_node
        assert (await far.desk.wallet.state()).spent == PRICE * 2
        (item,) = await far.desk.catalogue.library()
        assert (item.kept, item.owned_chunks) == ("here", 2)
        await distant.down()
        far.inside.memory.goods.forget((film.content, 1))
        await far.desk.playback.open(film.content)
        await plays(far, film, 0, 1, 2)
        assert await far.desk.playback.captions(film.content, 0) == WORDS
        # Newer films cannot push it out: its blocks are held.
        assert shelf.room().bought >= here.size_bytes
        freed = await far.desk.library.free(film.content)
        assert (freed.downloads, freed.taken_bytes) == ((), 0)
        # What was fetched ahead while the part before played is in memory, not on the disk.
        far.inside.memory.goods.forget((film.content, 2))
        with pytest.raises(ProblemError, match=r"node\.unreachable"):
            await plays(far, film, 2)
        hold_bought(far.inside)
        await distant.up()
        await plays(far, film, 2)
        (item,) = await far.desk.catalogue.library()
        assert (item.kept, item.owned_chunks) == ("", 2)
        assert (await far.desk.wallet.state()).spent == PRICE * 2


async def test_what_is_not_owned_is_not_kept_and_the_room_is_respected(
    running: RunningWorld, distant: DistantNode, tmp_path: Path
) -> None:
    _, film = await published_far(running, distant, chunk_bytes=CHUNK_BYTES)
    async with far_away(tmp_path / "far", running) as far:
        await bought(far, film, distant)
        with pytest.raises(ProblemError, match=r"download\.nothing"):
            await far.desk.library.download(film.content)
        assert (await far.desk.library.downloads()).downloads == ()
        for index in range(1, CHUNKS):
            await far.desk.playback.buy(film.content, first_chunk=index)
        for chunk in film.film.chunks:
            far.inside.elsewhere.shelf(far.inside.folder).discard(chunk.cid)
        await far.desk.library.limit_downloads(CHUNK_BYTES * 2)
        with pytest.raises(ProblemError, match=r"store\.quota"):
            await far.desk.library.download(film.content)
        assert (await far.desk.library.limit_downloads(CHUNK_BYTES * 10)).limit_bytes == CHUNK_BYTES * 10
        await far.desk.library.download(film.content)
        assert (await kept(far)).done == CHUNKS


async def test_a_download_that_broke_off_says_why_and_goes_on(
    running: RunningWorld, distant: DistantNode, tmp_path: Path
) -> None:
    _, film = await published_far(running, distant, chunk_bytes=CHUNK_BYTES)
    async with far_away(tmp_path / "far", running) as far:
        await bought(far, film, distant, 1, 2, 3)
        await plays(far, film, 0)
        shelf = far.inside.elsewhere.shelf(far.inside.folder)
        # Down first: what plays has the parts after it fetched meanwhile.
        await distant.down()
        shelf.discard(film.film.chunks[2].cid)
        far.inside.memory.goods.forget((film.content, 2))
        await far.desk.library.download(film.content)
        broken = await kept(far)
        assert (broken.state, broken.done, broken.of) == ("failed", 2, 4)
        assert broken.problem is not None
        assert broken.problem.code == "node.unreachable"
        await distant.up()
        # As after a kill in the middle.
        with far.inside.database.write() as session:
            session.get_one(Download, film.content).state = "coming"
        await resume_all(far.inside)
        again = await kept(far)
        assert (again.state, again.done, again.problem) == ("here", 4, None)
        assert again.size_bytes == sum(chunk.length for chunk in film.film.chunks)


async def test_another_device_of_the_wallet_sees_what_it_owns_and_plays_it_without_paying(
    running: RunningWorld, distant: DistantNode, tmp_path: Path
) -> None:
    _, film = await published_far(running, distant)
    async with far_away(tmp_path / "first", running) as first, far_away(tmp_path / "second", running) as second:
        # The same wallet restored on another device, which has a device key of its own.
        second.inside.keyring._key, second.inside.keyring._address = (
            first.inside.keyring.key(),
            first.inside.keyring.owner(),
        )
        assert first.inside.device._key != second.inside.device._key
        await bought(first, film, distant, 1, 3)
        assert await second.desk.catalogue.library() == ()
        await second.desk.nodes.add(distant.address)
        await idle(second)
        await second.desk.catalogue.library()
        await idle(second)
        (item,) = await second.desk.catalogue.library()
        assert (item.content_id, item.owned_chunks, item.watched_at) == (film.content, 2, None)
        await second.desk.library.download(film.content)
        assert (await kept(second)).done == 3
        await distant.down()
        await plays(second, film, 0, 1, 3)
        assert (await second.desk.wallet.balance()).lines == ()
        assert (await second.desk.wallet.state()).in_flight == ZERO


async def test_beside_the_node_nothing_more_is_taken(running: RunningWorld) -> None:
    film = await running.publish()
    await running.viewer.playback.open(film.content)
    await running.viewer.playback.buy(film.content, first_chunk=1)
    await running.viewer.library.download(film.content)
    desk = running.desk("viewer")
    while busy := [task for task in desk.tasks if task.get_name().startswith("download")]:
        await asyncio.wait(busy)
    (row,) = (await running.viewer.library.downloads()).downloads
    assert (row.state, row.done, row.size_bytes, row.beside_node) == ("here", 2, 0, True)


async def test_a_download_comes_no_faster_than_was_allowed(
    running: RunningWorld, distant: DistantNode, tmp_path: Path
) -> None:
    _, film = await published_far(running, distant, chunk_bytes=CHUNK_BYTES, words=WORDS)
    now, limit = [0.0], 1_000

    def pause(seconds: float) -> None:
        now[0] += seconds

    async with far_away(tmp_path / "far", running) as far:
        far.inside.elsewhere.intake = Intake(now=lambda: now[0], pause=pause)
        assert (await far.desk.storage.limit(download=limit)).download_limit == limit
        await bought(far, film, distant, 1, 2, 3)
        await far.desk.library.download(film.content)
        assert (await kept(far)).done == CHUNKS
        intake, sizes = far.inside.elsewhere.intake, [chunk.length for chunk in film.film.chunks]
        assert intake.received >= sum(sizes)
        # Two parts are read ahead beside what was asked for: each may be here before its time.
        assert now[0] >= (intake.received - 3 * max(sizes)) / limit > 0
        # It is kept, and the next start goes by it.
        intake.limit = 0
        await use_limits(far.inside)
        assert intake.limit == limit
