"""Pinning: before a film is put up for sale it is whole here, at its node, and at every storage of the list."""

from __future__ import annotations

import time
from functools import partial

from anyio import to_thread

from services.desk.context import Desk
from services.desk.nodes.sending import send_film
from services.desk.publishing.record import get, note_stage_problem
from services.desk.publishing.stages import StageBoard
from services.desk.storage.record import files_of, keepers
from services.desk.storage.repair import bring_film
from services.desk.tables import Upload
from services.ipfs.store import BlockMissingError
from services.ipfs.unixfs import block_names
from services.units.cid import Cid
from services.wire.problems import ProblemError

_FAIR_S = 0.2


async def pin(at: Desk, row: Upload) -> None:
    """Bring a film to where it is to be. at: the desk at the node that will sell it.

    A storage that fails does not stop the sale: the stage says so and can be done again alone, and copies that are
    missing are brought later. Raises ProblemError: as send_film, content.missing for what is not whole here.
    """
    home = at.home or at
    board = StageBoard(home, row)
    try:
        await _Pinning(home, at, row, board).run()
    finally:
        await board.close()


async def pin_again(desk: Desk, upload_id: str) -> None:
    """Bring a published film to the storages again; what is wrong now is noted with the stage."""
    async with desk.turn(upload_id):
        row = await to_thread.run_sync(get, desk, upload_id)
        await to_thread.run_sync(note_stage_problem, desk, upload_id, "pin", None)
        await pin(desk, row)
    desk.events.publish("upload", upload_id)


class _Pinning:
    """One film's way to all its places. Files count, and a node or a storage has each of them."""

    def __init__(self, home: Desk, at: Desk, row: Upload, board: StageBoard) -> None:
        self._home, self._at, self._row, self._board = home, at, row, board
        self._files = files_of(row)
        self._targets: tuple[str, ...] = ()
        self._begun, self._sent = time.monotonic(), home.pace.sent

    async def run(self) -> None:
        targets = await to_thread.run_sync(keepers, self._home)
        self._targets = tuple(target.address for target in targets)
        self._tell(0)
        await to_thread.run_sync(_whole, self._home, self._files)
        await send_film(self._at, self._files, self._told_by_node)
        here = len(self._files)
        self._tell(here)
        for address in self._targets:
            try:
                told = partial(self._told_by_storage, here)
                await bring_film(self._home, address, self._row.content_id, self._files, told)
            except ProblemError as problem:
                await to_thread.run_sync(note_stage_problem, self._home, self._row.id, "pin", problem)
            here += len(self._files)
            self._tell(here)

    async def _told_by_node(self, done: int, total: int) -> None:
        self._tell(done * len(self._files) // max(total, 1))

    async def _told_by_storage(self, before: int, done: int) -> None:
        self._tell(before + done)

    def _tell(self, done: int) -> None:
        seconds = time.monotonic() - self._begun
        rate = int((self._home.pace.sent - self._sent) / seconds) if seconds > _FAIR_S else 0
        self._board.note("pin", done, len(self._files) * (1 + len(self._targets)), rate=rate)


def _whole(home: Desk, files: tuple[Cid, ...]) -> None:
    for file in files:
        for name in block_names(home.blocks, file):
            if not home.blocks.has(name):
                raise BlockMissingError(name)
