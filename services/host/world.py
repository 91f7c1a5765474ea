"""One profile's world: a chain, a node in this process, and its desks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import httpx
from anyio import to_thread

from services.chain.errors import ChainUnreachable, NotDeployed, WrongChain
from services.chain.gateway import ChainGateway
from services.chain.hashing import address_of
from services.db.engine import Database, open_database
from services.db.keybox import KeyBox, key_file
from services.db.ledger import verify
from services.db.migrate import Kind, migrate
from services.db.transactions import SqlTransactionBook
from services.desk.app import close_desk, open_desk
from services.desk.context import Desk, Role
from services.desk.node_door import NodeDoor
from services.desk.wallet.keyring import Keyring
from services.host.channels import ChannelsWatch
from services.host.relaying import open_relayer
from services.ipfs.store import BlockStore, DiskBlockStore
from services.node.app import node_app
from services.node.channels.journal import VoucherJournal
from services.node.channels.watch import watch as watch_channels
from services.node.context import Authorizer, ChannelSwitch, Node
from services.node.sales.booking import sync
from services.node.sales.shelf import Shelf
from services.units.time import Clock

# A chain that is out of reach at the start may come back at any time.
_LOOK_AGAIN_S = 15.0
NODE_DOMAIN = "museclock.local"
NODE_URI = "http://museclock.local"
ChainState = Literal["ok", "unreachable", "not_deployed", "wrong_chain"]


@dataclass(frozen=True, slots=True)
class Person:
    """Who has a desk in a world. ``prepare`` sets a new wallet up; it is called at each start."""

    id: str
    name: str
    role: Role
    prepare: Callable[[Keyring], None]


@dataclass(frozen=True, slots=True)
class World:
    """What the socket serves."""

    chain: ChainGateway
    channels: ChannelsWatch
    node: Node
    desks: tuple[Desk, ...]
    is_demo: bool
    samples: tuple[Path, ...]

    def hush(self) -> None:
        """End the event streams of all desks."""
        for desk in self.desks:
            desk.events.close()

    def chain_state(self) -> ChainState:
        """Check the chain now. Blocking."""
        try:
            self.chain.check()
        except NotDeployed:
            return "not_deployed"
        except WrongChain:
            return "wrong_chain"
        except ChainUnreachable:
            return "unreachable"
        return "ok"


@asynccontextmanager
async def open_world(
    profile: Path,
    *,
    chain: ChainGateway,
    clock: Clock,
    people: tuple[Person, ...],
    is_demo: bool = False,
    samples: tuple[Path, ...] = (),
) -> AsyncIterator[World]:
    """Open a profile's databases and start its background work; all of it ends with the block.

    The chain stays the caller's. Raises ProblemError: profile.newer, ledger.damaged, wallet.damaged, disk.full.
    """
    async with AsyncExitStack() as stack:
        blocks = DiskBlockStore(profile / "blocks")
        node = await to_thread.run_sync(_open_node, profile / "node", chain, blocks, clock)
        stack.callback(node.database.close)
        stack.callback(node.relayer.close)
        stack.callback(node.vouchers.close)
        transport = httpx.ASGITransport(node_app(node), raise_app_exceptions=False)
        http = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url=NODE_URI))
        desks = []
        for person in people:
            desk = await to_thread.run_sync(_open_desk, profile, person, chain, blocks, clock, http)
            stack.callback(desk.database.close)
            stack.push_async_callback(close_desk, desk)
            desks.append(desk)
        # In the background: a chain that is slow to answer must not keep the window waiting.
        channels = ChannelsWatch(chain, tell=node.channels.switch)
        catching_up = asyncio.create_task(to_thread.run_sync(_catch_up, node))
        stack.push_async_callback(asyncio.wait, [catching_up])
        looking = asyncio.create_task(_look_until_known(channels))
        stack.push_async_callback(_end, looking)
        claiming = asyncio.create_task(watch_channels(node))
        stack.push_async_callback(_end, claiming)
        for desk in desks:
            await open_desk(desk)
        yield World(chain, channels, node, tuple(desks), is_demo, samples)


def _open_node(folder: Path, chain: ChainGateway, blocks: BlockStore, clock: Clock) -> Node:
    database = _checked(folder / "node.db", "node")
    with _closing_on_error(database):
        relayer = open_relayer(folder, chain, database, clock)
    book = SqlTransactionBook(database)
    authorizer = key_file(folder / "authorizer.key")
    return Node(
        database=database,
        chain=chain,
        relayer=relayer,
        book=book,
        blocks=blocks,
        keys=KeyBox(key_file(folder / "node.key")),
        authorizer=Authorizer(address_of(authorizer), authorizer),
        channels=ChannelSwitch(),
        vouchers=VoucherJournal(database),
        shelf=Shelf(),
        clock=clock,
        domain=NODE_DOMAIN,
        uri=NODE_URI,
    )


def _open_desk(
    profile: Path, person: Person, chain: ChainGateway, blocks: BlockStore, clock: Clock, http: httpx.AsyncClient
) -> Desk:
    folder = profile / "desks" / person.id
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    device = KeyBox(key_file(folder / "device.key"))
    keyring = Keyring(folder / "wallet.json", device)
    person.prepare(keyring)
    return Desk(
        id=person.id,
        name=person.name,
        role=person.role,
        folder=folder,
        block_root=profile / "blocks",
        database=_checked(folder / "desk.db", "desk"),
        chain=chain,
        keyring=keyring,
        device=device,
        node=NodeDoor(http, keyring, clock, chain_id=chain.chain_id),
        blocks=blocks,
        clock=clock,
    )


def _checked(path: Path, kind: Kind) -> Database:
    database = open_database(path)
    with _closing_on_error(database):
        migrate(database, kind)
        with database.read() as session:
            verify(session)
    return database


@contextmanager
def _closing_on_error(database: Database) -> Iterator[None]:
    try:
        yield
    except BaseException:
        database.close()
        raise


async def _look_until_known(channels: ChannelsWatch) -> None:
    while await to_thread.run_sync(channels.look) == "unknown":  # noqa: ASYNC110  a chain does not say that it is back
        await asyncio.sleep(_LOOK_AGAIN_S)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


def _catch_up(node: Node) -> None:
    """Send what was signed and not sent, and enter what the chain did meanwhile."""
    try:
        node.relayer.resume()
        sync(node)
    except (ChainUnreachable, NotDeployed, WrongChain):
        # Selling waits for the chain; what is owned plays without it.
        return
