"""Stages of an upload: held and taken up, two at a time, copied to daemons, proven from elsewhere, cleared up."""

from __future__ import annotations

import asyncio
import os
import shutil
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from services.desk.context import Desk
from services.desk.node_door import NodeDoor
from services.desk.pace import Pace
from services.desk.publishing import control, publish
from services.desk.publishing.leftovers import notes_folder
from services.desk.storage import daemons
from services.desk.storage.record import files_of
from services.desk.tables import Upload
from services.host.node_open import NODE_URI
from services.ipfs.gateways import Gateway, GatewayBlockStore, GatewaySource
from services.ipfs.kubo import KuboBlockStore
from services.ipfs.memory import MemoryBlockStore
from services.ipfs.store import BlockMissingError
from services.ipfs.unixfs import read_file
from services.media.journal import noted_chunks
from services.node.app import node_app
from services.units.cid import Cid
from services.wire.problems import ProblemError
from services.wire.uploads import StageName, StageOut, UploadOut
from tests.fixtures.storage_daemons import FakeKubo
from tests.fixtures.world import RunningWorld
from tests.fixtures.world_served import serving
from tests.fixtures.world_uploads import ready_upload, until

NOBODY = "/ip4/127.0.0.1/tcp/1"


@pytest.fixture(autouse=True)
def no_daemon_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Look for a running daemon where none is."""
    (tmp_path / "ipfs").mkdir()
    (tmp_path / "ipfs" / "api").write_text(NOBODY)
    monkeypatch.setenv("IPFS_PATH", str(tmp_path / "ipfs"))


def stage(upload: UploadOut, name: StageName) -> StageOut:
    return next(found for found in upload.stages if found.name == name)


async def test_two_at_once_the_rest_waits_is_held_and_goes_on(
    running: RunningWorld, timecode_clip: Path, tmp_path: Path
) -> None:
    uploads, most = running.creator.uploads, 0
    started = []
    for number in range(3):
        shutil.copy(timecode_clip, tmp_path / f"film {number}.mp4")
        started.append((await uploads.start(str(tmp_path / f"film {number}.mp4"))).id)
    held = await uploads.pause(started[2])
    assert held.state == "paused"
    with pytest.raises(ProblemError, match=r"upload\.state"):
        await uploads.pause(started[2])
    assert (await uploads.retry(started[2])).state == "queued"
    async with asyncio.timeout(90):
        while any(upload.state != "ready" for upload in await uploads.list()):
            listed = await uploads.list()
            most = max(most, sum(upload.state == "working" for upload in listed))
            assert not any(upload.problem for upload in listed)
            await asyncio.sleep(0.01)
    assert most == 2


async def test_a_discarded_upload_leaves_no_sealed_part(running: RunningWorld, timecode_clip: Path) -> None:
    desk, uploads = running.desk("creator"), running.creator.uploads
    started = await uploads.start(str(timecode_clip))
    await until(running.creator, started.id, "ready")
    parts = noted_chunks(notes_folder(desk, started.id))
    assert len(parts) == 3
    await uploads.discard(started.id)
    assert not any(desk.blocks.has(part) for part in parts)
    assert not notes_folder(desk, started.id).exists()


async def test_a_file_that_changed_is_said_and_then_taken_as_it_is(
    running: RunningWorld, timecode_clip: Path, silent_clip: Path, tmp_path: Path
) -> None:
    film, uploads, desk = tmp_path / "film.mp4", running.creator.uploads, running.desk("creator")
    shutil.copy(timecode_clip, film)
    started = await uploads.start(str(film))
    await until(running.creator, started.id, "ready")
    with desk.database.write() as session:
        # As a kill after the name was known leaves it.
        row = session.get_one(Upload, started.id)
        row.state, row.sealed = "failed", None
    shutil.copy(silent_clip, film)
    await uploads.retry(started.id)
    failed = await until(running.creator, started.id, "failed")
    assert failed.problem is not None
    assert (failed.problem.code, stage(failed, "hash").state) == ("upload.file_changed", "failed")
    await uploads.retry_stage(started.id, "hash")
    ready = await until(running.creator, started.id, "ready")
    assert ready.facts is not None
    assert ready.facts.audio_codec is None


async def test_a_storage_that_fails_does_not_stop_the_sale_and_is_mended_alone(
    running: RunningWorld, kubo: FakeKubo
) -> None:
    creator, upload = running.creator, ready_upload(running)
    await creator.storage.add(kubo.address)
    kubo.fault = "error"
    published = await creator.uploads.publish(upload)
    assert [stage(published, name).state for name in ("pin", "register", "elsewhere")] == ["failed", "done", "done"]
    problem = stage(published, "pin").problem
    assert problem is not None
    assert problem.code == "store.unreachable"
    assert (await creator.storage.get()).targets[0].missing == 1
    kubo.fault = ""
    mended = await creator.uploads.retry_stage(upload, "pin")
    assert stage(mended, "pin").state == "done"
    with pytest.raises(ProblemError, match=r"upload\.state"):
        await creator.uploads.retry_stage(upload, "pin")
    (target,) = (await creator.storage.get()).targets
    assert (target.films, target.missing, target.problem, target.version) == (1, 0, None, "0.43.1")


async def test_missing_copies_are_brought_again(running: RunningWorld, kubo: FakeKubo) -> None:
    creator, upload = running.creator, ready_upload(running)
    await creator.uploads.publish(upload)
    await creator.storage.add(kubo.address)
    assert (await creator.storage.repair()).targets[0].films == 1
    with running.desk("creator").database.read() as session:
        lost = files_of(session.get_one(Upload, upload))[1]
    kubo.store.discard(lost)
    sent = kubo.requests.count("dag/import")
    await creator.storage.repair()
    assert kubo.store.has(lost)
    assert kubo.requests.count("dag/import") == sent + 1
    assert (await creator.storage.remove(kubo.address)).targets == ()


async def test_a_storage_that_is_away_in_mid_way_gets_only_the_rest_by_itself(
    running: RunningWorld, kubo: FakeKubo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each question ends in a broken line, as where a network changes, until the third one after."""
    monkeypatch.setattr(daemons, "AGAIN_AFTER_S", (0.0,) * 4)
    creator, upload = running.creator, ready_upload(running)
    await creator.storage.add(kubo.address)
    kubo.requests = _AwayForAWhile(kubo)
    published = await creator.uploads.publish(upload)
    assert {found.state for found in published.stages[5:]} == {"done"}
    with running.desk("creator").database.read() as session:
        files = files_of(session.get_one(Upload, upload))
    assert all(kubo.store.has(file) for file in files)
    # What was on the line was sent again, and nothing else.
    assert kubo.requests.count("dag/import") == len(files) + 1
    assert len(await running.viewer.catalogue.browse()) == 1


