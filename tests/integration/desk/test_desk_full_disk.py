"""A disk that is full at any commit of a publication: said, nothing half done, and it goes on with room."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import event, select

from services.desk.context import Desk
from services.desk.publishing import noting, publish
from services.desk.tables import Upload
from services.units.ids import content_id
from services.wire.problems import ProblemError
from tests.fixtures.full_disk import FullDisk
from tests.fixtures.storage_daemons import FakeKubo
from tests.fixtures.world import RunningWorld
from tests.fixtures.world_uploads import ready_upload, until

MOST_COMMITS = 40


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again at once: the tests make room when they want it."""
    monkeypatch.setattr(noting, "AGAIN_S", 0.01)


def _signed(desk: Desk, upload: str) -> str | None:
    with desk.database.read() as session:
        publication = session.get_one(Upload, upload).publication
    return None if publication is None else str(publication["signed"])


async def _is_refused(desk: Desk, upload: str) -> bool:
    try:
        await publish.publish(desk, upload)
    except ProblemError as problem:
        if problem.code == "disk.full":
            return True
        raise
    return False


@pytest.mark.logs("background work failed")
async def test_a_publication_survives_a_disk_that_is_full_at_any_commit(running: RunningWorld, kubo: FakeKubo) -> None:
    desk, uploads = running.desk("creator"), running.creator.uploads
    await running.creator.storage.add(kubo.address)
    disk, refused = FullDisk(), 0
    event.listen(desk.database.engine, "commit", disk)
    for commits in range(MOST_COMMITS):
        upload = ready_upload(running)
        disk.commits = commits
        refused += await _is_refused(desk, upload)
        was_full, disk.commits = disk.commits < 0, None
        await until(running.creator, upload, "ready", "published")
        first = _signed(desk, upload)
        published = await uploads.publish(upload)
        assert published.state == "published"
        assert first in (None, _signed(desk, upload)), commits
        versions = await uploads.versions(content_id(str(published.content_id)))
        assert [version.version for version in versions] == [1]
        if not was_full:
            break
    assert not was_full
    assert refused >= 4
    with desk.database.read() as session:
        states = set(session.scalars(select(Upload.state)))
    assert states == {"published"}
    assert (await running.creator.storage.get()).targets[0].missing in range(refused + 1)
    await running.creator.storage.repair()
    assert (await running.creator.storage.get()).targets[0].missing == 0


@pytest.mark.logs("background work failed")
@pytest.mark.parametrize("commits", [1, 2])
async def test_an_upload_says_so_as_soon_as_there_is_room(
    running: RunningWorld, silent_clip: Path, commits: int
) -> None:
    """Neither its beginning nor its end can be written down; it does not seem to be at work for ever."""
    desk, uploads, disk = running.desk("creator"), running.creator.uploads, FullDisk()
    event.listen(desk.database.engine, "commit", disk)
    disk.commits = commits
    started = await uploads.start(str(silent_clip))
    async with asyncio.timeout(60):
        while not any(task.get_name() == f"noting {started.id}" for task in desk.tasks):
            await asyncio.sleep(0.01)
    disk.commits = None
    failed = await until(running.creator, started.id, "failed")
    assert failed.problem is not None
    assert failed.problem.code == "disk.full"
    await uploads.retry(started.id)
    await until(running.creator, started.id, "ready")
