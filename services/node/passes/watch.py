"""The node's round for the pass: shares out a month that is over, and brings what is due on its way."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from anyio import to_thread
from sqlalchemy import func, select

from services.node.context import Node
from services.node.memberships.tables import MembershipPayment
from services.node.passes.closing import close_month, is_over
from services.node.passes.month import Span
from services.node.passes.rounds import advance, plan
from services.node.passes.tables import PassMonth
from services.wire.problems import ProblemError

_log = logging.getLogger(__name__)
_EVERY_S = 60.0


async def watch(node: Node) -> None:
    """Make a round now and then, until cancelled."""
    while True:
        await asyncio.sleep(_EVERY_S)
        try:
            await to_thread.run_sync(make_round, node)
        except ProblemError as problem:
            # Nothing is lost by waiting: what is due stays due.
            _log.info("the pass has to wait", extra={"code": problem.code})


def make_round(node: Node) -> None:
    """Do once what ``watch`` repeats. Blocking. Raises ProblemError: chain.unreachable, transaction.unknown."""
    if node.database.harm is not None:
        return
    for month in due_months(node):
        close_month(node, month)
    plan(node)
    advance(node)


def due_months(node: Node) -> list[str]:
    """List the months that are over and not shared out yet, oldest first; from the first that somebody paid for."""
    with node.database.read() as session:
        paid = (MembershipPayment.creator == node.chain.escrow, MembershipPayment.state == "paid")
        first = session.scalar(select(func.min(MembershipPayment.at)).where(*paid))
        last = session.scalar(select(func.max(PassMonth.month)))
    if first is None:
        return []
    span, found = Span.of(first.strftime("%Y-%m")), []
    while is_over(span, node.clock.now()):
        if last is None or span.name > last:
            found.append(span.name)
        span = Span.of((span.end + timedelta(days=1)).strftime("%Y-%m"))
    return found
