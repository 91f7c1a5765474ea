"""IPFS daemons: finding the one that runs here, and bringing films to those of the list."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Awaitable, Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from anyio import to_thread

from services.desk.context import Desk
from services.ipfs.kubo import KuboBlockStore
from services.ipfs.unixfs import block_names
from services.units.cid import Cid
from services.wire.problems import ProblemError

USUAL = "/ip4/127.0.0.1/tcp/5001"
"""Where Kubo's RPC listens unless it is told otherwise (docs.ipfs.tech, "Addresses.API")."""
_LOOPBACK = re.compile(r"/(ip4/127\.0\.0\.1|ip6/::1|dns4/localhost)/tcp/[0-9]{1,5}(/http)?", re.ASCII)
_LOOK_S = 1.0
AGAIN_AFTER_S = (0.5, 1.0, 2.0, 4.0)
"""A line is there again by then, after sleep or from another network; a daemon that stays away longer is said."""
Tell = Callable[[int], Awaitable[None]]
"""Hears how many files are there."""


def running_daemon() -> tuple[str, str] | None:
    """Find a daemon on this computer: its address and version. Blocking, at most about two seconds."""
    address = _noted() or USUAL
    try:
        return address, version_of(address, patience_s=_LOOK_S)
    except ProblemError:
        return None


def version_of(address: str, *, patience_s: float = 5.0) -> str:
    """Ask a daemon what it is. Blocking. Raises ProblemError: request.invalid, store.unreachable."""
    with closing(KuboBlockStore(address, connect_s=patience_s, read_s=patience_s)) as daemon:
        return daemon.version()


async def bring(desk: Desk, address: str, files: tuple[Cid, ...], tell: Tell) -> int:
    """Copy to a daemon the files that it does not hold in full, and pin them; gives how many were missing.

    A line that breaks in between is waited for. Raises ProblemError: store.unreachable, content.missing,
    content.damaged.
    """
    brought = 0
    with closing(KuboBlockStore(address)) as daemon:
        # That nobody is at home is said at once.
        await to_thread.run_sync(daemon.version)
        for done, file in enumerate(files, 1):
            brought += await _again(partial(_bring_file, desk, daemon, file))
            await tell(done)
    return brought


async def _bring_file(desk: Desk, daemon: KuboBlockStore, file: Cid) -> bool:
    """Copy a file unless it is there; says whether it was missing."""
    if await to_thread.run_sync(daemon.is_pinned, file):
        return False
    await desk.pace.take(await to_thread.run_sync(partial(_size, desk, file)))
    await to_thread.run_sync(daemon.copy, desk.blocks, file)
    return True


async def _again(work: Callable[[], Awaitable[bool]]) -> bool:
    for pause_s in AGAIN_AFTER_S:
        try:
            return await work()
        except ProblemError as problem:
            if problem.code != "store.unreachable":
                raise
        await asyncio.sleep(pause_s)
    return await work()


def _size(desk: Desk, file: Cid) -> int:
    return sum(len(desk.blocks.get(name)) for name in block_names(desk.blocks, file))


def _noted() -> str | None:
    """Read where a running Kubo says that it listens: its repository's file ``api``."""
    folder = os.environ.get("IPFS_PATH")
    file = (Path(folder) if folder else Path.home() / ".ipfs") / "api"
    try:
        with file.open("rb") as api:
            text = api.read(200).decode("ascii").strip()
    except (OSError, ValueError):
        return None
    return text if _LOOPBACK.fullmatch(text) else None