class _AwayForAWhile(list[str]):
    """Notes requests; from the second film's file on the next three get no answer."""

    def __init__(self, daemon: FakeKubo) -> None:
        super().__init__()
        self._daemon, self._left = daemon, 3

    def append(self, request: str) -> None:
        super().append(request)
        is_away = self.count("dag/import") >= 2 and self._left > 0
        self._left -= is_away
        self._daemon.fault = "hangs up" if is_away else ""


async def test_a_storage_that_comes_back_under_another_address_gets_only_the_rest(
    running: RunningWorld, kubo: FakeKubo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daemons, "AGAIN_AFTER_S", ())
    creator, upload = running.creator, ready_upload(running)
    await creator.storage.add(kubo.address)
    kubo.requests = _UntilTheSecond(kubo)
    published = await creator.uploads.publish(upload)
    assert stage(published, "pin").state == "failed"
    with running.desk("creator").database.read() as session:
        row = session.get_one(Upload, upload)
        files, content = files_of(row), row.content_id
    moved = FakeKubo()
    try:
        moved.store = kubo.store
        await creator.storage.remove(kubo.address)
        await creator.storage.add(moved.address)
        mended = await creator.uploads.retry_stage(upload, "pin")
        assert stage(mended, "pin").state == "done"
        assert moved.requests.count("dag/import") == len(files) - 1
        assert all(moved.store.has(file) for file in files)
        assert mended.content_id == content
    finally:
        moved.close()


class _UntilTheSecond(list[str]):
    """Notes requests, and ends the daemon's service with the second film's file."""

    def __init__(self, daemon: FakeKubo) -> None:
        super().__init__()
        self._daemon = daemon

    def append(self, request: str) -> None:
        super().append(request)
        if self.count("dag/import") == 2:
            self._daemon.fault = "error"


async def test_the_real_daemon_holds_what_was_published(
    running: RunningWorld, js_ipfs: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "ipfs" / "api").write_text(js_ipfs)
    creator, upload = running.creator, ready_upload(running)
    detected = (await creator.storage.get()).detected
    assert detected is not None
    assert detected.address == js_ipfs
    assert (await creator.storage.add(detected.address)).detected is None
    published = await creator.uploads.publish(upload)
    assert {found.state for found in published.stages[5:]} == {"done"}
    # Parts from the node's gateway, and the same from the daemon.
    assert stage(published, "elsewhere").total == 2 * 3
    with running.desk("creator").database.read() as session:
        files = files_of(session.get_one(Upload, upload))
    daemon = KuboBlockStore(js_ipfs)
    assert all([await asyncio.to_thread(daemon.is_pinned, file) for file in files])
    daemon.close()


@pytest.mark.logs("block.damaged")
async def test_what_cannot_be_played_from_elsewhere_is_said(running: RunningWorld) -> None:
    upload, wrong = ready_upload(running), [True]

    async def spoil(request: httpx.Request) -> httpx.Response | None:
        is_block = request.url.path.startswith("/ipfs/") and wrong[0]
        return httpx.Response(200, content=os.urandom(100)) if is_block else None

    running.front.answer = spoil
    async with httpx.AsyncClient(transport=running.front, base_url=NODE_URI) as http:
        desk = _through(running.desk("creator"), http)
        published = await publish.publish(desk, upload)
        assert (published.state, stage(published, "elsewhere").state) == ("published", "failed")
        wrong[0] = False
        proven = await control.retry_stage(desk, upload, "elsewhere")
        assert stage(proven, "elsewhere").state == "done"


