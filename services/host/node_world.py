"""What a node that runs alone stands on: a profile that nobody else holds, its chain, and who may act on it."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from anyio import to_thread
from starlette.types import ASGIApp

from services.chain.demo.chain import DemoChain
from services.chain.demo.genesis import PLATFORM_KEY
from services.chain.demo.lock import FileLock
from services.chain.gateway import ChainGateway
from services.chain.web3_gateway import Web3Gateway
from services.host.node_open import NodeSetup, node_keys, opened_node
from services.host.own import chain_of
from services.host.settings import chain_settings
from services.ipfs.store import DiskBlockStore
from services.node.app import node_app
from services.node.context import Node
from services.node.named.front import AccountsByName, Front, signed_in_only
from services.node.named.wallets import OPERATOR, NamedWallets
from services.units.address import Address
from services.units.money import ZERO, Money
from services.units.time import Clock

FIRST_MONEY = Money(100_000_000)
FIRST_GAS_WEI = 10**18
RELAYER_GAS_WEI = 1_000 * 10**18


@dataclass(frozen=True, slots=True)
class Served:
    """A node, and the application that its addresses serve."""

    node: Node
    app: ASGIApp


@asynccontextmanager
async def own_node(profile: Path, clock: Clock, setup: NodeSetup) -> AsyncIterator[Served]:
    """Open a profile's node on the chain of its settings. A chain out of reach is no reason not to start.

    Raises ProblemError: as opened_node, service.busy_profile, chain.unconfirmed.
    """
    with held(profile), chain_of(chain_settings(setup.settings_file or profile)) as chain:
        blocks = DiskBlockStore(profile / "blocks")
        async with opened_node(profile / "node", chain=chain, blocks=blocks, clock=clock, setup=setup) as node:
            yield Served(node, signed_in_only(node, node_app(node)))


@asynccontextmanager
async def demo_node(profile: Path, clock: Clock, setup: NodeSetup) -> AsyncIterator[Served]:
    """Open a profile's node on a demo chain of its own, where every name is an account with demo money.

    Raises ProblemError: as opened_node, service.busy_profile, chain.damaged.
    """
    async with AsyncExitStack() as stack:
        stack.enter_context(held(profile))
        chain = await to_thread.run_sync(DemoChain.open, profile / "chain" / "journal.db", clock)
        stack.callback(chain.close)
        gateway = Web3Gateway(chain.rpc, chain_id=chain.chain_id, token=chain.token, escrow=chain.escrow)
        wallets = NamedWallets(node_keys(profile / "node"), faucet(chain, gateway))
        operators = setup.operators | {wallets.of(OPERATOR).address}
        setup = replace(setup, operators=operators, names=wallets, treasury=PLATFORM_KEY)
        blocks = DiskBlockStore(profile / "blocks")
        opened = opened_node(profile / "node", chain=gateway, blocks=blocks, clock=clock, setup=setup)
        node = await stack.enter_async_context(opened)
        for who in (node.relayer, node.treasurer):
            if not gateway.gas_balance(who.sender):
                chain.fund(who.sender, usdc=ZERO, gas_wei=RELAYER_GAS_WEI)
        front: Front = partial(AccountsByName, wallets=wallets)
        yield Served(node, front(node, node_app(node)))


def faucet(chain: DemoChain, gateway: ChainGateway) -> Callable[[Address], None]:
    """Give accounts their first demo money; who has gas money had it already."""
    guard = threading.Lock()

    def give(account: Address) -> None:
        with guard:
            if not gateway.gas_balance(account):
                chain.fund(account, usdc=FIRST_MONEY, gas_wei=FIRST_GAS_WEI)

    return give


@contextmanager
def held(profile: Path) -> Iterator[None]:
    """Keep other processes out of a profile, a desktop's service as well."""
    profile.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = FileLock(profile / "service.lock")
    try:
        yield
    finally:
        lock.release()
