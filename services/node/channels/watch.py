"""The node's round: looks for announced withdrawals, claims what is due, and empties tills that are worth it."""

from __future__ import annotations

import asyncio
import logging

from anyio import to_thread
from sqlalchemy import select

from services.node.channels.book import refresh
from services.node.channels.claims import RULES, ClaimRules, claim_due, collect
from services.node.context import Node
from services.node.sales.booking import sync
from services.node.tables import Channel, CreatorTill
from services.units.address import Address, bytes32
from services.wire.problems import ProblemError

_log = logging.getLogger(__name__)
_EVERY_S = 10.0


async def watch(node: Node) -> None:
    """Make a round now and then, until cancelled."""
    while True:
        await asyncio.sleep(_EVERY_S)
        try:
            await to_thread.run_sync(make_round, node)
        except ProblemError as problem:
            # Nothing is lost by waiting: vouchers stay good, and the next round tries again.
            _log.info("claims have to wait", extra={"code": problem.code})


def make_round(node: Node, *, rules: ClaimRules = RULES) -> None:
    """Do once what ``watch`` repeats. Blocking. Raises ProblemError: chain.unreachable, transaction.unknown."""
    if not node.channels.is_offered:
        return
    for channel in _unclaimed(node):
        refresh(node, bytes32(channel))
    if claim_due(node, rules=rules):
        sync(node)
    for creator in _waiting(node):
        if collect(node, creator, least=rules.collect_from) is not None:
            sync(node)


def _unclaimed(node: Node) -> list[str]:
    with node.database.read() as session:
        return list(session.scalars(select(Channel.id).where(Channel.charged > Channel.claimed)))


def _waiting(node: Node) -> list[Address]:
    """List the creators into whose tills more came than was collected."""
    settled = select(Channel.creator).where(Channel.claimed > 0).distinct()
    with node.database.read() as session:
        sold = {Address(creator) for creator in session.scalars(settled)}
        rows = session.scalars(select(CreatorTill).where(CreatorTill.expected > CreatorTill.collected))
        return sorted(sold | {row.creator for row in rows})
