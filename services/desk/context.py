"""What every slice of the desk works with."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from services.chain.gateway import ChainGateway
from services.db.engine import Database
from services.db.keybox import KeyBox
from services.desk.events import EventBus
from services.desk.node_door import NodeDoor
from services.desk.wallet.keyring import Keyring
from services.ipfs.store import BlockStore
from services.units.time import Clock

Role = Literal["creator", "viewer", "both"]


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
    blocks: BlockStore
    clock: Clock
    events: EventBus = field(default_factory=EventBus)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    locks: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    """One purchase at a time for each film, one withdrawal, one task for each upload."""

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Run something in the background until it ends or the desk closes."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task
