"""A daemon that runs here is found where its repository says, and offered until it is taken; nobody else is asked."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from services.desk.storage import daemons
from tests.fixtures.storage_daemons import FakeKubo
from tests.fixtures.world import RunningWorld

NOBODY = "/ip4/127.0.0.1/tcp/1"


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file in which a running Kubo says where it listens; nobody is at the usual place."""
    (tmp_path / "ipfs").mkdir()
    monkeypatch.setenv("IPFS_PATH", str(tmp_path / "ipfs"))
    monkeypatch.setattr(daemons, "USUAL", NOBODY)
    return tmp_path / "ipfs" / "api"


async def test_it_is_offered_until_it_is_taken(running: RunningWorld, kubo: FakeKubo, api: Path) -> None:
    storage = running.creator.storage
    assert (await storage.get()).detected is None
    await asyncio.to_thread(api.write_text, kubo.address + "\n")
    found = (await storage.get()).detected
    assert found is not None
    assert (found.address, found.version) == (kubo.address, "0.43.1")
    assert set(kubo.requests) == {"version"}
    taken = await storage.add(found.address)
    assert taken.detected is None
    assert [target.address for target in taken.targets] == [kubo.address]
    offered = (await storage.remove(kubo.address)).detected
    assert offered is not None
    assert offered.address == kubo.address


def test_one_at_the_usual_place_is_found_without_a_word(
    kubo: FakeKubo, api: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not api.exists()
    monkeypatch.setattr(daemons, "USUAL", kubo.address)
    assert daemons.running_daemon() == (kubo.address, "0.43.1")


@pytest.mark.parametrize(
    "said",
    [
        b"/ip4/192.0.2.1/tcp/{port}",
        b"/dns4/elsewhere.example/tcp/{port}",
        b"http://127.0.0.1:{port}",
        b"/ip4/127.0.0.1/tcp/{port}/../..",
        b"\xff\xfe\x00",
        b"",
    ],
)
def test_what_a_repository_says_of_other_computers_is_not_followed(kubo: FakeKubo, api: Path, said: bytes) -> None:
    """A file of the home folder does not make this program call strangers; the daemon is not at the usual place."""
    api.write_bytes(said.replace(b"{port}", str(kubo.port).encode()))
    assert daemons.running_daemon() is None
    assert not kubo.requests


@pytest.mark.parametrize("fault", ["error", "noise"])
def test_what_listens_there_and_is_no_daemon_is_not_offered(kubo: FakeKubo, api: Path, fault: str) -> None:
    api.write_text(kubo.address)
    kubo.fault = fault
    assert daemons.running_daemon() is None
