"""Looking at nodes: before one is added, and again and again after it."""

from __future__ import annotations

import asyncio
import logging

from anyio import to_thread

from services.desk.context import Desk
from services.desk.nodes.record import check_chain, listed, note
from services.desk.nodes.tables import KnownNode
from services.wire.node import NodeHealth
from services.wire.problems import ProblemError

_log = logging.getLogger(__name__)
_AGAIN_S = 20.0
PATIENCE_S = 6.0
"""How long a list waits for one node among others."""
_NO_NODE = ("internal", "service.version", "request.not_found", "request.invalid")


async def look(desk: Desk, address: str) -> NodeHealth:
    """Ask a node what it is. Raises ProblemError: node.unreachable, node.certificate, node.not_a_node,
    chain.wrong_chain.
    """
    try:
        async with asyncio.timeout(PATIENCE_S):
            health = await desk.at(address).node.browse(NodeHealth, "/health")
    except TimeoutError as exc:
        raise ProblemError("node.unreachable") from exc
    except ProblemError as problem:
        if problem.code in _NO_NODE:
            raise ProblemError("node.not_a_node", reason=problem.code) from problem
        if problem.code == "service.timeout":
            raise ProblemError("node.unreachable") from problem
        raise
    check_chain(desk, health)
    return health


async def watch(desk: Desk) -> None:
    """Look at the listed nodes until the desk closes."""
    while True:
        await look_at_all(desk)
        await asyncio.sleep(_AGAIN_S)


async def look_at_all(desk: Desk) -> None:
    """Look once at each listed node, all at the same time."""
    rows = await to_thread.run_sync(listed, desk)
    await asyncio.gather(*(look_again(desk, row) for row in rows))


async def look_again(desk: Desk, row: KnownNode) -> ProblemError | None:
    """Look at one listed node and note what it is now; gives what is wrong with it."""
    problem = None
    try:
        await look(desk, row.address)
    except ProblemError as found:
        problem = found
    await noted(desk, row.address, problem)
    return problem


async def noted(desk: Desk, address: str, problem: ProblemError | None) -> None:
    """Note how a node answered, and tell the window when that is news."""
    if await to_thread.run_sync(note, desk, address, problem):
        _log.info("node's state", extra={"node": address, "code": problem.code if problem else "up"})
        desk.events.publish("node", address)
