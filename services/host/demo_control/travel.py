"""Turns a world's clock forward in steps, so that all that is due on the way is done when it is due.

Between two stops nobody does anything, as with a computer that sleeps; at each stop the node and every desk make the
rounds that their watchers make by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta

from anyio import to_thread

from services.chain.errors import ChainUnreachable, NotDeployed, WrongChain
from services.desk.chain_view import follow
from services.desk.channels.watch import look_after as look_after_channels
from services.desk.context import Desk
from services.desk.memberships.mirror import kept
from services.desk.memberships.watch import RENEW_WITHIN
from services.desk.memberships.watch import look_after as look_after_memberships
from services.desk.purchases.resume import finish_open
from services.host.demo_control.kept_clock import KeptClock
from services.host.demo_control.townspeople import Townspeople
from services.host.world import World
from services.node.channels.watch import make_round
from services.node.passes.watch import make_round as make_pass_round
from services.wire.demo import Span
from services.wire.problems import ProblemError

SPANS: dict[Span, timedelta] = {"hour": timedelta(hours=1), "day": timedelta(days=1), "month": timedelta(days=30)}
# A session of watching ends after five minutes and is then claimed; an idle channel's rest goes home after ten.
_FIRST_STOPS = (timedelta(minutes=6), timedelta(minutes=11), timedelta(hours=1))
_STRIDE = timedelta(days=1)
_KINDS = ("wallet", "channel", "membership", "purchase", "earnings", "payout", "catalogue", "library")


def _untold(_part: float) -> None:
    """Nobody waits."""


async def turn(
    world: World,
    clock: KeptClock,
    by: Span,
    *,
    town: Townspeople | None = None,
    tell: Callable[[float], None] = _untold,
) -> None:
    """Turn the clock; what was under way at the end of the way goes on by itself.

    town: who lives there without a desk. tell: hears how far it is, from 0 to 1.
    """
    begun, goal = clock.now(), clock.ahead + SPANS[by]
    stops = [begun + stop for stop in _FIRST_STOPS]
    while clock.ahead < goal:
        now, due = clock.now(), await to_thread.run_sync(_renewals, world)
        coming = [moment - now for moment in (*stops, *due) if moment > now]
        clock.advance(min([_STRIDE, goal - clock.ahead, *coming]))
        if town is not None:
            await to_thread.run_sync(town.live, world.node)
        await live(world)
        tell(1 - (goal - clock.ahead) / SPANS[by])
    for desk in world.desks:
        for kind in _KINDS:
            desk.events.publish(kind)


async def live(world: World) -> None:
    """Make every round once that is made now and then while time passes by itself."""
    # One that fails is tried again at the next stop, as at any other time.
    for round_ in (make_round, make_pass_round):
        with suppress(ProblemError):
            await to_thread.run_sync(round_, world.node)
    for desk in _well(world.desks):
        await finish_open(desk)
        await look_after_channels(desk)
        await look_after_memberships(desk)
        await to_thread.run_sync(_hear_chain, desk)


def _renewals(world: World) -> list[datetime]:
    """Give the moments at which memberships are to be renewed, or end. Blocking."""
    rows = [row for desk in _well(world.desks) for row in kept(desk)]
    return [row.paid_until - RENEW_WITHIN for row in rows if row.renews] + [row.paid_until for row in rows]


def _hear_chain(desk: Desk) -> None:
    with suppress(ChainUnreachable, NotDeployed, WrongChain):
        follow(desk)


def _well(desks: Iterable[Desk]) -> list[Desk]:
    return [desk for desk in desks if desk.database.harm is None]
