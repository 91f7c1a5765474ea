"""The node's round: looks for announced withdrawals, claims what is due, and empties tills that are worth it."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from itertools import count

from anyio import to_thread
from sqlalchemy import select

from services.node.channels.book import refresh
from services.node.channels.claims import RULES, ClaimRules, claim_due, collect
from services.node.context import Node
from services.node.sales.booking import sync
from services.node.tables import Channel, CreatorTill, Item
from services.units.address import Address, bytes32
from services.units.money import ZERO
from services.wire.problems import ProblemError

_log = logging.getLogger(__name__)
_EVERY_S = 10.0
# Anybody may send to a till at any time; looking into each is a question to the chain.
_TIP_ROUNDS = 60


async def watch(node: Node) -> None:
    """Make a round now and then, until cancelled."""
    for number in count(1):
        await asyncio.sleep(_EVERY_S)
        try:
            await to_thread.run_sync(partial(make_round, node, for_tips=number % _TIP_ROUNDS == 0))
        except ProblemError as problem:
            # Nothing is lost by waiting: vouchers stay good, and the next round tries again.
            _log.info("claims have to wait", extra={"code": problem.code})


def make_round(node: Node, *, rules: ClaimRules = RULES, for_tips: bool = False) -> None:
    """Do once what ``watch`` repeats; for_tips: look into the tills of those, too, for whom nothing is expected.

    Blocking. Raises ProblemError: chain.unreachable, transaction.unknown.
    """
    if node.database.harm is not None:
        return
    node.relayer.resume()
    for channel in _unclaimed(node):
        refresh(node, bytes32(channel))
    if claim_due(node, rules=rules):
        sync(node)
    for creator in _all(node) if for_tips else _waiting(node):
        if collect(node, creator, least=rules.collect_from) is not None:
            sync(node)


def _unclaimed(node: Node) -> list[str]:
    with node.database.read() as session:
        return list(session.scalars(select(Channel.id).where(Channel.charged > Channel.claimed)))


def _waiting(node: Node) -> list[Address]:
    """List the creators into whose tills more came than was collected."""
    settled = select(Channel.creator).where(Channel.claimed > ZERO).distinct()
    with node.database.read() as session:
        sold = {Address(creator) for creator in session.scalars(settled)}
        rows = session.scalars(select(CreatorTill).where(CreatorTill.expected > CreatorTill.collected))
        return sorted(sold | {row.creator for row in rows})


def _all(node: Node) -> list[Address]:
    with node.database.read() as session:
        return [Address(creator) for creator in session.scalars(select(Item.creator).distinct())]
