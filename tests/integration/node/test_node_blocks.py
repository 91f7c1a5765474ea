"""Blocks of others: checked before they are kept, counted, thrown away unless an item names them, given by CID."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from services.host.world import World
from services.ipfs.memory import MemoryBlockStore
from services.ipfs.store import MAX_BLOCK_BYTES
from services.ipfs.unixfs import add_file, block_names, read_file
from services.node.blocks import record
from services.node.blocks.tables import BroughtBytes
from services.units.cid import DAG_PB, RAW, Cid
from services.wire.blocks import MAX_ASKED
from tests.fixtures.chain import CREATOR, STRANGER, HandClock, Person
from tests.fixtures.node_caller import NodeCaller, at_the_door
from tests.fixtures.world import RunningWorld, manifest_for, publication, sealed_film

RAW_TYPE, CAR_TYPE = "application/vnd.ipld.raw", "application/vnd.ipld.car"
QUOTA = 5_000


@pytest.fixture
async def creator(running: RunningWorld) -> AsyncIterator[NodeCaller]:
    async with at_the_door(_small(running.world), CREATOR) as (caller,):
        yield caller


def _small(world: World) -> World:
    return replace(world, node=replace(world.node, block_quota=QUOTA))


def _counted(world: World, who: Person) -> int:
    with world.node.database.read() as session:
        row = session.get(BroughtBytes, who.address)
        return 0 if row is None else row.size


async def _put(caller: NodeCaller, cid: Cid | str, data: bytes) -> tuple[int, str]:
    answer = await caller.http.put(f"/blocks/{cid}", content=data)
    return answer.status_code, answer.json()["code"] if answer.content else ""


async def _give(caller: NodeCaller, store: MemoryBlockStore, file: Cid) -> None:
    for name in block_names(store, file):
        assert await _put(caller, name, store.get(name)) == (204, "")


async def test_a_block_comes_once_and_is_counted_once(running: RunningWorld, creator: NodeCaller) -> None:
    block = secrets.token_bytes(700)
    for _ in range(3):
        assert await _put(creator, Cid.of(block), block) == (204, "")
    assert running.world.node.blocks.get(Cid.of(block)) == block
    assert _counted(running.world, CREATOR) == 700


async def test_nothing_is_kept_of_bytes_that_are_not_what_the_name_says(
    running: RunningWorld, creator: NodeCaller
) -> None:
    block = secrets.token_bytes(100)
    name = Cid.of(block)
    assert await _put(creator, name, block[:-1]) == (422, "block.mismatch")
    assert await _put(creator, "bafynonsense", block) == (422, "block.mismatch")
    no_node = Cid(DAG_PB, name.digest)
    assert await _put(creator, no_node, block) == (422, "block.mismatch")
    assert await _put(creator, name, bytes(MAX_BLOCK_BYTES + 1)) == (413, "block.too_large")
    assert not running.world.node.blocks.has(name)
    assert _counted(running.world, CREATOR) == 0


async def test_only_who_is_signed_in_brings_blocks(running: RunningWorld) -> None:
    block = secrets.token_bytes(100)
    async with at_the_door(running.world, STRANGER, signed_in=False) as (nobody,):
        assert await _put(nobody, Cid.of(block), block) == (401, "account.sign_in_refused")
        asked = await nobody.http.post("/blocks/missing", json={"cids": [str(Cid.of(block))]})
        assert asked.status_code == 401
    assert not running.world.node.blocks.has(Cid.of(block))


async def test_the_quota_is_each_account_s_own(running: RunningWorld) -> None:
    blocks = [secrets.token_bytes(2_000) for _ in range(3)]
    async with at_the_door(_small(running.world), CREATOR, STRANGER) as (creator, other):
        for block in blocks[:2]:
            assert await _put(creator, Cid.of(block), block) == (204, "")
        assert await _put(creator, Cid.of(blocks[2]), blocks[2]) == (507, "block.quota")
        assert not running.world.node.blocks.has(Cid.of(blocks[2]))
        assert await _put(other, Cid.of(blocks[2]), blocks[2]) == (204, "")
    assert (_counted(running.world, CREATOR), _counted(running.world, STRANGER)) == (4_000, 2_000)


async def test_missing_names_what_is_not_here_in_order(creator: NodeCaller) -> None:
    blocks = [secrets.token_bytes(10) for _ in range(4)]
    names = [str(Cid.of(block)) for block in blocks]
    await _put(creator, names[1], blocks[1])
    answer = await creator.http.post("/blocks/missing", json={"cids": names})
    assert answer.json() == {"cids": [names[0], names[2], names[3]]}
    many = {"cids": names[:1] * (MAX_ASKED + 1)}
    assert (await creator.http.post("/blocks/missing", json=many)).status_code == 422


async def test_what_no_item_names_goes_after_a_day_and_its_bytes_are_given_back(
    running: RunningWorld, creator: NodeCaller, hand_clock: HandClock
) -> None:
    block = secrets.token_bytes(500)
    await _put(creator, Cid.of(block), block)
    hand_clock.advance(record.WAITS - timedelta(seconds=1))
    assert record.throw_away(running.world.node) == 0
    hand_clock.advance(timedelta(seconds=2))
    assert record.throw_away(running.world.node) == 1
    assert not running.world.node.blocks.has(Cid.of(block))
    assert _counted(running.world, CREATOR) == 0


async def test_what_was_here_before_is_never_thrown_away(
    running: RunningWorld, creator: NodeCaller, hand_clock: HandClock
) -> None:
    """On a desktop the node shares its store with the desk: a stranger's claim on a block must not end it."""
    block = secrets.token_bytes(500)
    running.world.node.blocks.put(block)
    assert await _put(creator, Cid.of(block), block) == (204, "")
    hand_clock.advance(timedelta(days=3))
    assert record.throw_away(running.world.node) == 0
    assert running.world.node.blocks.has(Cid.of(block))


