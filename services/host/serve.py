"""Serves a world on a Unix socket until the window that asked for it is gone."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import platform
import shutil
import sys
import tempfile
import threading
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from importlib.metadata import version
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from services.chain.demo.lock import FileLock
from services.host.app import host_app
from services.host.demo import demo_world
from services.host.demo_world.opening import furnish
from services.host.exchange import Exchange, Stage, Wish
from services.host.own import own_world
from services.host.world import World
from services.units.time import SystemClock
from services.wire.desk import PROTOCOL
from services.wire.problems import ProblemError

_log = logging.getLogger(__name__)
_MAX_TOKEN_LINE = 4096
_GRACE_S = 3
_TRIES, _BETWEEN_TRIES_S = 40, 0.1
# Longer than the client keeps an idle connection (httpx: 5 s): the side that sends is the one that gives it up, else
# a request now and then goes into a connection that is just being closed.
_KEEP_ALIVE_S = 75


async def serve(profile: Path, *, is_demo: bool, size: str | None = None) -> int:
    """Say hello on standard output, serve, and end when standard input does. Gives the exit status."""
    token = await asyncio.to_thread(_read_token)
    if token is None:
        return 2
    try:
        lock = await _own(profile)
    except ProblemError as problem:
        _say({"ready": False, "problem": problem.body()})
        return 1
    try:
        async with _socket_folder() as folder:
            await _serve_worlds(profile, token, folder / "s", is_demo=is_demo, size=size)
        _log.info("service ended")
    except ProblemError as problem:
        _log.warning("cannot start", extra={"code": problem.code})
        _say({"ready": False, "problem": problem.body()})
        return 1
    finally:
        lock.release()
    return 0


async def _own(profile: Path) -> FileLock:
    """Take a profile for this process; after a crash of the window, the service of the one before may still be ending.

    Raises ProblemError: service.busy_profile.
    """
    for _ in range(_TRIES):
        with suppress(ProblemError):
            return FileLock(profile / "service.lock")
        await asyncio.sleep(_BETWEEN_TRIES_S)
    return FileLock(profile / "service.lock")


async def _serve_worlds(profile: Path, token: str, socket: Path, *, is_demo: bool, size: str | None) -> None:
    """Serve a profile's world, and after each change on disk the one that is there then."""
    stage, ends = Stage(), _end_of_input()
    if is_demo and not await _furnished(profile, size, ends):
        return
    server = _server(stage, socket)
    serving: asyncio.Task[None] | None = None
    wish, problem = None, None
    while True:
        async with _world(profile, stage.ask, is_demo=is_demo, size=size) as world:
            stage.show(host_app(world, token))
            if wish is not None:
                wish.answer(problem)
            serving = serving or await _begin(server, socket)
            wish = await _first_wish(stage, serving, ends)
            # An open event stream would hold the server, or the exchange, for the whole grace.
            world.hush()
            if wish is None:
                server.should_exit = True
                await serving
                return
            await stage.empty()
        problem = await asyncio.to_thread(wish.make)


async def _furnished(profile: Path, size: str | None, ends: asyncio.Event) -> bool:
    """Give a new profile its demo world; False when whoever waits for it is gone before."""
    making, end = asyncio.create_task(furnish(profile, SystemClock(), size, _tell)), asyncio.create_task(ends.wait())
    await asyncio.wait({making, end}, return_when=asyncio.FIRST_COMPLETED)
    end.cancel()
    if not making.done():
        making.cancel()
        await asyncio.wait({making})
        return False
    making.result()
    return True


def _world(profile: Path, exchange: Exchange, *, is_demo: bool, size: str | None) -> AbstractAsyncContextManager[World]:
    if not is_demo:
        return own_world(profile, SystemClock(), exchange)
    return demo_world(profile, SystemClock(), exchange, size=size, tell=_tell)


def _server(app: ASGIApp, socket: Path) -> uvicorn.Server:
    config = uvicorn.Config(
        app,
        uds=str(socket),
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_S,
        timeout_keep_alive=_KEEP_ALIVE_S,
    )
    return uvicorn.Server(config)


async def _begin(server: uvicorn.Server, socket: Path) -> asyncio.Task[None]:
    """Listen, and say so."""
    serving = asyncio.create_task(server.serve())
    # uvicorn has no event for it.
    while not server.started and not serving.done():  # noqa: ASYNC110
        await asyncio.sleep(0.005)
    if not serving.done():
        _say({"ready": True, "socket": str(socket), "protocol": PROTOCOL, "pid": os.getpid()})
        system = f"{platform.system()} {platform.release()}"
        told = {"version": version("museclock"), "python": platform.python_version(), "system": system}
        _log.info("service started", extra=told)
    return serving


async def _first_wish(stage: Stage, serving: asyncio.Task[None], ends: asyncio.Event) -> Wish | None:
    """Wait for a change that somebody asks for; None when there is nobody left to serve."""
    wish, end = asyncio.create_task(stage.wish()), asyncio.create_task(ends.wait())
    try:
        await asyncio.wait({wish, end, serving}, return_when=asyncio.FIRST_COMPLETED)
        return None if end.done() or serving.done() else wish.result()
    finally:
        wish.cancel()
        end.cancel()


def _read_token() -> str | None:
    line = sys.stdin.readline(_MAX_TOKEN_LINE)
    try:
        token = json.loads(line)["token"]
    except (ValueError, KeyError, TypeError):
        return None
    return token if isinstance(token, str) and len(token) >= 32 else None


def _end_of_input() -> asyncio.Event:
    """Give what happens when the window's end of the pipe closes, however it ends."""
    ends, loop = asyncio.Event(), asyncio.get_running_loop()

    def read() -> None:
        while sys.stdin.read(1024):
            pass
        # The loop may have ended by itself meanwhile.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(ends.set)

    # Not one of the loop's own threads: it waits for those before it ends.
    threading.Thread(target=read, name="input", daemon=True).start()
    return ends


def _tell(stage: str, part: float) -> None:
    _say({"building": {"stage": stage, "part": part}})


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
