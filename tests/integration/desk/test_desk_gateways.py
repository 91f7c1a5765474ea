"""A node that lost its blocks in mid-film: gateways help, nothing is paid twice, and a purchase is taken away."""

from __future__ import annotations

import asyncio
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from services.client import DeskClient
from services.desk.nodes.elsewhere import Elsewhere
from services.desk.storage.keeping import hold_bought
from services.ipfs.memory import MemoryBlockStore
from services.ipfs.unixfs import add_file, block_names, read_file
from services.media.takeaway import Takeaway
from services.wire.problems import ProblemError
from tests.fixtures.storage_gateways import FakeGateway
from tests.fixtures.world import RunningWorld, SealedFilm
from tests.fixtures.world_distant import DistantNode
from tests.fixtures.world_far_away import CHUNKS, Far, far_away, published_far


async def _play(desk: DeskClient, film: SealedFilm, chunks: range) -> None:
    for index in chunks:
        assert await desk.playback.chunk(film.content, index) == film.plain[index]


async def _read_ahead(far: Far) -> None:
    """Wait until nothing is read ahead any more."""
    while reading := [task for task in far.inside.tasks if task.get_name().startswith(("look ahead", "read ahead"))]:
        await asyncio.wait(reading)


async def _code(work: object) -> str:
    with pytest.raises(ProblemError) as caught:
        await work  # type: ignore[misc]
    return caught.value.code


async def test_a_part_that_the_node_has_lost_comes_from_a_gateway_in_mid_film_and_is_paid_once(
    running: RunningWorld, distant: DistantNode, gateways: Callable[[], FakeGateway], tmp_path: Path
) -> None:
    _, film = await published_far(running, distant, chunk_bytes=1_200_000)
    gateway = gateways()
    async with far_away(tmp_path / "far", running) as far:
        await far.desk.nodes.add(distant.address)
        await far.desk.catalogue.browse()
        await far.desk.playback.open(film.content)
        await far.desk.playback.buy(film.content, first_chunk=1)
        await _play(far.desk, film, range(2))
        await _read_ahead(far)
        for chunk in film.film.chunks[2:]:
            for name in block_names(running.desk("creator").blocks, chunk.cid):
                gateway.store.put(distant.node.blocks.get(name), name.codec)
                far.inside.elsewhere.shelf(far.inside.folder).discard(name)
                distant.node.blocks.discard(name)
        far.inside.memory.goods.forget((film.content, 2))
        far.inside.memory.goods.forget((film.content, 3))
        before = (await far.desk.wallet.state()).spent
        # Nobody pays for what nobody gives.
        assert await _code(far.desk.playback.buy(film.content, first_chunk=2)) == "content.missing"
        assert (await far.desk.wallet.state()).spent == before
        far.inside.elsewhere.use((gateway.address,))
        for index in (2, 3):
            assert (await far.desk.playback.buy(film.content, first_chunk=index)).state == "keyed"
        await _play(far.desk, film, range(4))
        await _read_ahead(far)
        asked = len(gateway.asked)
        assert asked
        await far.desk.playback.buy(film.content, first_chunk=2)
        await _play(far.desk, film, range(4))
        assert len(gateway.asked) == asked
        rows = {row.name: row for row in (await far.desk.wallet.reconciliation()).rows}
        assert rows["paid"].agrees
        # What was bought is held: it stays when newer parts need the room.
        await asyncio.to_thread(hold_bought, far.inside)
        room = far.inside.elsewhere.shelf(far.inside.folder).room()
        assert room.bought > 3 * 1_200_000
    await distant.down()
    async with far_away(tmp_path / "far", running) as again:
        file = tmp_path / "noise.museclock"
        taken = await again.desk.storage.export(film.content, str(file))
        assert (taken.parts, taken.of, taken.size_bytes) == (CHUNKS, CHUNKS, file.stat().st_size)
        for path in (file, Path("noise.museclock"), tmp_path / "nowhere" / "noise"):
            assert await _code(again.desk.storage.export(film.content, str(path))) == "storage.file"
    with Takeaway(file) as bought, zipfile.ZipFile(file) as archive:
        assert list(bought.plain())[1:] == list(film.plain)
        assert [receipt["firstChunk"] for receipt in json.loads(archive.read("receipts.json"))] == [1, 2, 3]


@pytest.mark.parametrize("archives", [True, False])
def test_a_file_that_is_missing_comes_in_one_answer_where_a_gateway_gives_archives(
    gateways: Callable[[], FakeGateway], archives: bool
) -> None:
    gateway, here, data = gateways(), MemoryBlockStore(), os.urandom(2_500_000)
    gateway.gives_archives = archives
    root, elsewhere = add_file(gateway.store, data), Elsewhere()
    elsewhere.use((gateway.address,))
    assert read_file(elsewhere.healed(here), root, len(data)) == data
    forms = ["car" if "format=car" in path else "raw" for path in gateway.asked]
    assert forms == (["car"] if archives else ["car", *["raw"] * 4])
    # What is missing alone is asked for alone, and what is here not again.
    leaf = list(block_names(here, root))[-1]
    here.discard(leaf)
    for _ in range(2):
        assert read_file(elsewhere.healed(here), root, len(data)) == data
    assert gateway.asked[len(forms) :] == [f"/ipfs/{leaf}?format=raw"]
    elsewhere.close()
