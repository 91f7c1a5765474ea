"""What a viewer is sold may be broken: nothing is paid for a damaged part, and at most one part for a wrong key."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from services.client import Client
from services.db.keybox import KeyBox, key_file
from services.ipfs.store import DiskBlockStore
from services.media.signature import parse_signed
from services.node.sales.shelf import key_owner
from services.units.cid import Cid
from services.units.ids import ContentId
from services.units.money import ZERO, Money
from services.wire.problems import ProblemError
from tests.bench.unlock import publish
from tests.fixtures.service import RunningService

pytestmark = pytest.mark.timeout(120)

Start = Callable[[], RunningService]
PART = 1


@pytest.fixture
def service(forked_service: Start) -> RunningService:
    return forked_service()


def _journey(service: RunningService, film: Path, steps: Callable[[Client, ContentId], object]) -> None:
    async def run() -> None:
        async with service.client() as client:
            content_id = await publish(client, film, "Broken on the way")
            await steps(client, content_id)  # type: ignore[misc]  # each test gives a coroutine function

    asyncio.run(run())


async def _refused(client: Client, content_id: ContentId, code: str) -> None:
    with pytest.raises(ProblemError) as caught:
        await client.desk("viewer").playback.buy(content_id, first_chunk=PART)
    assert caught.value.code == code


def _sealed_file(profile: Path, content_id: ContentId) -> Cid:
    """Name the stored ciphertext of the part, as the node's manifest does."""
    with sqlite3.connect(profile / "node" / "node.db") as database:
        (signed,) = database.execute("SELECT signed FROM item WHERE content_id = ?", (content_id,)).fetchone()
    database.close()
    return parse_signed(signed.encode()).manifest.chunks[PART].cid


def _block_files(profile: Path, content_id: ContentId) -> list[Path]:
    """Find the files on disk that hold the part: all that the store loses when the part is discarded."""
    store, cid = DiskBlockStore(profile / "blocks"), _sealed_file(profile, content_id)
    before = {path: path.read_bytes() for path in (profile / "blocks").rglob("*.data")}
    assert store.has(cid)
    store.discard(cid)
    gone = [path for path in before if not path.exists()]
    for path in gone:
        path.write_bytes(before[path])
    assert gone
    return gone


@pytest.mark.logs("damaged")
def test_a_damaged_part_is_not_paid_for(service: RunningService, profile: Path, demo_film: Path) -> None:
    async def steps(client: Client, content_id: ContentId) -> None:
        for path in _block_files(profile, content_id):
            body = bytearray(path.read_bytes())
            body[len(body) // 2] ^= 1
            path.write_bytes(body)
        await _refused(client, content_id, "content.damaged")
        assert (await client.desk("viewer").playback.open(content_id)).spent == ZERO
        assert (await client.desk("viewer").wallet.state()).in_flight == ZERO
        assert (await client.desk("viewer").playback.buy(content_id, first_chunk=PART + 1)).state == "keyed"

    _journey(service, demo_film, steps)


def test_a_lost_part_is_not_paid_for(service: RunningService, profile: Path, demo_film: Path) -> None:
    async def steps(client: Client, content_id: ContentId) -> None:
        for path in _block_files(profile, content_id):
            path.unlink()
        await _refused(client, content_id, "content.missing")
        assert (await client.desk("viewer").wallet.state()).spent == ZERO

    _journey(service, demo_film, steps)


def test_a_wrong_key_costs_one_part_and_is_told(service: RunningService, profile: Path, demo_film: Path) -> None:
    async def steps(client: Client, content_id: ContentId) -> None:
        _forge_key(profile, content_id)
        film = await client.desk("viewer").playback.open(content_id)
        await _refused(client, content_id, "content.wrong_key")
        await _refused(client, content_id, "content.wrong_key")
        wallet = await client.desk("viewer").wallet.state()
        assert wallet.spent == film.chunks[PART].price
        assert wallet.in_flight == ZERO
        after = await client.desk("viewer").playback.open(content_id)
        assert after.chunks[PART].access != "owned"
        rows = (await client.desk("viewer").wallet.reconciliation()).rows
        assert all(row.agrees for row in rows), rows

    _journey(service, demo_film, steps)


def _forge_key(profile: Path, content_id: ContentId) -> None:
    """Put another key under the node's own key, as a dishonest or broken node would."""
    box = KeyBox(key_file(profile / "node" / "node.key"))
    forged = box.wrap(bytes(32), owner=key_owner(content_id, PART))
    with sqlite3.connect(profile / "node" / "node.db", timeout=60) as database:
        changed = database.execute(
            'UPDATE chunk_for_sale SET wrapped_key = ? WHERE content_id = ? AND "index" = ?', (forged, content_id, PART)
        )
        assert changed.rowcount == 1
    database.close()


def test_a_film_that_is_too_dear_is_refused_before_signing(service: RunningService, demo_film: Path) -> None:
    async def steps(client: Client, content_id: ContentId) -> None:
        playback = client.desk("viewer").playback
        await playback.set_budget(content_id, Money(1))
        with pytest.raises(ProblemError) as caught:
            await playback.buy(content_id, first_chunk=PART, auto=True)
        assert caught.value.code == "budget.session"
        assert (await playback.open(content_id)).spent == ZERO

    _journey(service, demo_film, steps)
