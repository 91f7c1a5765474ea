"""Says for an evidence file how the whole service stands: versions, origin, and the sums of chain, node and desks."""

from __future__ import annotations

import platform
import sqlite3

from anyio import to_thread

from services.chain.errors import ChainUnreachable, NotDeployed, WrongChain
from services.db.engine import Database
from services.desk.context import Desk
from services.desk.reconciliation import reconciliation
from services.host.world import World
from services.wire.desk import Health
from services.wire.evidence import DeskEvidence, EvidenceOut
from services.wire.problems import ProblemError


async def gather(world: World, health: Health) -> EvidenceOut:
    """Look at everything once; what cannot be had says why."""
    return EvidenceOut(
        now=world.node.clock.now(),
        python=platform.python_version(),
        system=platform.platform(terse=True),
        sqlite=sqlite3.sqlite_version,
        health=health,
        origin=dict(world.origin),
        head=await to_thread.run_sync(_head, world),
        node_damage=_damage(world.node.database),
        desks=tuple([await _desk(desk) for desk in world.desks]),
    )


async def _desk(desk: Desk) -> DeskEvidence:
    sums, problem = None, ""
    try:
        sums = await reconciliation(desk)
    except ProblemError as found:
        problem = found.code
    return DeskEvidence(
        id=desk.id,
        role=desk.role,
        address=desk.keyring.address,
        wallet=desk.keyring.status,
        ledger_damage=_damage(desk.database),
        sums=sums,
        problem=problem,
    )


def _head(world: World) -> int | None:
    try:
        return world.chain.head().number
    except (ChainUnreachable, NotDeployed, WrongChain):
        return None


def _damage(database: Database) -> str:
    return "" if database.harm is None else f"{database.harm.code} {dict(database.harm.params)}"
