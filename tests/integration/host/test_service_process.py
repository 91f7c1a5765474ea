"""The service process from outside: hello, token, end, lock, permissions, no port, no secret in what it writes."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from services.client import connect
from services.db.keybox import key_file
from services.wire.problems import ProblemError
from tests.fixtures.service import ROOT, RunningService, start_service
from tests.fixtures.world import put_sample

Start = Callable[[], RunningService]


@pytest.fixture(autouse=True)
def _has_its_sample(profile: Path) -> None:
    """Making the demo's clip has tests of its own."""
    put_sample(profile)


def sockets_of(pid: int) -> set[str]:
    """Give the inodes of a process's sockets (Linux)."""
    found = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = os.readlink(link)
        except FileNotFoundError:
            continue
        if target.startswith("socket:["):
            found.add(target[8:-1])
    return found


def listening_tcp(pid: int) -> list[str]:
    """Give the lines of /proc/net/tcp* that are this process's own listening sockets."""
    own = sockets_of(pid)
    lines = [line for name in ("tcp", "tcp6") for line in Path(f"/proc/{pid}/net/{name}").read_text().splitlines()[1:]]
    return [line for line in lines if line.split()[3] == "0A" and line.split()[9] in own]


def test_hello_health_desks_and_end(demo_service: Start, profile: Path) -> None:
    service = demo_service()
    hello = service.hello
    assert (hello["protocol"], hello["pid"]) == (1, service.process.pid)
    socket = Path(str(hello["socket"]))
    assert len(str(socket).encode()) < 100
    assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700

    async def ask() -> None:
        async with service.client() as client:
            health = await client.health()
            assert (health.status, health.demo, health.chain) == ("ok", True, "ok")
            people = [desk.id for desk in await client.desks()]
            assert people == ["creator", "viewer", "creator2", "viewer2", "newcomer", "operator"]

    asyncio.run(ask())
    assert listening_tcp(service.process.pid) == []
    for path in profile.rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode & 0o077 == 0, f"{path}: {mode:o}"
    assert service.close() == 0
    assert not socket.parent.exists()


def test_its_log_says_when_it_began_with_what_and_when_it_ended(demo_service: Start, profile: Path) -> None:
    service = demo_service()
    assert service.close() == 0
    lines = [json.loads(line) for line in (profile / "logs" / "service.log").read_text().splitlines()]
    told = {line["event"]: line for line in lines}
    first, *_, last = told
    assert (first, last) == ("service started", "service ended")
    assert {"version", "python", "system"} <= set(told["service started"])
    assert told["service started"]["level"] == "INFO"


def test_it_ends_by_itself_though_somebody_listens_for_events(demo_service: Start, profile: Path) -> None:
    service = demo_service()

    async def listen_and_close() -> None:
        async with service.client() as client:
            listening = client.desk("viewer").events()
            assert (await anext(listening)).kind == "listening"
            waiting = asyncio.ensure_future(anext(listening, None))
            assert service.process.stdin is not None
            service.process.stdin.close()
            assert await waiting is None
            await asyncio.to_thread(service.process.wait)

    asyncio.run(listen_and_close())
    assert service.close() == 0
    # Else the server waits for the listener, and cuts it off in the end.
    assert "graceful shutdown exceeded" not in (profile.parent / "service.log").read_text()


def test_nobody_enters_without_the_token(demo_service: Start) -> None:
    service = demo_service()

    async def ask(header: str | None) -> set[int]:
        transport = httpx.AsyncHTTPTransport(uds=str(service.hello["socket"]))
        headers = [] if header is None else [(b"authorization", header.encode())]
        async with httpx.AsyncClient(transport=transport, base_url="http://service", headers=headers) as http:
            paths = ("/health", "/desks", "/desks/viewer/wallet", "/nowhere", "/desks/viewer/docs")
            return {(await http.get(path)).status_code for path in paths}

    for header in (None, "", "Bearer", "Bearer wrong", "Basic x", "Bearer é"):
        assert asyncio.run(ask(header)) == {401}, header

    async def with_client() -> None:
        async with connect(str(service.hello["socket"]), "x" * 64) as client:
            with pytest.raises(ProblemError, match=r"service\.unauthorised"):
                await client.health()

    asyncio.run(with_client())


def test_a_profile_has_one_service_and_a_killed_one_leaves_no_lock(demo_service: Start, profile: Path) -> None:
    first = demo_service()
    second = start_service(profile)
    assert second.hello["ready"] is False
    assert second.hello["problem"]["code"] == "service.busy_profile"
    assert second.close() == 1
    first.kill()
    assert demo_service().hello["ready"] is True


def test_without_a_good_token_it_does_not_start(profile: Path) -> None:
    command = [sys.executable, "-m", "services", "--profile", str(profile), "--demo"]
    done = subprocess.run(
        command, cwd=ROOT, input='{"token": "short"}\n', capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")


def test_a_damaged_chain_is_said_in_the_hello(demo_service: Start, profile: Path) -> None:
    demo_service().close()
    (profile / "chain" / "journal.db").write_bytes(b"nothing that SQLite knows" * 100)
    for rest in ("journal.db-wal", "journal.db-shm"):
        (profile / "chain" / rest).unlink(missing_ok=True)
    service = start_service(profile)
    assert service.hello["problem"]["code"] == "chain.damaged"
    assert service.close() == 1


def _spellings(secret: bytes) -> list[bytes]:
    return [secret, secret.hex().encode(), base64.b64encode(secret), base64.urlsafe_b64encode(secret).rstrip(b"=")]


def test_no_secret_is_written_down(demo_service: Start, profile: Path) -> None:
    """Token, keys and a typed passphrase appear in no file but the key files, in no usual spelling."""
    service = demo_service()
    passphrase = "canary passphrase 7f3a"

    async def use() -> None:
        async with service.client() as client:
            desk = client.desk("viewer")
            await desk.wallet.lock()
            with pytest.raises(ProblemError):
                await desk.wallet.unlock(passphrase)
            with pytest.raises(ProblemError):
                await desk.wallet.create(passphrase)
            with pytest.raises(ProblemError):
                await client.desk("creator").uploads.start("/nowhere/x.mp4")
            await client.desk("creator").tiers.mine()
            await client.desk("creator").earnings.overview()

    asyncio.run(use())
    service.close()
    keys = [path for path in profile.rglob("*.key") if path.is_file()]
    # Three of the node, one of each of six people.
    assert len(keys) == 9
    secrets = [service.token.encode(), passphrase.encode(), *(key_file(path) for path in keys)]
    wanted = [spelling for secret in secrets for spelling in _spellings(secret)]
    log = (profile.parent / "service.log", profile / "logs" / "service.log")
    for line in log[1].read_text().splitlines():
        assert {"at", "level", "logger", "event"} <= set(json.loads(line))
    for path in (*log, *(found for found in profile.rglob("*") if found.is_file() and found not in keys)):
        data = path.read_bytes()
        assert not [spelling for spelling in wanted if spelling in data], path