async def test_a_publication_is_held_in_mid_way_and_goes_on_with_the_same_words(running: RunningWorld) -> None:
    upload, asked, go_on = ready_upload(running), asyncio.Event(), asyncio.Event()

    async def hang(request: httpx.Request) -> httpx.Response | None:
        if request.method == "PUT":
            asked.set()
            await go_on.wait()
        return None

    running.front.answer = hang
    async with httpx.AsyncClient(transport=running.front, base_url=NODE_URI) as http:
        desk = _through(running.desk("creator"), http)
        waiting = asyncio.create_task(publish.publish(desk, upload))
        await asked.wait()
        signed = _signed(desk, upload)
        assert (await control.pause(desk, upload)).state == "paused"
        assert (await waiting).state in ("publishing", "paused")
        with pytest.raises(ProblemError, match=r"upload\.state"):
            await control.cancel(desk, upload)
        go_on.set()
        assert (await control.resume(desk, upload)).state == "publishing"
        await until(running.creator, upload, "published")
    assert _signed(running.desk("creator"), upload) == signed
    assert len(await running.viewer.catalogue.browse()) == 1


async def test_no_more_leaves_than_was_allowed() -> None:
    slept: list[float] = []
    now = [100.0]

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    pace = Pace(limit=1_000, now=lambda: now[0], sleep=sleep)
    for _ in range(4):
        await pace.take(500)
    assert (sum(slept), pace.sent) == (1.5, 2_000)
    pace.limit = 0
    await pace.take(10_000)
    assert sum(slept) == 1.5


async def test_all_that_goes_to_a_daemon_goes_at_the_pace(running: RunningWorld, kubo: FakeKubo) -> None:
    desk, slept, now = running.desk("creator"), list[float](), [100.0]

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    upload = ready_upload(running)
    await running.creator.storage.add(kubo.address)
    await running.creator.storage.limit(upload=1_000)
    desk.pace.now, desk.pace.sleep = lambda: now[0], sleep
    await running.creator.uploads.publish(upload)
    with desk.database.read() as session:
        files = files_of(session.get_one(Upload, upload))
    sizes = [len(read_file(desk.blocks, file, 10**6)) for file in files]
    assert all(kubo.store.has(file) for file in files)
    assert desk.pace.sent >= sum(sizes) > 0
    # Each file but the first waited until those before it had their time.
    assert sum(slept) >= (desk.pace.sent - max(sizes)) / 1_000 - 0.001


async def test_a_limit_is_kept_and_addresses_are_looked_at(running: RunningWorld) -> None:
    storage = running.creator.storage
    assert (await storage.limit(upload=250_000)).upload_limit == 250_000
    kept = await storage.limit(download=500_000)
    assert (kept.upload_limit, kept.download_limit) == (250_000, 500_000)
    desk = running.desk("creator")
    assert (desk.pace.limit, desk.elsewhere.intake.limit) == (250_000, 500_000)
    for address, code in (("no address", "storage.address"), ("http://gateway.example", "storage.address"),
                          ("/ip4/127.0.0.1/udp/x", "storage.address"), (NOBODY, "store.unreachable")):  # fmt: skip
        with pytest.raises(ProblemError) as caught:
            await storage.add(address)
        assert caught.value.code == code, address
    assert [found.kind for found in (await storage.add("https://gateway.example")).targets] == ["gateway"]
    await storage.limit(upload=0, download=0)


def _through(desk: Desk, http: httpx.AsyncClient) -> Desk:
    return replace(desk, node=NodeDoor(http, desk.keyring, desk.clock, chain_id=desk.chain.chain_id))


def _signed(desk: Desk, upload: str) -> str:
    with desk.database.read() as session:
        return str(session.get_one(Upload, upload).publication["signed"])


async def test_a_node_is_a_gateway_like_any_other(running: RunningWorld) -> None:
    upload = ready_upload(running)
    await running.creator.uploads.publish(upload)
    desk = running.desk("creator")
    with desk.database.read() as session:
        files = files_of(session.get_one(Upload, upload))
    with serving(node_app(running.world.node)) as address:
        source = GatewaySource([Gateway(address)])
        here = GatewayBlockStore(MemoryBlockStore(), source)
        for file in files:
            await asyncio.to_thread(here.bring, file)
            assert read_file(here, file, 10**6) == read_file(desk.blocks, file, 10**6)
            assert await asyncio.to_thread(source.block, file) == desk.blocks.get(file)
        with pytest.raises(BlockMissingError):
            await asyncio.to_thread(source.block, Cid.of(b"nobody's"))
        source.close()
