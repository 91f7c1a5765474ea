"""What creators say of themselves: written by its owner only, with pictures that are here and are pictures."""

from __future__ import annotations

from services.ipfs.memory import MemoryBlockStore
from services.ipfs.unixfs import add_file, block_names
from services.node.blocks.tables import BroughtBlock
from services.units.cid import Cid
from tests.fixtures.chain import CREATOR, STRANGER
from tests.fixtures.node_caller import NodeCaller, at_the_door
from tests.fixtures.world import RunningWorld

PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)


async def _bring(caller: NodeCaller, data: bytes) -> Cid:
    store = MemoryBlockStore()
    file = add_file(store, data)
    for name in block_names(store, file):
        (await caller.http.put(f"/blocks/{name}", content=store.get(name))).raise_for_status()
    return file


async def test_a_creator_writes_a_profile_and_anybody_reads_it(running: RunningWorld) -> None:
    async with at_the_door(running.world, CREATOR) as (creator,):
        avatar = await _bring(creator, PNG)
        body = {"name": " Slow  Lantern ", "about": "Ice, once a week.\n", "avatar": str(avatar)}
        written = await creator.http.put("/creators/me/profile", json=body)
        assert written.status_code == 200, written.text
    async with at_the_door(running.world, STRANGER, signed_in=False) as (nobody,):
        found = (await nobody.http.get(f"/creators/{CREATOR.address}/profile")).json()
        none = (await nobody.http.get(f"/creators/{STRANGER.address}/profile")).json()
    assert (found["name"], found["about"], found["avatar"]) == ("Slow Lantern", "Ice, once a week.", str(avatar))
    assert found["changed_at"] is not None
    assert (none["name"], none["avatar"], none["changed_at"]) == ("", None, None)
    # Named now: it does not go after a day.
    with running.world.node.database.read() as session:
        assert session.get_one(BroughtBlock, str(avatar)).expires_at is None


async def test_what_is_no_picture_or_is_not_here_is_refused(running: RunningWorld) -> None:
    async with at_the_door(running.world, CREATOR) as (creator,):
        script = await _bring(creator, b"<svg onload=alert(1)>")
        absent = add_file(MemoryBlockStore(), PNG + b"other")
        for cid, code in ((script, "request.invalid"), (absent, "content.missing")):
            answer = await creator.http.put("/creators/me/profile", json={"name": "A", "banner": str(cid)})
            assert answer.json()["code"] == code
        nul = await creator.http.put("/creators/me/profile", json={"name": "A", "about": "a\x00b"})
        assert nul.status_code == 422
        found = (await creator.http.get(f"/creators/{CREATOR.address}/profile")).json()
        no_address = await creator.http.get("/creators/somebody/profile")
    assert (found["name"], no_address.json()["code"]) == ("", "request.invalid")
