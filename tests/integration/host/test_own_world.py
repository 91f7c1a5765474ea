"""A person's own world on a chain over HTTP: by the addresses in its settings, whatever becomes of one of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest

from services.chain.channels import SETTLEMENT
from services.chain.demo import DemoChain
from services.client import Client
from services.host.app import host_app
from services.host.channels import ChannelsWatch
from services.host.own import own_world
from services.host.settings import CONFIRMATION
from services.wire.problems import ProblemError
from tests.fixtures.chain import HandClock
from tests.fixtures.chain_lines import FaultyLine, served
from tests.integration.chain.worlds import gateway_to, load_web3

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


async def test_health_says_that_channels_are_offered(own: Own, demo_chain: DemoChain) -> None:
    async with own.client() as client:
        assert (await client.health()).channels == "offered"


@pytest.mark.parametrize(("code", "said"), [("0x", "not_deployed"), ("0x00", "other_code")])
async def test_health_says_why_channels_are_not_offered(own: Own, code: str, said: str) -> None:
    for line in own.lines:
        behind = line.behind.make_request

        def read(owner: str, at: str) -> object:
            return code if owner == SETTLEMENT else behind("eth_getCode", [owner, at])["result"]  # noqa: B023

        line.answers["eth_getCode"] = read
    async with own.client() as client:
        assert (await client.health()).channels == said


async def test_while_the_chain_is_out_of_reach_nobody_knows(own: Own) -> None:
    for line in own.lines:
        line.is_down = True
    async with own.client() as client:
        assert (await client.health()).channels == "unknown"
        for line in own.lines:
            line.recover()
        assert (await client.health()).channels == "offered"
        for line in own.lines:
            line.is_down = True
        assert (await client.health()).channels == "offered", "code does not change"


def test_who_wants_to_know_is_told_once(demo_chain: DemoChain) -> None:
    line, told = FaultyLine(demo_chain.rpc, is_down=True), list[bool]()
    watch = ChannelsWatch(gateway_to(demo_chain, line), told.append)
    assert (watch.look(), watch.is_offered, told) == ("unknown", False, [])
    line.recover()
    assert [watch.look(), watch.look()] == ["offered"] * 2
    assert (watch.is_offered, told) == (True, [True])


def test_a_chain_that_nobody_knows_offers_none(hand_clock: HandClock, tmp_path: Path) -> None:
    chain = DemoChain.open(tmp_path / "other" / "journal.db", hand_clock, chain_id=31337)
    try:
        watch = ChannelsWatch(gateway_to(chain, chain.rpc))
        assert (watch.look(), watch.is_offered) == ("unknown_chain", False)
    finally:
        chain.close()
