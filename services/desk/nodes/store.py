"""Blocks of a film that another node serves: from this disk, else through that node's gateway, checked by their CID."""

from __future__ import annotations

import asyncio

from anyio import from_thread

from services.desk.node_door import NodeDoor
from services.desk.nodes.patience import patiently
from services.ipfs.intake import Intake
from services.ipfs.store import BlockDamagedError, BlockMissingError, BlockStore
from services.units.cid import RAW, Cid
from services.wire.problems import ProblemError

_RAW_BLOCK = "application/vnd.ipld.raw"
_GONE = ("404", "410")


class PassingBlocks:
    """This disk's own blocks, and a shelf of those that come from elsewhere, where new ones go."""

    def __init__(self, own: BlockStore, shelf: BlockStore) -> None:
        self._own, self._shelf = own, shelf

    def put(self, block: bytes | memoryview, codec: int = RAW) -> Cid:
        return self._shelf.put(block, codec)

    def get(self, cid: Cid) -> bytes:
        try:
            return self._own.get(cid)
        except (BlockMissingError, BlockDamagedError):
            return self._shelf.get(cid)

    def has(self, cid: Cid) -> bool:
        return self._own.has(cid) or self._shelf.has(cid)

    def discard(self, cid: Cid) -> None:
        self._shelf.discard(cid)


class NodeBlocks:
    """A block store whose missing and damaged blocks come from a node and stay.

    ``get`` may fetch: it is called in a worker thread of the loop that the door belongs to, and waits there until the
    intake lets more come.
    """

    def __init__(self, here: BlockStore, door: NodeDoor, intake: Intake) -> None:
        self._here, self._door, self._intake = here, door, intake

    def put(self, block: bytes | memoryview, codec: int = RAW) -> Cid:
        return self._here.put(block, codec)

    def get(self, cid: Cid) -> bytes:
        """Raises ProblemError also: node.unreachable and its kin."""
        try:
            return self._here.get(cid)
        except (BlockMissingError, BlockDamagedError):
            with self._intake.turn():
                block = from_thread.run(self._fetch_unless_closing, cid)
        if block is None:
            raise ProblemError("node.unreachable")
        self._here.put(block, cid.codec)
        return block

    def has(self, cid: Cid) -> bool:
        return self._here.has(cid)

    def discard(self, cid: Cid) -> None:
        self._here.discard(cid)

    async def _fetch_unless_closing(self, cid: Cid) -> bytes | None:
        # The thread may outlive whoever wanted the block. This task has no other purpose, so it may end as done: what
        # is raised in a loop's last moments is reported as an error that nobody asked about.
        try:
            return await self._fetch(cid)
        except asyncio.CancelledError:
            return None

    async def _fetch(self, cid: Cid) -> bytes:
        try:
            block = await patiently(lambda: self._door.fetch(f"/ipfs/{cid}", accept=_RAW_BLOCK))
        except ProblemError as problem:
            if problem.code == "internal" and problem.params.get("status") in _GONE:
                raise BlockMissingError(cid) from problem
            raise
        self._intake.came(len(block))
        if Cid.of(block, cid.codec) != cid:
            raise BlockDamagedError(cid)
        return block
