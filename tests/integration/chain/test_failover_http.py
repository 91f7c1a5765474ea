"""Addresses of a chain over HTTP, with web3's provider: servers that refuse, are slow, or are not what they say."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http import HTTPStatus
from pathlib import Path

import pytest

from services.chain.demo import DemoChain
from services.chain.errors import ChainUnreachable, WrongChain
from services.chain.http_lines import open_lines, served_chain
from services.units.money import Money
from tests.fixtures.chain import VIEWER, HandClock
from tests.fixtures.chain_lines import FaultyLine, served
from tests.integration.chain.worlds import gateway_to, load_web3


class Served:
    """A gateway by two servers of one demo chain."""

    def __init__(self, chain: DemoChain, stack: ExitStack, *, read_s: float = 30.0) -> None:
        self.first, self.second = FaultyLine(chain.rpc), FaultyLine(chain.rpc)
        self.urls = [stack.enter_context(served(line)) for line in (self.first, self.second)]
        provider = stack.enter_context(open_lines(self.urls, chain_id=chain.chain_id, connect_s=30.0, read_s=read_s))
        self.gateway = gateway_to(chain, provider)


@pytest.fixture
def over_http(demo_chain: DemoChain) -> Iterator[Served]:
    load_web3()
    with ExitStack() as stack:
        yield Served(demo_chain, stack)


@pytest.mark.parametrize(
    "status",
    [
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.FORBIDDEN,
    ],
)
def test_a_refusing_server_is_passed_over(over_http: Served, status: HTTPStatus) -> None:
    over_http.first.status = status
    assert over_http.gateway.token_balance(VIEWER.address) == Money(10_000_000)
    assert over_http.first.asked == {"eth_chainId": 1}, "asked once, not five times"


@pytest.mark.parametrize("body", [b"", b"<html>busy</html>", b"[]", b'"0x1"', b"{}", b'{"jsonrpc": "2.0", "id": 1}'])
def test_a_body_that_is_no_json_rpc_is_passed_over(over_http: Served, body: bytes) -> None:
    over_http.first.body = body
    assert over_http.gateway.token_balance(VIEWER.address) == Money(10_000_000)


def test_a_slow_server_is_passed_over_in_time(demo_chain: DemoChain) -> None:
    """The first answers never: who does not pass it over waits for ever."""
    load_web3()
    with ExitStack() as stack:
        hurried = Served(demo_chain, stack, read_s=1.0)
        hurried.first.hangs = threading.Event()
        assert hurried.gateway.token_balance(VIEWER.address) == Money(10_000_000)
        hurried.first.hangs.set()


def test_a_server_that_sends_us_elsewhere_is_not_followed(over_http: Served) -> None:
    over_http.first.status, over_http.first.body = HTTPStatus.TEMPORARY_REDIRECT, b""
    over_http.first.location = over_http.urls[1]
    with pytest.raises(ChainUnreachable):
        served_chain(over_http.urls[:1])
    assert not over_http.second.asked
    over_http.gateway.head()
    assert over_http.first.asked == {"eth_chainId": 2}


def test_an_address_without_a_server_is_passed_over(demo_chain: DemoChain) -> None:
    load_web3()
    with (
        served(FaultyLine(demo_chain.rpc)) as url,
        open_lines(["http://127.0.0.1:9", url], chain_id=demo_chain.chain_id) as provider,
    ):
        assert gateway_to(demo_chain, provider).head().number == demo_chain.head.number


def test_another_chain_over_http_is_passed_over(over_http: Served, tmp_path: Path, hand_clock: HandClock) -> None:
    other = DemoChain.open(tmp_path / "other" / "journal.db", hand_clock, chain_id=5042)
    try:
        over_http.first.behind = other.rpc
        assert over_http.gateway.token_balance(VIEWER.address) == Money(10_000_000)
        over_http.second.behind = other.rpc
        over_http.second.status = HTTPStatus.BAD_GATEWAY
        with pytest.raises(ChainUnreachable):
            over_http.gateway.head()
        over_http.second.status = HTTPStatus.OK
        with pytest.raises(WrongChain):
            over_http.gateway.head()
    finally:
        other.close()


def test_the_first_address_that_answers_says_the_chain(over_http: Served, demo_chain: DemoChain) -> None:
    over_http.first.status = HTTPStatus.BAD_GATEWAY
    assert served_chain(over_http.urls) == demo_chain.chain_id
    over_http.second.body = b"no"
    with pytest.raises(ChainUnreachable):
        served_chain(over_http.urls)
