"""What every slice of the desk works with."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeVar
from weakref import WeakValueDictionary

from services.chain.gateway import ChainGateway
from services.db.engine import Database
from services.db.keybox import KeyBox
from services.desk.events import EventBus
from services.desk.memory import Memory
from services.desk.node_door import NodeDoor
from services.desk.nodes.book import NodeBook
from services.desk.nodes.elsewhere import Elsewhere
from services.desk.nodes.store import NodeBlocks, PassingBlocks
from services.desk.pace import Pace
from services.desk.pricing.narrator import Narrator
from services.desk.wallet.keyring import Keyring
from services.ipfs.store import BlockStore
from services.units.time import Clock

Role = Literal["creator", "viewer", "both", "newcomer", "operator"]
T = TypeVar("T")
_log = logging.getLogger(__name__)
UPLOADS_AT_ONCE = 2
"""Files that are cut and sealed at the same time; more wait in their order."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One person's parts, put together by the service process. Its tasks end with ``services.desk.app.close_desk``."""

    id: str
    name: str
    role: Role
    folder: Path
    """The desk's own folder, 0700."""
    block_root: Path
    database: Database
    chain: ChainGateway
    keyring: Keyring
    device: KeyBox
    node: NodeDoor
    """The own node's door, or that of another one (see ``at``)."""
    blocks: BlockStore
    clock: Clock
    nodes: NodeBook = field(default_factory=NodeBook)
    narrator: Narrator | None = None
    """Who puts price suggestions into words; None where no key is configured."""
    home: Desk | None = None
    """The desk itself, when this is how it speaks with another node than its own."""
    events: EventBus = field(default_factory=EventBus)
    memory: Memory = field(default_factory=Memory)
    elsewhere: Elsewhere = field(default_factory=Elsewhere)
    pace: Pace = field(default_factory=Pace)
    upload_slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(UPLOADS_AT_ONCE))
    tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    locks: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    def at(self, node: str) -> Desk:
        """Give this desk as it speaks with a node, by its address; everything but the node is shared.

        Films, purchases and channels each remember their node: what is done about them is done by the desk at it.
        """
        own = self.home or self
        if node == own.node.uri:
            return own
        door = own.nodes.door(node, lambda http: NodeDoor(http, own.keyring, own.clock, chain_id=own.chain.chain_id))
        here = PassingBlocks(own.blocks, own.elsewhere.shelf(own.folder))
        return replace(own, node=door, blocks=NodeBlocks(here, door, own.elsewhere.intake), home=own)

    def turn(self, name: str) -> asyncio.Lock:
        """Give the lock of a film (one purchase at a time), a channel, an upload or a withdrawal, while it is used."""
        lock = self.locks.get(name)
        if lock is None:
            lock = self.locks[name] = asyncio.Lock()
        return lock

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Run something in the background until it ends or the desk closes."""
        task = self._start(work, name)
        task.add_done_callback(_report)
        return task

    async def finish(self, work: Coroutine[Any, Any, T], name: str) -> T:
        """Run something to its end, also when the one who waits for it is gone."""
        return await asyncio.shield(self._start(work, name))

    async def answer(self, work: Callable[[asyncio.Future[T]], Coroutine[Any, Any, None]], name: str) -> T:
        """Run something to its end and give its answer as soon as it has one; it may go on after that."""
        answered: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._start(work(answered), name).add_done_callback(partial(_pass_on, answered))
        return await asyncio.shield(answered)

    def _start(self, work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task


def _pass_on(answered: asyncio.Future[Any], task: asyncio.Task[Any]) -> None:
    if answered.done():
        _report(task)
    elif task.cancelled():
        answered.cancel()
    else:
        answered.set_exception(task.exception() or RuntimeError("no answer"))


def _report(task: asyncio.Task[None]) -> None:
    error = None if task.cancelled() else task.exception()
    if error is not None:
        _log.error("background work failed", exc_info=error, extra={"work": task.get_name()})
