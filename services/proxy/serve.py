"""The proxy's process: one profile, one loopback port, until a signal ends it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from services.chain.demo.lock import FileLock
from services.chain.gateway import ChainGateway
from services.chain.hashing import address_of
from services.chain.http_lines import open_lines
from services.chain.web3_gateway import Web3Gateway
from services.db.engine import open_database
from services.db.migrate import migrate
from services.host.settings import ChainSettings
from services.http.serving import Server, listening, shown, until_signal
from services.ipfs.durable import replace_durably
from services.proxy.app import ProxyApp
from services.proxy.gate import MIN_TOKEN, Gate
from services.proxy.nodes import ListedNode
from services.proxy.purse import Limits, Purse
from services.proxy.upstream import Upstream
from services.units.time import Clock

_GRACE_S = 5
_MAX_REQUESTS = 256
ADDRESS_FILE = "address"


@contextmanager
def open_chain(settings: ChainSettings) -> Iterator[ChainGateway]:
    """Reach the chain of the settings; nothing is sent before the first question."""
    with open_lines(settings.rpc_urls, chain_id=settings.chain_id) as lines:
        yield Web3Gateway(lines, chain_id=settings.chain_id, token=settings.token, escrow=settings.escrow)


@contextmanager
def open_purse(profile: Path, *, key: bytes, limits: Limits, chain: ChainGateway, clock: Clock) -> Iterator[Purse]:
    """Open a profile for this process alone. Raises ProblemError: service.busy_profile, profile.newer."""
    profile.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = FileLock(profile / "pay-proxy.lock")
    try:
        database = open_database(profile / "pay-proxy.db")
        try:
            migrate(database, "proxy")
            yield Purse(key, address_of(key), limits, database, chain, clock)
        finally:
            database.close()
    finally:
        lock.release()


async def serve(
    purse: Purse, nodes: dict[str, ListedNode], where: tuple[str, int], profile: Path, ready: Callable[[str], None]
) -> None:
    """Serve until SIGINT or SIGTERM; ``ready`` gets the address, which also stands in the profile meanwhile.

    Raises OSError when the port is taken.
    """
    with listening(where) as listener:
        authority, port = shown(listener), listener.getsockname()[1]
        token = secrets.token_hex(MIN_TOKEN // 2)
        gate = Gate(frozenset({authority, f"localhost:{port}"}), token, nodes)
        upstream, address, note = Upstream(), f"http://{authority}/{token}", profile / ADDRESS_FILE
        replace_durably(note, f"{address}\n".encode(), unfinished=profile)
        server = Server(server_config(ProxyApp(purse, upstream, gate)))
        try:
            with until_signal(server.end):
                ready(address)
                await server.serve(sockets=[listener])
        finally:
            note.unlink(missing_ok=True)
            await upstream.close()


def server_config(app: ProxyApp) -> uvicorn.Config:
    """Say how the proxy is served: without logs of addresses, which hold the token, and without lookups."""
    return uvicorn.Config(
        app,
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        limit_concurrency=_MAX_REQUESTS,
        timeout_graceful_shutdown=_GRACE_S,
    )
