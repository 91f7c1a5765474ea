"""Pinning services: asked once for a film, asked again for what is missing or failed; their tokens stay here."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from services.desk.storage.record import files_of
from services.desk.tables import Upload
from services.ipfs.pinning import read_service_address
from services.ipfs.unixfs import add_folder
from services.wire.problems import ProblemError
from services.wire.storage import TargetOut
from tests.fixtures.storage_daemons import FakeKubo
from tests.fixtures.storage_pinning import TOKEN, FakePinning
from tests.fixtures.world import RunningWorld
from tests.fixtures.world_uploads import ready_upload

NOBODY = "/ip4/127.0.0.1/tcp/1"


@pytest.fixture(autouse=True)
def no_daemon_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "ipfs").mkdir()
    (tmp_path / "ipfs" / "api").write_text(NOBODY)
    monkeypatch.setenv("IPFS_PATH", str(tmp_path / "ipfs"))


async def _target(running: RunningWorld, address: str) -> TargetOut:
    return next(t for t in (await running.creator.storage.get()).targets if t.address == address)


async def test_a_film_is_asked_for_once_and_brought_again_when_it_is_missing(
    running: RunningWorld, kubo: FakeKubo, pinning_service: FakePinning, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    creator, upload, service = running.creator, ready_upload(running), pinning_service
    await creator.storage.add(kubo.address)
    added = await creator.storage.add(service.address + "/", token=TOKEN)
    assert [target.kind for target in added.targets] == ["daemon", "pinning"]
    published = await creator.uploads.publish(upload)
    assert next(stage for stage in published.stages if stage.name == "pin").state == "done"
    (pin,) = service.pins.values()
    with running.desk("creator").database.read() as session:
        files = files_of(session.get_one(Upload, upload))
    root = add_folder(running.world.node.blocks, files)
    # One root for the whole film, which a daemon of the list has, too; and no word of what it is.
    assert pin["pin"] == {"cid": str(root), "origins": ["/ip4/127.0.0.1/tcp/4001/p2p/QmFake"]}
    assert kubo.store.has(root)
    assert (await _target(running, service.address)).missing == 1
    for state, missing in (("pinning", 1), ("pinned", 0)):
        service.settle(state)
        await creator.storage.repair()
        assert (await _target(running, service.address)).missing == missing
    assert len(service.pins) == 1
    # What failed, and what it forgot, is asked for anew.
    service.settle("failed")
    await creator.storage.repair()
    assert list(service.pins) == ["1-again"]
    service.pins.clear()
    service.next_state = "pinned"
    await creator.storage.repair()
    assert len(service.pins) == 1
    assert (await _target(running, service.address)).films == 1
    assert TOKEN not in caplog.text


async def test_the_token_is_kept_sealed_and_goes_with_the_service(
    running: RunningWorld, pinning_service: FakePinning
) -> None:
    creator, desk = running.creator, running.desk("creator")
    added = await creator.storage.add(pinning_service.address, token=TOKEN)
    assert TOKEN not in added.model_dump_json()
    desk.database.engine.dispose()
    books = [path for path in desk.folder.rglob("*") if path.is_file()]
    assert books
    assert not any(TOKEN.encode() in path.read_bytes() for path in books)
    assert (await creator.storage.remove(pinning_service.address)).targets == ()


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("error", "store.unreachable"),
        ("noise", "store.unreachable"),
        ("page", "store.unreachable"),
        ("endless", "store.unreachable"),
        ("full", "storage.refused"),
    ],
)
async def test_a_service_that_fails_is_said_and_stops_no_sale(
    running: RunningWorld, pinning_service: FakePinning, fault: str, code: str
) -> None:
    creator, upload = running.creator, ready_upload(running)
    await creator.storage.add(pinning_service.address, token=TOKEN)
    pinning_service.fault = fault
    published = await creator.uploads.publish(upload)
    assert published.state == "published"
    stage = next(stage for stage in published.stages if stage.name == "pin")
    assert stage.problem is not None
    assert stage.problem.code == code
    pinning_service.fault, pinning_service.next_state = "", "pinned"
    mended = await creator.uploads.retry_stage(upload, "pin")
    assert next(stage for stage in mended.stages if stage.name == "pin").state == "done"


async def test_a_wrong_token_or_address_is_refused_at_once(running: RunningWorld, pinning_service: FakePinning) -> None:
    for token in ("another", "two words", "x" * 4_000):
        with pytest.raises(ProblemError, match=r"storage\.token"):
            await running.creator.storage.add(pinning_service.address, token=token)
    with pytest.raises(ProblemError, match=r"store\.unreachable"):
        await running.creator.storage.add("http://127.0.0.1:1/psa", token=TOKEN)
    assert (await running.creator.storage.get()).targets == ()
    for address in (
        "http://pins.example/psa",
        "https://me:pw@pins.example",
        "https://pins.example/?a=b",
        "ftp://x",
        "",
    ):
        with pytest.raises(ProblemError, match=r"storage\.address"):
            read_service_address(address)
    assert read_service_address(" https://pins.example/psa/ ") == "https://pins.example/psa"
