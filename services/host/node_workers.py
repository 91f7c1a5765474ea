"""Several processes that answer on the same addresses, from one database; the one that started them leads.

A worker that dies is replaced; all of them end with the one that started them, however that ends.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Semaphore
from pathlib import Path

from services.host.node_open import NodeSetup
from services.host.node_settings import NodeSettings
from services.node.shared_buckets import BucketMemory, bucket_memory

_log = logging.getLogger(__name__)
_LOOK_S = 0.2
# Who cannot start at all is not started five times a second.
_AGAIN_S = 2.0
_MORE_GRACE_S = 5


@dataclass(frozen=True, slots=True)
class Job:
    """What every worker does."""

    profile: Path
    settings: NodeSettings
    setup: NodeSetup


async def lead_workers(
    job: Job, listeners: Sequence[socket.socket], is_over: asyncio.Event, ready: Callable[[], None]
) -> None:
    """Keep the workers running until it is over, then let them end what they began. They are gone when it returns.

    ready: called once all of them answer.
    """
    context = multiprocessing.get_context("spawn")
    # Nobody writes into it: it closes with this process, and that tells them.
    alive, ours = context.Pipe(duplex=False)
    job = replace(job, setup=replace(job.setup, is_verified=True))
    started, answering, memory = context.Semaphore(0), 0, bucket_memory(context)

    def start() -> BaseProcess:
        process = context.Process(target=_work, args=(job, list(listeners), alive, started, memory), name="node worker")
        process.start()
        return process

    workers = [start() for _ in range(job.settings.workers)]
    try:
        while not await _is_set_within(is_over, _LOOK_S):
            while answering < len(workers) and started.acquire(block=False):
                answering += 1
                if answering == len(workers):
                    ready()
            for place, worker in enumerate(workers):
                if not worker.is_alive():
                    _log.error("a worker ended", extra={"pid": worker.pid, "status": worker.exitcode})
                    await _is_set_within(is_over, _AGAIN_S)
                    workers[place] = start()
    finally:
        ours.close()
        await asyncio.to_thread(_end_all, workers, job.settings.grace_s + _MORE_GRACE_S)


async def _is_set_within(event: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True


def _end_all(workers: Sequence[BaseProcess], patience_s: float) -> None:
    for worker in workers:
        worker.terminate()
    for worker in workers:
        worker.join(patience_s)
        if worker.is_alive():
            _log.error("a worker did not end", extra={"pid": worker.pid})
            worker.kill()
            worker.join()


def _work(
    job: Job, listeners: list[socket.socket], alive: Connection, started: Semaphore, memory: BucketMemory
) -> None:
    """Be a worker."""
    from services.host.logs import log_to_errors
    from services.http.serving import run

    os.umask(0o077)
    # Ctrl+C goes to all processes of a terminal; the one that leads tells the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    log_to_errors()
    run(_serve(job, listeners, alive, started, memory))


async def _serve(
    job: Job, listeners: list[socket.socket], alive: Connection, started: Semaphore, memory: BucketMemory
) -> None:
    from services.host.node_open import at_work, opened_node
    from services.host.node_serve import server_of
    from services.host.own import chain_of
    from services.host.settings import chain_settings
    from services.http.serving import until_signal
    from services.ipfs.store import DiskBlockStore
    from services.node.app import node_app
    from services.units.time import SystemClock

    profile, setup = job.profile, job.setup
    blocks = DiskBlockStore(profile / "blocks")
    with chain_of(chain_settings(setup.settings_file or profile)) as chain:
        opened = opened_node(profile / "node", chain=chain, blocks=blocks, clock=SystemClock(), setup=setup)
        async with opened as node, at_work(node, may_lead=False):
            server = server_of(node_app(node), job.settings, memory=memory)
            loop = asyncio.get_running_loop()

            def end_with_the_leader() -> None:
                try:
                    alive.recv_bytes()
                except EOFError:
                    loop.call_soon_threadsafe(server.end)

            threading.Thread(target=end_with_the_leader, name="leader", daemon=True).start()
            started.release()
            with until_signal(server.end):
                await server.serve(sockets=listeners)
