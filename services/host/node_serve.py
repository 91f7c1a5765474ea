"""Serves one node on several addresses until a signal ends it."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.host.node_open import NodeSetup, at_work
from services.host.node_settings import NodeSettings, SettingsError
from services.host.node_workers import Job, lead_workers
from services.host.node_world import Served, demo_node, own_node
from services.http.serving import Server, listening, shown, until_signal
from services.node.limits import RateLimits
from services.node.shared_buckets import BucketMemory
from services.units.time import Clock

_log = logging.getLogger(__name__)
# Longer than clients keep an idle connection: the side that sends is the one that gives it up.
_KEEP_ALIVE_S = 75


async def serve_node(
    profile: Path,
    settings: NodeSettings,
    clock: Clock,
    *,
    is_demo: bool,
    settings_file: Path | None,
    ready: Callable[[tuple[str, ...]], None],
) -> None:
    """Serve until SIGINT or SIGTERM; ``ready`` gets the addresses. The databases are closed when this returns.

    Raises SettingsError for an address that cannot be had, ProblemError as own_node and demo_node.
    """
    with ExitStack() as stack:
        listeners = [stack.enter_context(_listener(where)) for where in settings.listen]
        addresses = tuple(f"http://{shown(listener)}" for listener in listeners)
        uri = settings.public_url or addresses[0]
        setup = setup_of(settings, uri, settings_file)
        told = {"addresses": " ".join(addresses), "uri": uri, "demo": is_demo, "workers": settings.workers}

        def say() -> None:
            ready(addresses)
            _log.info("listening", extra=told)

        is_over = asyncio.Event()
        # Until the books are closed: a second signal changes nothing.
        with until_signal(is_over.set):
            async with _opened(profile, clock, setup, is_demo=is_demo) as served, at_work(served.node):
                if settings.workers > 1:
                    await lead_workers(Job(profile, settings, setup), listeners, is_over, say)
                else:
                    server = server_of(served.app, settings, is_demo=is_demo)
                    say()
                    await _serve_until(is_over, server, listeners)
            _log.info("ended")


async def _serve_until(is_over: asyncio.Event, server: Server, listeners: list[socket.socket]) -> None:
    async def end() -> None:
        await is_over.wait()
        server.end()

    ending = asyncio.create_task(end())
    try:
        await server.serve(sockets=listeners)
    finally:
        ending.cancel()


def setup_of(settings: NodeSettings, uri: str, settings_file: Path | None) -> NodeSetup:
    """Give what a node has to know of its settings."""
    return NodeSetup(
        domain=urlsplit(uri).netloc,
        uri=uri,
        database=settings.database,
        settings_file=settings_file,
        operators=settings.operators,
        sanctions=settings.sanctions,
    )


def server_of(
    app: ASGIApp, settings: NodeSettings, *, is_demo: bool = False, memory: BucketMemory | None = None
) -> Server:
    """Put what stands at the outer door around an application. memory: see RateLimits."""
    # Where all the money is play money, everybody tries things by the dozen, and nobody else can come.
    app = RateLimits(app, memory=memory) if settings.limits and not is_demo else app
    return Server(_config(RequestLog(app) if settings.log_requests else app, settings))


def _opened(profile: Path, clock: Clock, setup: NodeSetup, *, is_demo: bool) -> AbstractAsyncContextManager[Served]:
    return demo_node(profile, clock, setup) if is_demo else own_node(profile, clock, setup)


def _config(app: ASGIApp, settings: NodeSettings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        # What anybody else says about a client's address is not believed.
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=list(settings.proxies),
        timeout_graceful_shutdown=settings.grace_s,
        timeout_keep_alive=_KEEP_ALIVE_S,
    )


@contextmanager
def _listener(where: tuple[str, int]) -> Iterator[socket.socket]:
    with ExitStack() as stack:
        try:
            listener = stack.enter_context(listening(where))
        except OSError as exc:
            raise SettingsError(f"{where[0]}:{where[1]} cannot be listened on: {exc.strerror}.") from exc
        yield listener


class RequestLog:
    """Writes a line for each request: path without question, status, time. Headers and bodies stay unsaid."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 0

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, note)
        finally:
            took = f"{(time.perf_counter() - began) * 1000:.1f}"
            _log.info("request", extra={"method": scope["method"], "path": scope["path"], "status": status, "ms": took})