async def test_a_published_film_is_held_and_given_by_its_cids(running: RunningWorld, hand_clock: HandClock) -> None:
    away = MemoryBlockStore()
    film = sealed_film(away, chunks=3, chunk_bytes=1_500_000)
    manifest = replace(manifest_for(film, running.desk("creator")), creator=CREATOR.address)
    body = publication(manifest, film, CREATOR.key)
    files = [film.film.init_cid, *(chunk.cid for chunk in film.film.chunks)]
    node = running.world.node
    async with at_the_door(running.world, CREATOR) as (creator,):
        for file in files[:-1]:
            await _give(creator, away, file)
        # The last chunk's root alone is not the chunk.
        await _put(creator, files[-1], away.get(files[-1]))
        path, said = f"/content/{film.content}/manifest", body.model_dump(mode="json")
        assert (await creator.http.put(path, json=said)).json()["code"] == "content.missing"
        assert (await creator.http.get(f"/ipfs/{files[1]}?format=raw")).status_code == 404
        await _give(creator, away, files[-1])
        assert (await creator.http.put(path, json=said)).status_code == 201
        hand_clock.advance(timedelta(days=30))
        assert record.throw_away(node) == 0
        for file in files:
            copied = MemoryBlockStore()
            for name in block_names(away, file):
                answer = await creator.http.get(f"/ipfs/{name}", headers={"Accept": RAW_TYPE})
                assert answer.status_code == 200
                copied.put(answer.content, name.codec)
            assert read_file(copied, file, 2_000_000) == read_file(away, file, 2_000_000)


async def _open_gateway(running: RunningWorld) -> tuple[httpx.AsyncClient, Cid, bytes]:
    data = secrets.token_bytes(1_500_000)
    root = add_file(running.world.node.blocks, data)
    transport = running.front.behind
    return httpx.AsyncClient(transport=transport, base_url="http://museclock.local"), root, data


async def test_the_gateway_speaks_as_the_specification_says(running: RunningWorld) -> None:
    http, root, _ = await _open_gateway(running)
    async with http:
        block = running.world.node.blocks.get(root)
        given = await http.get(f"/ipfs/{root}", headers={"Accept": f"{CAR_TYPE};q=0.5, {RAW_TYPE}"})
        assert (given.status_code, given.content, given.headers["content-type"]) == (200, block, RAW_TYPE)
        assert "immutable" in given.headers["cache-control"]
        assert given.headers["x-content-type-options"] == "nosniff"
        head = await http.head(f"/ipfs/{root}?format=raw")
        assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(block)))
        again = await http.get(f"/ipfs/{root}?format=raw", headers={"If-None-Match": given.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        statuses = {
            f"/ipfs/{root}": 406,
            f"/ipfs/{root}?format=dag-json": 406,
            "/ipfs/QmNonsense?format=raw": 400,
            f"/ipfs/{Cid.of(b'not here')}?format=raw": 404,
            f"/ipfs/{root}/inside?format=raw": 404,
            "/ipfs/?format=raw": 404,
        }
        for path, status in statuses.items():
            assert (await http.get(path, headers={"Accept": "*/*"})).status_code == status, path


async def test_a_car_holds_the_root_and_everything_below_it(running: RunningWorld) -> None:
    http, root, data = await _open_gateway(running)
    async with http:
        answer = await http.get(f"/ipfs/{root}", headers={"Accept": CAR_TYPE})
    assert answer.headers["content-type"].startswith(CAR_TYPE)
    store = MemoryBlockStore()
    names = []
    reader = _Car(answer.content)
    header = reader.part()
    assert header == bytes.fromhex("a265726f6f747381d82a582500") + root.to_bytes() + bytes.fromhex("6776657273696f6e01")
    while reader.rest:
        part = reader.part()
        name = Cid.from_bytes(part[:36])
        assert store.put(part[36:], name.codec) == name
        names.append(name)
    assert names[0] == root
    assert read_file(store, root, len(data)) == data
    assert {name.codec for name in names} == {RAW, DAG_PB}


class _Car:
    """Reads what the specification calls sections."""

    def __init__(self, rest: bytes) -> None:
        self.rest = rest

    def part(self) -> bytes:
        length = shift = used = 0
        while True:
            byte = self.rest[used]
            used += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        part, self.rest = self.rest[used : used + length], self.rest[used + length :]
        return part
