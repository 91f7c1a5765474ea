"""Serves a world on a Unix socket until the window that asked for it is gone."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from services.chain.demo.lock import FileLock
from services.host.app import host_app
from services.host.demo import demo_world
from services.host.own import own_world
from services.host.world import World
from services.units.time import SystemClock
from services.wire.desk import PROTOCOL
from services.wire.problems import ProblemError

_log = logging.getLogger(__name__)
_MAX_TOKEN_LINE = 4096
_GRACE_S = 3
# Longer than the client keeps an idle connection (httpx: 5 s): the side that sends is the one that gives it up, else
# a request now and then goes into a connection that is just being closed.
_KEEP_ALIVE_S = 75


async def serve(profile: Path, *, is_demo: bool) -> int:
    """Say hello on standard output, serve, and end when standard input does. Gives the exit status."""
    token = await asyncio.to_thread(_read_token)
    if token is None:
        return 2
    try:
        lock = FileLock(profile / "service.lock")
    except ProblemError as problem:
        _say({"ready": False, "problem": problem.body()})
        return 1
    try:
        async with _world(profile, is_demo=is_demo) as world, _socket_folder() as folder:
            await _serve(host_app(world, token), folder / "s", on_end=world.hush)
    except ProblemError as problem:
        _log.warning("cannot start", extra={"code": problem.code})
        _say({"ready": False, "problem": problem.body()})
        return 1
    finally:
        lock.release()
    return 0


def _world(profile: Path, *, is_demo: bool) -> AbstractAsyncContextManager[World]:
    return demo_world(profile, SystemClock()) if is_demo else own_world(profile, SystemClock())


async def _serve(app: ASGIApp, socket: Path, on_end: Callable[[], None]) -> None:
    config = uvicorn.Config(
        app,
        uds=str(socket),
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_S,
        timeout_keep_alive=_KEEP_ALIVE_S,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    # uvicorn has no event for it.
    while not server.started and not serving.done():  # noqa: ASYNC110
        await asyncio.sleep(0.005)
    if serving.done():
        await serving
        return
    _say({"ready": True, "socket": str(socket), "protocol": PROTOCOL, "pid": os.getpid()})
    gone = asyncio.create_task(asyncio.to_thread(_wait_for_end_of_input))
    await asyncio.wait({serving, gone}, return_when=asyncio.FIRST_COMPLETED)
    # An open event stream would hold the server for the whole grace.
    on_end()
    server.should_exit = True
    await serving


def _read_token() -> str | None:
    line = sys.stdin.readline(_MAX_TOKEN_LINE)
    try:
        token = json.loads(line)["token"]
    except (ValueError, KeyError, TypeError):
        return None
    return token if isinstance(token, str) and len(token) >= 32 else None


def _wait_for_end_of_input() -> None:
    # The window's end of the pipe closes with the window, however it ends.
    while sys.stdin.read(1024):
        pass


def _say(message: dict[str, object]) -> None:
    print(json.dumps(message), flush=True)


@asynccontextmanager
async def _socket_folder() -> AsyncIterator[Path]:
    """A folder that only this user may enter; its path is short enough for a socket's 100 bytes."""
    base = os.environ.get("XDG_RUNTIME_DIR")
    parent = base if base and len(base) < 60 and os.access(base, os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="museclock-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
