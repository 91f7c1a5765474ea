"""The chains that the gateway suite runs on, each with a way to give people money."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from services.chain.authorization import PaymentTerms, SignedAuthorization, sign_authorization
from services.chain.calls import Call
from services.chain.demo import DemoChain
from services.chain.demo.http import JsonRpcServer
from services.chain.gateway import ChainGateway, Receipt
from services.chain.rpc import RpcProvider
from services.chain.transaction import SignedTransaction, sign_transaction
from services.chain.web3_gateway import Web3Gateway
from services.units.money import Money
from tests.fixtures.chain import CONTENT, CREATOR, FOREVER, RELAYER, VIEWER, HandClock, Person, fund_people
from tests.fixtures.chain_fake import FakeGateway


@dataclass(frozen=True, slots=True)
class World:
    """One chain as a test sees it."""

    gateway: ChainGateway
    clock: HandClock

    def signed(self, first_chunk: int = 0, *, micros: int = 1_500, payer: Person = VIEWER) -> SignedAuthorization:
        """Sign a payment of one chunk from the viewer to the creator."""
        terms = PaymentTerms(
            chain_id=self.gateway.chain_id,
            token=self.gateway.token,
            escrow=self.gateway.escrow,
            payer=payer.address,
            creator=CREATOR.address,
            content_id=CONTENT,
            first_chunk=first_chunk,
            chunk_count=1,
            amount=Money(micros),
            valid_after=0,
            valid_before=FOREVER,
        )
        return sign_authorization(terms, payer.key)

    def transaction(self, call: Call, sender: Person = RELAYER, *, nonce: int | None = None) -> SignedTransaction:
        """Sign a transaction with room for gas."""
        return sign_transaction(
            call,
            key=sender.key,
            nonce=self.gateway.nonce(sender.address) if nonce is None else nonce,
            gas=400_000,
            fees=self.gateway.fees(),
            chain_id=self.gateway.chain_id,
        )

    def run(self, call: Call, sender: Person = RELAYER) -> Receipt:
        """Send a call and give its receipt."""
        receipt = self.gateway.receipt(self.gateway.broadcast(self.transaction(call, sender).raw))
        assert receipt is not None
        return receipt


def gateway_to(chain: DemoChain, provider: RpcProvider) -> Web3Gateway:
    """Make the product's gateway to a demo chain."""
    return Web3Gateway(provider, chain_id=chain.chain_id, token=chain.token, escrow=chain.escrow)


@contextmanager
def demo_world(path: Path, provider: Callable[[DemoChain], RpcProvider]) -> Iterator[World]:
    """Open a demo chain and reach it in this process."""
    clock = HandClock()
    chain = DemoChain.open(path, clock)
    try:
        fund_people(chain)
        yield World(gateway_to(chain, provider(chain)), clock)
    finally:
        chain.close()


@contextmanager
def http_world(path: Path) -> Iterator[World]:
    """Open a demo chain and reach it by web3's HTTP provider on the loopback address."""
    from web3 import HTTPProvider

    clock = HandClock()
    chain = DemoChain.open(path, clock)
    try:
        fund_people(chain)
        with JsonRpcServer(chain.rpc) as server:
            provider = HTTPProvider(server.url, request_kwargs={"timeout": 5})
            try:
                yield World(gateway_to(chain, provider), clock)
            finally:
                close_sessions(provider)
    finally:
        chain.close()


def close_sessions(provider: object) -> None:
    """Close the connections that web3 keeps for later."""
    cache = provider._request_session_manager.session_cache  # type: ignore[attr-defined]
    for _, session in cache.items():
        session.close()
    cache.clear()


@contextmanager
def fake_world() -> Iterator[World]:
    """Use the chain in dictionaries."""
    clock = HandClock()
    gateway = FakeGateway(clock)
    gateway.fund(VIEWER.address, usdc=Money(10_000_000), gas_wei=0)
    for one in (CREATOR, RELAYER):
        gateway.fund(one.address, usdc=Money(0), gas_wei=10**19)
    yield World(gateway, clock)


def open_world(kind: str, path: Path) -> AbstractContextManager[World]:
    """Open one of the suite's chains."""
    if kind == "fake":
        return fake_world()
    if kind in ("provider", "http"):
        load_web3()
    if kind == "http":
        return http_world(path)
    return demo_world(path, lambda chain: chain.provider if kind == "provider" else chain.rpc)


def load_web3() -> None:
    """Import web3 without the warnings of what it imports."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import web3  # noqa: F401
