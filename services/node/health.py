"""Health: whether the node answers, and how everything that it leans on is."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import Depends, Request, Response
from sqlalchemy import text

from services.chain.errors import ChainUnreachable, NotDeployed, WrongChain
from services.http.bound import about
from services.http.late_routes import LateRouter
from services.node.context import Node
from services.node.door import NodeOf
from services.wire.node import Dependencies, DependencyState, NodeHealth, ReadyOut
from services.wire.problems import ProblemError

LOW_GAS_WEI = 5 * 10**17
"""Half a dollar of gas on Arc; a claim of many vouchers has cost up to a cent there (November 2026)."""
_FRESH = timedelta(seconds=2)
_PROBE = b"museclock: is this store alive?"

router = LateRouter(tags=["health"])
ChainState = Literal["ok", "unreachable", "not_deployed", "wrong_chain"]


@dataclass(frozen=True, slots=True)
class Report:
    """What was found at a moment."""

    at: datetime
    chain: ChainState
    block: int | None
    dependencies: Dependencies


class HealthWatch:
    """Looks at most every two seconds, however often it is asked. Thread-safe."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._turn = threading.Lock()
        self._last: Report | None = None

    def report(self) -> Report:
        """Give what is known, looked up now if it is too old. Blocking."""
        with self._turn:
            now = self._node.clock.now()
            if self._last is None or not self._last.at <= now < self._last.at + _FRESH:
                self._last = _look(self._node, now)
            return self._last


async def _watch(request: Request) -> HealthWatch:
    watch: HealthWatch = about(request.scope, "health")
    return watch


Watch = Annotated[HealthWatch, Depends(_watch)]


@router.get("/health")
def health(node: NodeOf, watch: Watch) -> NodeHealth:
    """Say that the node answers, what it sells on, and how what it leans on is. 200 as long as it can say so."""
    found = watch.report()
    is_well = {found.dependencies.database, found.dependencies.chain, found.dependencies.store} == {"ok"}
    return NodeHealth(
        status="ok" if is_well and found.dependencies.relayer == "ok" else "degraded",
        chain_id=node.chain.chain_id,
        token=node.chain.token,
        escrow=node.chain.escrow,
        block=found.block,
        chain=found.chain,
        dependencies=found.dependencies,
    )


@router.get("/health/ready", responses={503: {"model": ReadyOut, "description": "Database, chain or store fail"}})
def ready(watch: Watch, response: Response) -> ReadyOut:
    """Say whether requests should be sent here: 200, or 503 while database, chain or store fail."""
    found = watch.report().dependencies
    is_ready = {found.database, found.chain, found.store} == {"ok"}
    if not is_ready:
        response.status_code = 503
    return ReadyOut(ready=is_ready, dependencies=found)


def _look(node: Node, now: datetime) -> Report:
    chain, block = _chain(node)
    return Report(
        at=now,
        chain=chain,
        block=block,
        dependencies=Dependencies(
            database=_database(node),
            chain="ok" if chain == "ok" else "failed",
            relayer=_relayer(node),
            store=_store(node),
            channels="ok" if node.channels.is_offered else "off",
        ),
    )


def _chain(node: Node) -> tuple[ChainState, int | None]:
    try:
        node.chain.check()
        return "ok", node.chain.head().number
    except NotDeployed:
        return "not_deployed", None
    except WrongChain:
        return "wrong_chain", None
    except ChainUnreachable:
        return "unreachable", None


def _relayer(node: Node) -> DependencyState:
    try:
        gas = node.chain.gas_balance(node.relayer.sender)
    except ChainUnreachable:
        return "failed"
    if gas == 0:
        return "failed"
    return "low" if gas < LOW_GAS_WEI else "ok"


def _database(node: Node) -> DependencyState:
    try:
        with node.database.read() as session:
            session.execute(text("SELECT 1"))
    except ProblemError:
        return "failed"
    return "ok"


def _store(node: Node) -> DependencyState:
    """Write a block (the first time) and read it back."""
    try:
        return "ok" if node.blocks.get(node.blocks.put(_PROBE)) == _PROBE else "failed"
    except (ProblemError, OSError):
        return "failed"
