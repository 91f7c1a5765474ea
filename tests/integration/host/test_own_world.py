"""A person's own world on a chain over HTTP: by the addresses in its settings, whatever becomes of one of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest

from services.chain.demo import DemoChain
from services.client import Client
from services.host.app import host_app
from services.host.own import own_world
from services.host.settings import CONFIRMATION
from services.wire.problems import ProblemError
from tests.fixtures.chain import HandClock
from tests.fixtures.chain_lines import FaultyLine, served
from tests.integration.chain.worlds import load_web3

TOKEN = "t" * 64


class Own:
    """A profile whose chain has two addresses."""

    def __init__(self, profile: Path, chain: DemoChain, clock: HandClock, stack: ExitStack) -> None:
        self.profile, self.clock = profile, clock
        self.lines = FaultyLine(chain.rpc), FaultyLine(chain.rpc)
        self.urls = [stack.enter_context(served(line)) for line in self.lines]
        profile.mkdir(parents=True)
        self.set(chain)

    def set(self, chain: DemoChain, *, since_block: int = 0) -> None:
        """Write the settings."""
        (self.profile / "settings.toml").write_text(
            f'[chain]\nid = {chain.chain_id}\nrpc_urls = {self.urls}\ntoken = "{chain.token}"\n'
            f'escrow = "{chain.escrow}"\nsince_block = {since_block}\nconfirm = "{CONFIRMATION}"\n'
        )

    @asynccontextmanager
    async def client(self) -> AsyncIterator[Client]:
        """Open the world as the service does."""
        async with AsyncExitStack() as stack:
            world = await stack.enter_async_context(own_world(self.profile, self.clock))
            transport = httpx.ASGITransport(host_app(world, TOKEN), raise_app_exceptions=False)
            headers = {"Authorization": f"Bearer {TOKEN}"}
            http = httpx.AsyncClient(transport=transport, base_url="http://service", headers=headers)
            yield Client(await stack.enter_async_context(http))


@pytest.fixture
def own(profile: Path, demo_chain: DemoChain, hand_clock: HandClock) -> Iterator[Own]:
    load_web3()
    with ExitStack() as stack:
        yield Own(profile, demo_chain, hand_clock, stack)


async def test_it_opens_by_the_second_address_when_the_first_is_down(own: Own) -> None:
    own.lines[0].is_down = True
    async with own.client() as client:
        assert (await client.health()).chain == "ok"


async def test_it_opens_without_a_chain_and_says_so(own: Own) -> None:
    for line in own.lines:
        line.is_down = True
    async with own.client() as client:
        assert (await client.health()).chain == "unreachable"
        for line in own.lines:
            line.recover()
        assert (await client.health()).chain == "ok"


async def test_addresses_of_another_chain_are_said_so(own: Own) -> None:
    for line in own.lines:
        line.answers["eth_chainId"] = lambda: hex(1)
    async with own.client() as client:
        assert (await client.health()).chain == "wrong_chain"


async def test_real_money_is_not_opened_unconfirmed(own: Own) -> None:
    (own.profile / "settings.toml").write_text("[chain]\nid = 5042\n")
    with pytest.raises(ProblemError, match=r"chain\.unconfirmed"):
        async with own.client():
            pass


async def test_nobody_looks_at_blocks_before_the_escrow_s(own: Own, demo_chain: DemoChain) -> None:
    since = demo_chain.head.number
    own.set(demo_chain, since_block=since)
    asked: list[int] = []
    for line in own.lines:
        behind = line.behind.make_request

        def logs(query: dict[str, str]) -> object:
            asked.append(int(query["fromBlock"], 16))
            return behind("eth_getLogs", [query])["result"]  # noqa: B023  both lines have one chain

        line.answers["eth_getLogs"] = logs
    async with own.client() as client:
        await client.desk("main").wallet.create("a long passphrase")
        await client.desk("main").wallet.reconciliation()
    assert len(asked) >= 2, "the node and the desk have looked"
    assert min(asked) == since
