"""An upload whose service is killed at every stage, or sleeps: one film, one manifest, the same CIDs, no orphans."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from services.client import DeskClient
from services.ipfs.store import DiskBlockStore
from services.ipfs.unixfs import block_names
from services.media.journal import noted_chunks
from services.units.cid import Cid
from services.wire.problems import ProblemError
from services.wire.uploads import UploadOut
from tests.fixtures.service import RunningService
from tests.fixtures.storage_daemons import FakeKubo

pytestmark = pytest.mark.timeout(400)
Start = Callable[[], RunningService]


def test_killed_at_each_stage_it_becomes_one_film(forked_service: Start, profile: Path, long_film: Path) -> None:
    noted = set[Cid]()
    before = set(_blocks(profile))
    upload = _during(forked_service(), lambda desk: _begin(desk, long_film))
    noted |= _noted(profile, upload)
    _during(forked_service(), lambda desk: _until_running(desk, upload, "store"))
    noted |= _noted(profile, upload)
    _during(forked_service(), lambda desk: _ready_and_publish_a_while(desk, upload))
    kept = {Cid.parse(chunk["cid"]) for chunk in _row(profile, upload)["chunks"]}
    assert noted
    assert noted <= kept, "parts that were finished before a kill were sealed anew"
    _during(forked_service(), lambda desk: _published(desk, upload, long_film), kill=False)
    assert _manifests(profile) == 1
    assert not (profile / "desks" / "creator" / "ingest" / upload).exists()
    assert set(_blocks(profile)) - before == _named(profile, upload)


def test_asleep_in_mid_way_it_becomes_one_film(
    forked_service: Start, profile: Path, long_film: Path, kubo: FakeKubo
) -> None:
    """All of its processes stand still while parts are made, and while a file is on its way, whose line then is cut."""
    before = set(_blocks(profile))
    service = forked_service()

    async def work(desk: DeskClient) -> str:
        await desk.storage.add(kubo.address)
        upload = await _begin(desk, long_film)
        await _until_running(desk, upload, "store")
        with _asleep(service):
            pass
        kubo.sleeps_at = "dag/import"
        publishing = asyncio.create_task(_ready_and_published(desk, upload))
        await asyncio.to_thread(kubo.fallen_asleep.wait)
        with _asleep(service):
            # The other side does not wait for the morning.
            kubo.gives_up.set()
            kubo.server.cut()
        await publishing
        return upload

    upload = _during(service, work, kill=False)
    row = _row(profile, upload)
    files = [Cid.parse(chunk["cid"]) for chunk in row["chunks"]]
    assert all(kubo.store.has(file) for file in files)
    # Header and picture, and once more what was on the line.
    assert kubo.requests.count("dag/import") == len(set(files)) + 2 + 1
    assert _manifests(profile) == 1
    assert set(_blocks(profile)) - before == _named(profile, upload)


async def _ready_and_published(desk: DeskClient, upload: str) -> None:
    found = await _seen(desk, upload, lambda found: found.state not in ("queued", "working"))
    assert (found.state, found.draft.title) == ("ready", "Kept")
    await desk.uploads.publish(upload)
    found = await _seen(desk, upload, lambda found: found.stages[-1].state == "done")
    assert {stage.state for stage in found.stages} == {"done"}
    assert [item.title for item in await desk.earnings.items()] == ["Kept"]


@contextmanager
def _asleep(service: RunningService) -> Iterator[None]:
    """Stop a service and all that it started; they go on after the block."""
    processes = [service.process.pid, *_children(service.process.pid)]
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        while not all(_state(process) == "T" for process in processes):
            os.sched_yield()
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


def _children(process: int) -> list[int]:
    lists = [path.read_text().split() for path in Path(f"/proc/{process}/task").glob("*/children")]
    return [int(child) for some in lists for child in some]


def _state(process: int) -> str:
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]


def _during(service: RunningService, work: Callable[[DeskClient], object], *, kill: bool = True) -> str:
    async def run() -> str:
        async with service.client() as client:
            return str(await work(client.desk("creator")))  # type: ignore[misc]  # each caller gives a coroutine function

    said = asyncio.run(run())
    if kill:
        service.kill()
    else:
        service.close()
    return said


async def _begin(desk: DeskClient, film: Path) -> str:
    upload = await desk.uploads.start(str(film))
    await desk.uploads.save_draft(upload.id, title="Kept", description="", price_text="0.01", preview_chunks=1)
    await _until_running(desk, upload.id, "cut")
    return upload.id


async def _seen(desk: DeskClient, upload: str, is_it: Callable[[UploadOut], bool]) -> UploadOut:
    async with asyncio.timeout(100):
        while not is_it(found := await desk.uploads.get(upload)):
            await asyncio.sleep(0.005)
    return found


async def _until_running(desk: DeskClient, upload: str, stage: str) -> None:
    await _seen(desk, upload, lambda found: _has_begun(found, stage))


def _has_begun(found: UploadOut, stage: str) -> bool:
    assert found.state in ("queued", "working", "ready"), found
    return found.state == "ready" or any(row.name == stage and row.done for row in found.stages)


async def _ready_and_publish_a_while(desk: DeskClient, upload: str) -> None:
    found = await _seen(desk, upload, lambda found: found.state not in ("queued", "working"))
    assert (found.state, found.draft.title) == ("ready", "Kept")
    publishing = asyncio.create_task(desk.uploads.publish(upload))
    await _seen(desk, upload, lambda found: found.state != "ready")
    publishing.cancel()
    await asyncio.gather(publishing, return_exceptions=True)


async def _published(desk: DeskClient, upload: str, film: Path) -> None:
    await _seen(desk, upload, lambda found: found.state in ("ready", "published"))
    found = await desk.uploads.publish(upload)
    found = await _seen(desk, upload, lambda found: found.stages[-1].state == "done")
    assert {stage.state for stage in found.stages} == {"done"}
    assert [item.title for item in await desk.earnings.items()].count("Kept") == 1
    # Nothing that was begun and discarded stays, either.
    other = await desk.uploads.start(str(film))
    await _until_running(desk, other.id, "store")
    with suppress(ProblemError):  # a short film is whole before anybody can halt it
        await desk.uploads.pause(other.id)
    await desk.uploads.discard(other.id)
    with pytest.raises(ProblemError, match=r"upload\.not_found"):
        await desk.uploads.get(other.id)


def _noted(profile: Path, upload: str) -> set[Cid]:
    return noted_chunks(profile / "desks" / "creator" / "ingest" / upload)


def _row(profile: Path, upload: str) -> dict[str, list[dict[str, str]]]:
    with sqlite3.connect(profile / "desks" / "creator" / "desk.db") as database:
        (sealed,) = database.execute("SELECT sealed FROM upload WHERE id = ?", (upload,)).fetchone()
    database.close()
    return dict(json.loads(sealed))


def _manifests(profile: Path) -> int:
    with sqlite3.connect(profile / "node" / "node.db") as database:
        (count,) = database.execute("SELECT count(*) FROM item").fetchone()
    database.close()
    return int(count)


def _blocks(profile: Path) -> list[str]:
    return [path.stem for path in (profile / "blocks").glob("*/*.data")]


def _named(profile: Path, upload: str) -> set[str]:
    """The files on disk that the film's own blocks are."""
    store, row = DiskBlockStore(profile / "blocks"), _row(profile, upload)
    summary: dict[str, str] = row["summary"]  # type: ignore[assignment]  # it is written by record.sealed_to_json
    files = [summary["init_cid"], summary["poster_cid"], *(chunk["cid"] for chunk in row["chunks"])]
    return {store._path(name).stem for file in files for name in block_names(store, Cid.parse(file))}
