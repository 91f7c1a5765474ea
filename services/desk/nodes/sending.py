"""Bringing a film's blocks to a node: only those that are not there yet, so that any interruption costs little."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import partial

from anyio import to_thread

from services.desk.context import Desk
from services.desk.nodes.patience import patiently
from services.desk.nodes.record import find
from services.ipfs.unixfs import block_names
from services.units.cid import Cid
from services.wire.blocks import MAX_ASKED, MissingIn, MissingOut
from services.wire.problems import ProblemError

_AT_ONCE = 4
_BLOCK_S = 60.0
AGAIN_AFTER_S = (0.5, 1.0, 2.0, 4.0, 8.0)
"""A line that changes, from one network to another, is there again by then; a node that stays away longer is said."""
Tell = Callable[[int, int], Awaitable[None]]
"""Hears how many blocks are there, of how many."""


async def send_film(at: Desk, files: Iterable[Cid], tell: Tell) -> None:
    """Bring files from this disk to the node that the desk is at; nothing is to be done for the own one.

    Raises ProblemError: node.not_found, node.unconfirmed (the person has not agreed that this node gets keys),
    block.quota, node.unreachable, content.missing.
    """
    if at.home is None:
        return
    node = await to_thread.run_sync(find, at, at.node.uri)
    if node.agreed_at is None:
        raise ProblemError("node.unconfirmed", node=node.name)
    names = await to_thread.run_sync(_names, at.home, tuple(files))
    missing = await _missing(at, names)
    done = len(names) - len(missing)
    await tell(done, len(names))
    for start in range(0, len(missing), _AT_ONCE):
        some = missing[start : start + _AT_ONCE]
        await _send_all(at, some)
        done += len(some)
        await tell(done, len(names))


def _names(home: Desk, files: tuple[Cid, ...]) -> tuple[Cid, ...]:
    return tuple(dict.fromkeys(name for file in files for name in block_names(home.blocks, file)))


async def _missing(at: Desk, names: tuple[Cid, ...]) -> tuple[Cid, ...]:
    missing: list[Cid] = []
    for start in range(0, len(names), MAX_ASKED):
        body = MissingIn(cids=names[start : start + MAX_ASKED])
        missing += (await patiently(partial(at.node.call, MissingOut, "POST", "/blocks/missing", body=body))).cids
    # In our order and only what was asked for, whatever it says.
    wanted = set(missing)
    return tuple(name for name in names if name in wanted)


async def _send_all(at: Desk, names: tuple[Cid, ...]) -> None:
    """Send some at once; when one fails, none is sent any longer."""
    sending = [asyncio.create_task(_send(at, name)) for name in names]
    try:
        await asyncio.gather(*sending)
    finally:
        for task in sending:
            task.cancel()
        await asyncio.wait(sending)


async def _send(at: Desk, name: Cid) -> None:
    home = at.home or at
    block = await to_thread.run_sync(home.blocks.get, name)
    headers = {"Content-Type": "application/octet-stream"}
    send = partial(at.node.send, "PUT", f"/blocks/{name}", body=block, headers=headers, timeout_s=_BLOCK_S)
    for pause_s in AGAIN_AFTER_S:
        try:
            await at.pace.take(len(block))
            await patiently(send)
        except ProblemError as problem:
            if problem.code != "node.unreachable":
                raise
            await asyncio.sleep(pause_s)
        else:
            return
    await patiently(send)
