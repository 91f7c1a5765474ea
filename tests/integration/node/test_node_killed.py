"""A back-end of the database or a whole worker is killed amid sales: nothing is lost and nothing paid twice."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from services.chain.gateway import Paid
from services.chain.hashing import keccak256
from services.db.ledger import balance
from services.node.sales.booking import sync
from services.node.tables import Charge, Entitlement, Sale
from services.units.money import Money
from tests.fixtures.chain import HandClock, person
from tests.fixtures.chain_lines import FaultyLine, served
from tests.fixtures.node_caller import NodeCaller
from tests.fixtures.node_payer import ChannelPayer, channel_payer
from tests.fixtures.postgres import Postgres
from tests.fixtures.world import PRICE, SealedFilm
from tests.fixtures.world_workers import Workers, node_process, two_workers

VIEWERS = 4
TRIES = 200


@pytest.fixture
async def on_server(profile: Path, hand_clock: HandClock, postgres: Postgres) -> AsyncIterator[Workers]:
    """Two workers in this process, on PostgreSQL."""
    url = postgres.migrated("node")
    async with two_workers(profile, hand_clock, url) as opened:
        yield opened
    postgres.drop(url)


async def _until_sold(buy: Callable[[], Awaitable[httpx.Response]], seen: set[str]) -> None:
    """Ask again as a desk does: the same payment, until there is an answer."""
    for _ in range(TRIES):
        try:
            answer = await buy()
        except httpx.TransportError:
            seen.add("cut")
            continue
        seen.add(str(answer.status_code))
        if answer.status_code == httpx.codes.OK:
            return
        assert answer.json()["retryable"], answer.text
        await asyncio.sleep(0)
    raise AssertionError(f"never sold: {seen}")


class Shoppers:
    """Half of them pay on the chain, half by voucher; all payments are signed before anybody is killed."""

    def __init__(self, film: SealedFilm) -> None:
        self.film, self.at = film, 0
        self.payers: list[tuple[list[NodeCaller], object]] = []
        self.streamers: list[tuple[list[NodeCaller], ChannelPayer]] = []
        self.seen: set[str] = set()

    async def prepare(self, workers: Workers, urls: tuple[str, ...] = ()) -> None:
        for number in range(2 * VIEWERS):
            who = person(f"shopper {number}")
            workers.chain.fund(who.address, usdc=Money(5_000_000), gas_wei=0)
            here = await workers.doors(who)
            doors = list(here) if not urls else [_away(here[0], url, workers) for url in urls]
            if number % 2:
                channel = await channel_payer(here[0], self.film.content)
                assert (await channel.open(Money(200_000), chunk=1)).status_code == httpx.codes.OK
                self.streamers.append((doors, channel))
            else:
                self.payers.append((doors, here[0].payment(await here[0].offer(self.film.content), valid_for_s=600)))

    async def buy(self) -> None:
        """Have all of them buy at once, at whichever worker ``at`` says."""

        def by_chain(doors: list[NodeCaller], payment: object) -> Callable[[], Awaitable[httpx.Response]]:
            return lambda: doors[self.at % len(doors)].pay(self.film.content, payment)  # type: ignore[arg-type]

        def by_voucher(doors: list[NodeCaller], channel: ChannelPayer) -> Callable[[], Awaitable[httpx.Response]]:
            def once() -> Awaitable[httpx.Response]:
                channel.caller = doors[self.at % len(doors)]
                return channel.buy(2)

            return once

        buying = [by_chain(*one) for one in self.payers] + [by_voucher(*one) for one in self.streamers]
        await asyncio.gather(*(_until_sold(buy, self.seen) for buy in buying))


def _away(caller: NodeCaller, url: str, workers: Workers) -> NodeCaller:
    http = httpx.AsyncClient(base_url=url, headers=dict(caller.http.headers), timeout=60)
    workers.stack.push_async_callback(http.aclose)
    return replace(caller, http=http)


def _check(workers: Workers) -> None:
    """Each bought one thing once, and the books say the same as the chain."""
    node = workers.worlds[0].node
    sync(node)
    chain = workers.worlds[0].chain
    paid = [event for event in chain.escrow_events(0, chain.head().number) if isinstance(event, Paid)]
    assert len({event.payer for event in paid}) == len(paid) == VIEWERS
    with node.database.read() as session:
        counts = [session.scalar(select(func.count()).select_from(table)) for table in (Sale, Charge, Entitlement)]
        assert counts == [VIEWERS, 2 * VIEWERS, 3 * VIEWERS]
        for number in range(2 * VIEWERS):
            spent = PRICE * 2 if number % 2 else PRICE
            assert balance(session, f"payer:{person(f'shopper {number}').address}") == -spent
    workers.verify_books()


@pytest.mark.logs("Exception during reset|error ignored terminating")
async def test_killed_back_ends_lose_nothing(on_server: Workers, postgres: Postgres) -> None:
    shoppers = Shoppers(await on_server.publish())
    await shoppers.prepare(on_server)
    assert on_server.url is not None
    url, ended = on_server.url, 0
    buying = asyncio.create_task(shoppers.buy())
    while not buying.done():
        ended += await asyncio.to_thread(postgres.end_connections, url) if ended < 40 else 0
        shoppers.at += 1
        await asyncio.wait([buying], timeout=0.05)
    await buying
    assert ended > 0
    assert shoppers.seen <= {"200", "503", "409", "402"}
    _check(on_server)


async def test_a_killed_worker_loses_nothing(on_server: Workers, profile: Path) -> None:
    """Two worker processes; one is killed while it sells, and whoever it left without an answer asks the other."""
    chain, killed = on_server.worlds[0].chain, threading.Event()
    shoppers = Shoppers(await on_server.publish())
    with ExitStack() as stack:
        stack.callback(killed.set)
        rpc = stack.enter_context(served(_line_that_leaves_one_waiting(on_server, killed)))
        (first, _), (second, _) = running = [
            stack.enter_context(node_process(profile, chain, rpc, on_server.url)) for _ in range(2)
        ]
        await shoppers.prepare(on_server, tuple(url for _, url in running))
        buying = asyncio.create_task(shoppers.buy())
        while not _sales(on_server):
            assert not buying.done()
            await asyncio.sleep(0)
        first.kill()
        killed.set()
        shoppers.at = 1
        await buying
        assert second.poll() is None
    assert "cut" in shoppers.seen
    assert shoppers.seen <= {"200", "409", "402", "cut"}
    _check(on_server)


def _line_that_leaves_one_waiting(workers: Workers, killed: threading.Event) -> FaultyLine:
    """Tell nobody before the kill what became of the last payment, so that one is always amid its sale then."""
    line = FaultyLine(workers.chain.rpc)

    def receipt(tx: str) -> object:
        sent = dict.fromkeys(line.sent)
        if len(sent) == VIEWERS and tx == "0x" + keccak256(bytes.fromhex([*sent][-1].removeprefix("0x"))).hex():
            killed.wait()
        return line.behind.make_request("eth_getTransactionReceipt", [tx])["result"]

    line.answers["eth_getTransactionReceipt"] = receipt
    return line


def _sales(workers: Workers) -> int:
    with workers.worlds[0].node.database.read() as session:
        return session.scalar(select(func.count()).select_from(Sale)) or 0
