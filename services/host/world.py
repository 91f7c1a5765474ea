"""One profile's world: a chain, a node in this process, and its desks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
from anyio import to_thread

from services.chain.gateway import ChainGateway
from services.db.keybox import KeyBox, key_file
from services.desk.app import close_desk, open_desk
from services.desk.context import Desk, Role
from services.desk.node_door import NodeDoor
from services.desk.wallet.keyring import Keyring
from services.host.channels import ChannelsWatch
from services.host.narrating import open_narrator
from services.host.node_open import (
    EXPORT_FOLDER,
    LOCAL,
    NODE_URI,
    ChainState,
    at_work,
    chain_state,
    open_checked,
    opened_node,
)
from services.http.inside import InsideClient
from services.http.late_routes import LateRouter
from services.ipfs.store import BlockStore, DiskBlockStore
from services.node.app import node_app
from services.node.context import Node
from services.units.time import Clock

_MOMENT_S = 2.0
"""The window shows its first page meanwhile."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who has a desk in a world. ``prepare`` sets a new wallet up; it is called at each start.

    can_wait: the work of the desk begins a moment after the world is open, because somebody else sits there first.
    """

    id: str
    name: str
    role: Role
    prepare: Callable[[Keyring], None]
    can_wait: bool = False


@dataclass(frozen=True, slots=True)
class World:
    """What the socket serves."""

    chain: ChainGateway
    channels: ChannelsWatch
    node: Node
    desks: tuple[Desk, ...]
    is_demo: bool
    samples: tuple[Path, ...]
    explorer: str = ""
    """Where people look the chain's transactions up; empty where nobody can."""
    extra: tuple[LateRouter, ...] = ()
    """Routes that this world has beside its desks, because whoever composed it put them there."""
    origin: Mapping[str, str] = field(default_factory=dict)
    """What it was made of, for whoever looks for a fault."""

    def hush(self) -> None:
        """End the event streams of all desks."""
        for desk in self.desks:
            desk.events.close()

    def chain_state(self) -> ChainState:
        """Check the chain now. Blocking."""
        return chain_state(self.chain)


@asynccontextmanager
async def open_world(
    profile: Path,
    *,
    chain: ChainGateway,
    clock: Clock,
    people: tuple[Person, ...],
    is_demo: bool = False,
    samples: tuple[Path, ...] = (),
    treasury: bytes | None = None,
) -> AsyncIterator[World]:
    """Open a profile's databases and start its background work; all of it ends with the block.

    treasury: the key of the Escrow's owner, where this process holds it. Damaged books are opened to be read only.
    The chain stays the caller's.
    Raises ProblemError: profile.newer, wallet.damaged, disk.full.
    """
    async with AsyncExitStack() as stack:
        blocks = DiskBlockStore(profile / "blocks")
        rings = {person.id: await to_thread.run_sync(keyring_of, profile, person) for person in people}
        operators = frozenset(rings[person.id].owner() for person in people if person.role == "operator")
        setup = replace(LOCAL, operators=operators, treasury=treasury)
        opened = opened_node(profile / "node", chain=chain, blocks=blocks, clock=clock, setup=setup)
        node = await stack.enter_async_context(opened)
        http = await stack.enter_async_context(InsideClient(node_app(node), base_url=NODE_URI))
        desks = []
        for person in people:
            desk = await to_thread.run_sync(desk_of, profile, person, rings[person.id], chain, blocks, clock, http)
            stack.callback(desk.database.close)
            stack.push_async_callback(close_desk, desk)
            desks.append(desk)
        channels = await stack.enter_async_context(at_work(node))
        for person, desk in zip(people, desks, strict=True):
            if not person.can_wait:
                await open_desk(desk)
        waiting = [desk for person, desk in zip(people, desks, strict=True) if person.can_wait]
        stack.push_async_callback(_end, asyncio.create_task(_open_later(waiting)))
        yield World(chain, channels, node, tuple(desks), is_demo, samples)


async def _open_later(desks: list[Desk]) -> None:
    await asyncio.sleep(_MOMENT_S)
    for desk in desks:
        await open_desk(desk)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


def keyring_of(profile: Path, person: Person) -> Keyring:
    """Open a person's wallet, making it at first use. Raises ProblemError: wallet.damaged."""
    folder = profile / "desks" / person.id
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    keyring = Keyring(folder / "wallet.json", KeyBox(key_file(folder / "device.key")))
    person.prepare(keyring)
    return keyring


def desk_of(
    profile: Path,
    person: Person,
    keyring: Keyring,
    chain: ChainGateway,
    blocks: BlockStore,
    clock: Clock,
    http: httpx.AsyncClient,
) -> Desk:
    """Open a person's desk; its background work is begun by ``open_desk``. The caller closes its database."""
    folder = profile / "desks" / person.id
    device = KeyBox(key_file(folder / "device.key"))
    return Desk(
        id=person.id,
        name=person.name,
        role=person.role,
        folder=folder,
        block_root=profile / "blocks",
        database=open_checked(folder / "desk.db", "desk", export_to=folder / EXPORT_FOLDER),
        chain=chain,
        keyring=keyring,
        device=device,
        node=NodeDoor(http, keyring, clock, chain_id=chain.chain_id),
        blocks=blocks,
        clock=clock,
        narrator=open_narrator(profile),
    )
