"""``museclock-node pay-proxy`` as a process: what it says, how it ends, and what a kill at the worst moment costs."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import httpx
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from services.db.engine import open_database
from services.db.migrate import migrate
from services.node_cli.__main__ import main
from services.node_cli.terminal import Terminal
from services.proxy.tables import ProxyTable
from services.units.ids import ContentId
from services.units.money import Money
from tests.fixtures.chain import VIEWER
from tests.fixtures.world import PRICE
from tests.fixtures.world_with_pay_proxy import MONEY, PayWorld, keys_of

# web3 7 imports a part of websockets that is on its way out.
pytestmark = pytest.mark.filterwarnings("ignore:websockets:DeprecationWarning")
# The process kills itself with a payment in its hands: on disk, and not sent; or sent, and not answered.
KILLED = """
import os, signal, sys
from services.proxy import upstream
send = upstream.Upstream.send
async def killed(self, wish, headers=(), *, body=None, extra=None):
    is_paid = extra is not None and "PAYMENT-SIGNATURE" in extra
    if is_paid and sys.argv[1] == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    answer = await send(self, wish, headers, body=body, extra=extra)
    if is_paid:
        os.kill(os.getpid(), signal.SIGKILL)
    return answer
upstream.Upstream.send = killed
from services.node_cli.__main__ import main
main(sys.argv[2:])
"""


@dataclass(frozen=True, slots=True)
class Started:
    """A running command, its lines so far, and the address that it said."""

    process: asyncio.subprocess.Process
    lines: list[str]
    base: str

    async def buy(self, content: ContentId, chunk: int) -> httpx.Response:
        async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
            return await http.post(f"{self.base}content/{content}/pay", json={"first_chunk": chunk})

    async def end(self, number: signal.Signals) -> list[str]:
        """End it by a signal; gives what it said after its address."""
        self.process.send_signal(number)
        assert self.process.stdout is not None
        rest = (await self.process.stdout.read()).decode().splitlines()
        assert await self.process.wait() == 0
        return rest


def key_file(world: PayWorld) -> Path:
    path = world.profile / "payer"
    path.write_text(VIEWER.key.hex())
    path.chmod(0o600)
    return path


def words(world: PayWorld, *more: str) -> list[str]:
    profile = world.profile / "profile"
    world.write_settings(profile)
    return [
        "pay-proxy", "--node", world.served.url, "--budget", "$0.05", "--key-file", str(key_file(world)),
        "--profile", str(profile), *more,
    ]  # fmt: skip


@asynccontextmanager
async def started(world: PayWorld, *more: str, code: tuple[str, ...] = ()) -> AsyncIterator[Started]:
    begin = ("-c", *code) if code else ("-m", "services.node_cli")
    process = await asyncio.create_subprocess_exec(
        sys.executable, *begin, *words(world, *more), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    lines: list[str] = []
    try:
        while not any("instead of" in line for line in lines):
            line = (await process.stdout.readline()).decode()
            assert line, lines
            lines.append(line.rstrip())
        yield Started(process, lines, lines[-1].split()[0])
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def told_to(pid: int) -> bytes:
    """Give what other programs can read of a process (Linux; elsewhere nothing)."""
    seen = Path(f"/proc/{pid}")
    return (seen / "cmdline").read_bytes() + (seen / "environ").read_bytes() if seen.exists() else b""


async def test_it_says_what_it_is_and_ends_when_told(pay_world: PayWorld) -> None:
    film = await pay_world.served.running.publish()
    async with started(pay_world) as proxy:
        text = "\n".join(proxy.lines)
        assert f"Pays {pay_world.served.url}" in text
        assert "Budget $0.050000, at most $0.050000 for one request" in text
        assert "Spent $0.000000" in text
        note = pay_world.profile / "profile" / "address"
        assert proxy.base == f"{note.read_text().strip()}/{urlsplit(pay_world.served.url).netloc}/"
        assert stat.S_IMODE(note.stat().st_mode) == 0o600
        assert keys_of(await proxy.buy(film.content, 1)) == {1: film.keys[1]}
        held = told_to(proxy.process.pid)
        assert VIEWER.key.hex().encode() not in held
        assert note.read_text().strip().rpartition("/")[2].encode() not in held
        rest = await proxy.end(signal.SIGINT)
        assert not note.exists()
        assert "Spent $0.010000; $0.015000 lies in channels (--refund brings it back)" in rest
        assert VIEWER.key.hex() not in text + "\n".join(rest)
    async with started(pay_world) as proxy:
        assert "Spent $0.010000; $0.015000 lies in channels (--refund brings it back)" in proxy.lines
        await proxy.end(signal.SIGTERM)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("method", ["channel", "exact"])
async def test_a_kill_with_the_payment_in_hand_loses_nothing(pay_world: PayWorld, method: str, moment: str) -> None:
    film = await pay_world.served.running.publish()
    async with started(pay_world, "--method", method, code=(KILLED, moment)) as proxy:
        with pytest.raises(httpx.HTTPError):
            await proxy.buy(film.content, 1)
        assert await proxy.process.wait() == -signal.SIGKILL
    assert len(pay_world.front.paid) == (0 if moment == "before" else 1)
    async with started(pay_world, "--method", method) as proxy:
        assert any("1 payment(s), $0.010000, have no answer yet" in line for line in proxy.lines)
        assert any(line.startswith("Spent $0.010000") for line in proxy.lines)
        assert keys_of(await proxy.buy(film.content, 1)) == {1: film.keys[1]}
        assert keys_of(await proxy.buy(film.content, 2)) == {2: film.keys[2]}
        rest = await proxy.end(signal.SIGTERM)
    assert any(line.startswith("Spent $0.020000") for line in rest)
    # One payment for each chunk, however often it was sent.
    assert len(set(pay_world.front.paid)) == 2
    if method == "channel":
        assert pay_world.charged() == PRICE * 2
    else:
        assert pay_world.wallet == MONEY - PRICE * 2


async def test_the_rest_comes_back_by_a_word(pay_world: PayWorld) -> None:
    film = await pay_world.served.running.publish()
    async with started(pay_world) as proxy:
        assert keys_of(await proxy.buy(film.content, 1))
        await proxy.end(signal.SIGTERM)
    assert pay_world.wallet == MONEY - Money(25_000)
    said: list[str] = []
    told = await asyncio.to_thread(main, words(pay_world, "--refund"), Terminal(said.append, str, str))
    assert (told, said) == (0, [f"{pay_world.served.url}: $0.015000 came back"])
    assert pay_world.wallet == MONEY - PRICE


async def test_one_profile_is_one_process_and_one_port_is_one_proxy(
    pay_world: PayWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    async with started(pay_world) as proxy:
        quiet = Terminal(lambda _: None, str, str)
        assert await asyncio.to_thread(main, words(pay_world), quiet) == 1
        assert "Another museclock-node" in capsys.readouterr().err
        taken = urlsplit(proxy.base).netloc
        again = words(pay_world, "--listen", taken)
        other = pay_world.profile / "other"
        pay_world.write_settings(other)
        again[again.index("--profile") + 1] = str(other)
        assert await asyncio.to_thread(main, again, quiet) == 1
        assert f"{taken} cannot be listened on" in capsys.readouterr().err
        await proxy.end(signal.SIGTERM)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (("--listen", "0.0.0.0:8403"), "loopback"),
        (("--budget", "$0"), "nothing"),
        (("--budget", "much"), "not an amount"),
        (("--per-request", "-1"), ""),
        (("--method", "cash"), "invalid choice"),
    ],
)
def test_what_it_does_not_understand(more: tuple[str, str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["pay-proxy", "--node", "https://node.example", "--budget", "$1", "--key-file", "x", *more]
    with pytest.raises(SystemExit) as refused:
        main(given)
    assert refused.value.code == 2
    assert why in capsys.readouterr().err


def test_what_it_does_not_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["pay-proxy", "--budget", "$1", "--key-file", str(tmp_path / "none"), "--profile", str(tmp_path)]
    assert main([*given, "--node", "http://node.example"]) == 1
    assert "needs https" in capsys.readouterr().err
    # Arc's testnet, without an Escrow.
    assert main([*given, "--node", "https://node.example"]) == 1
    assert "No Escrow is known on chain 5042002" in capsys.readouterr().err
    settings = "[chain]\nid = 7427010\nrpc_url = 'http://127.0.0.1:9'\n"
    settings += f"token = '0x{'11' * 20}'\nescrow = '0x{'22' * 20}'\n"
    (tmp_path / "settings.toml").write_text(settings)
    assert main([*given, "--node", "https://node.example"]) == 1
    assert "cannot be read" in capsys.readouterr().err
    (tmp_path / "settings.toml").write_text("[chain]\nid = 5042\n")
    assert main([*given, "--node", "https://node.example"]) == 1
    assert "real money" in capsys.readouterr().err


def test_the_migrated_schema_is_that_of_the_models(tmp_path: Path) -> None:
    database = open_database(tmp_path / "m.db")
    migrate(database, "proxy")
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, ProxyTable.metadata) == []
    database.close()


def test_help_names_it() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "services.node_cli", "--help"], capture_output=True, text=True, check=True,
        env=cast("dict[str, str]", dict(os.environ)),
    )  # fmt: skip
    assert "pay-proxy" in run.stdout
