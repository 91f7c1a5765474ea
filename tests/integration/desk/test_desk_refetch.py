"""A part that is damaged on this disk is fetched anew, and what is played is never anything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.units.cid import Cid
from tests.fixtures.world import RunningWorld
from tests.fixtures.world_distant import DistantNode
from tests.fixtures.world_far_away import far_away, published_far


@pytest.mark.logs("block.damaged")
async def test_a_part_that_decays_on_the_disk_is_fetched_anew_and_not_paid_again(
    running: RunningWorld, distant: DistantNode, tmp_path: Path
) -> None:
    _, film = await published_far(running, distant)
    root = tmp_path / "far"
    async with far_away(root, running) as far:
        await far.desk.nodes.add(distant.address)
        await far.desk.catalogue.browse()
        await far.desk.playback.open(film.content)
        await far.desk.playback.buy(film.content, first_chunk=1)
        assert await far.desk.playback.chunk(film.content, 1) == film.plain[1]
        paid = (await far.desk.wallet.state()).spent
        sealed = film.film.chunks[1].cid
        (file,) = (path for path in root.rglob("*.data") if Cid.of(path.read_bytes(), sealed.codec) == sealed)
        for harm in (lambda data: bytes([data[0] ^ 1]) + data[1:], lambda data: data[:-1], lambda _data: b""):
            file.write_bytes(harm(file.read_bytes()))
            assert await far.desk.playback.chunk(film.content, 1) == film.plain[1]
            # Whole again, so that the next time nothing has to be fetched.
            assert Cid.of(file.read_bytes(), sealed.codec) == sealed
        assert (await far.desk.wallet.state()).spent == paid
