"""Several workers on one PostgreSQL: they keep the promises together, and one that dies is missed by nobody."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from services.chain.demo.chain import DemoChain
from services.chain.demo.http import JsonRpcServer
from services.chain.hashing import address_of
from services.chain.message import checksum, sign_message
from services.db.keybox import key_file
from services.node.limits import RATES
from services.units.money import Money
from services.units.time import SystemClock
from services.wire.sign_in import VALIDITY, SignIn
from tests.fixtures.chain import CREATOR
from tests.fixtures.postgres import Postgres
from tests.fixtures.world_node_process import PORT_OF_CHOICE, NodeProcess, start_node
from tests.nets.leaks import lives

_WAIT_S = 60.0
pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="asks the system for a process's children")


@dataclass(frozen=True, slots=True)
class Crew:
    """A node of several processes."""

    node: NodeProcess

    @property
    def workers(self) -> set[int]:
        """The processes that answer."""
        children = Path(f"/proc/{self.node.process.pid}/task/{self.node.process.pid}/children").read_text().split()
        return {int(pid) for pid in children if _is_worker(pid)}

    def token(self) -> dict[str, str]:
        with self.node.client() as http:
            offered = http.post("/auth/nonce").raise_for_status().json()
            now = SystemClock().now()
            message = SignIn(
                domain=offered["domain"], address=CREATOR.address, uri=offered["uri"], chain_id=offered["chain_id"],
                nonce=offered["nonce"], issued_at=now, expires_at=now + VALIDITY,
            ).text(checksum(CREATOR.address))  # fmt: skip
            body = {"message": message, "signature": sign_message(message, CREATOR.key)}
            return {
                "Authorization": f"Bearer {http.post('/auth/sign-in', json=body).raise_for_status().json()['token']}"
            }


def _is_worker(pid: str) -> bool:
    try:
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:  # it ended meanwhile
        return False


@pytest.fixture
def crew(tmp_path: Path, postgres: Postgres) -> Iterator[Crew]:
    data = tmp_path / "data"
    chain = DemoChain.open(tmp_path / "chain" / "journal.db", SystemClock())
    relayer = address_of(key_file(data / "node" / "relayer.key"))
    chain.fund(relayer, usdc=Money(0), gas_wei=10**18)
    with JsonRpcServer(chain.rpc) as rpc:
        (data / "settings.toml").write_text(
            f'[chain]\nid = {chain.chain_id}\ntoken = "{chain.token}"\nescrow = "{chain.escrow}"\n'
            f'rpc_urls = ["{rpc.url}"]\n[node]\nworkers = 2\n'
        )
        database = {"MUSECLOCK_NODE_DATABASE": postgres.migrated("node")}
        node = start_node(data, *PORT_OF_CHOICE, environment=database)
        try:
            yield Crew(node)
        finally:
            code = node.end()
    chain.close()
    assert code == 0


def test_two_workers_are_one_node(crew: Crew) -> None:
    token, url = crew.token(), crew.node.urls[0]
    body = {"creator_id": CREATOR.address, "name": "T", "price": "2.99"}

    def make(_number: int) -> int:
        # A connection of its own each time, so that both answer.
        return httpx.post(f"{url}/tiers/", json=body, headers=token, timeout=_WAIT_S).status_code

    with ThreadPoolExecutor(12) as pool:
        assert sorted(pool.map(make, range(12))) == [201] * 3 + [400] * 9
    before = crew.workers
    assert len(before) == 2
    killed = min(before)
    os.kill(killed, signal.SIGKILL)
    assert _becomes(lambda: len(crew.workers - {killed}) == 2)
    # Sessions and tiers are in the database, not in the one that is gone; its replacement answers as well.
    for _ in range(20):
        listed = httpx.get(f"{url}/tiers/{CREATOR.address}", headers=token, timeout=_WAIT_S)
        assert len(listed.json()) == 3
    assert [line["pid"] for line in crew.node.log() if line["event"] == "a worker ended"] == [str(killed)]
    left = crew.workers
    assert crew.node.end() == 0
    assert not any(map(lives, left))


def test_workers_count_together_what_somebody_asks(crew: Crew) -> None:
    rate, asked = RATES["sign_in"], 80
    began = time.monotonic()

    def ask(_number: int) -> int:
        return httpx.post(f"{crew.node.urls[0]}/auth/nonce", timeout=_WAIT_S).status_code

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(ask, range(asked)))
    passed = asked - answers.count(429)
    # Each by itself would have let twice as many through; of two at the same moment one may not be counted.
    assert rate.burst <= passed <= rate.burst + rate.per_s * (time.monotonic() - began) + 5


def test_workers_do_not_outlive_who_started_them(crew: Crew) -> None:
    with crew.node.client() as http:
        assert http.get("/health").status_code == 200
    assert _becomes(lambda: len(crew.workers) == 2)
    left = crew.workers
    crew.node.process.kill()
    crew.node.process.wait()
    assert _becomes(lambda: not any(map(lives, left)))
    # What the fixture asks for at the end is of one that was told to end.
    crew.node.process.returncode = 0


def _becomes(is_so: object) -> bool:
    assert callable(is_so)
    until = time.monotonic() + _WAIT_S
    while time.monotonic() < until:
        if is_so():
            return True
        time.sleep(0.05)
    return False
