"""Smoothed payouts in the node's books: levels and reserves by owner, and leaving, which pays all of it at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.db.ledger import Line, post
from services.node.context import Node
from services.node.memberships.turns import take_turn
from services.node.passes.refunded import TURN
from services.node.passes.tables import PassMonth, PassShare, PassSmoothing
from services.sharing.smoothing import Smoothing, smooth
from services.units.address import Address
from services.units.money import ZERO, Money


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a month brought an owner, what goes out for it, and what is held afterwards."""

    earned: Money
    paid: Money
    reserve: Money


def outcomes(session: Session, shares: Mapping[Address, Money]) -> dict[Address, Outcome]:
    """Give each owner's outcome and note the new levels; who smooths has one also in a month that brought nothing."""
    smoothing = {row.owner: row for row in session.scalars(select(PassSmoothing).where(PassSmoothing.is_on == 1))}
    found = {}
    for owner in {*(owner for owner, share in shares.items() if share), *smoothing}:
        earned, row = shares.get(owner, ZERO), smoothing.get(owner)
        if row is None or row.level is None:
            # The first month after opting in is the level from which payouts start.
            found[owner] = Outcome(earned, earned, ZERO)
            if row is not None and earned:
                row.level = earned
            continue
        month = smooth(Smoothing(row.level, row.reserve), earned)
        row.level, row.reserve = month.after.level, month.after.reserve
        found[owner] = Outcome(earned, month.paid, month.after.reserve)
    return {owner: one for owner, one in found.items() if one.earned or one.paid or one.reserve}


def choose(node: Node, owner: Address, *, is_on: bool) -> None:
    """Opt in or out; opting out makes all of the reserve due at once. Blocking."""
    now = node.clock.now()
    with node.database.write() as session:
        take_turn(session, TURN)
        row = session.get(PassSmoothing, owner)
        if row is None:
            row = PassSmoothing(owner=owner, level=None, reserve=ZERO, is_on=0, changed_at=now)
            session.add(row)
        if bool(row.is_on) == is_on:
            return
        held, row.level, row.reserve, row.is_on, row.changed_at = row.reserve, None, ZERO, int(is_on), now
        if not held:
            return
        # A reserve comes from a month: since the last one it can be left once.
        latest = session.scalar(select(func.max(PassMonth.month))) or ""
        named = f"{latest}/left"
        lines = (Line(f"reserve:{owner}", -held, "pool"), Line(f"due:{owner}", held, "pool"))
        post(session, kind="pass_left", ref=f"{owner}:{named}", at=now, lines=lines)
        session.add(PassShare(owner=owner, month=named, earned=ZERO, watchers=0, paid=held, reserve=ZERO, state="due"))
