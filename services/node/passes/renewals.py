"""Who went on with the pass after a paid period, and what was watched in it: what weights can be learned from.

Only periods that ended within the months that were shared out: of these it is known what became of them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.node.memberships.tables import MembershipPayment
from services.node.passes.month import Span, lengths_of, owners_of
from services.node.passes.tables import PassCreator, PassMonth, WatchedDay
from services.node.tables import Tier
from services.units.address import Address
from services.units.membership import PERIOD_S
from services.units.time import from_unix_seconds, unix_seconds

LATE = timedelta(days=3)
"""Who pays so soon after the end went on; who comes back later is a new holder."""


@dataclass(frozen=True, slots=True)
class Period:
    """A paid period of one holder. watched: seconds and distinct days by verified owner."""

    holder: Address
    until: int
    watched: dict[Address, tuple[int, int]]
    has_renewed: bool


def periods_of(session: Session) -> list[Period]:
    """List the periods that ended within shared months, by their end and holder; those without watching too."""
    last = session.scalar(select(PassMonth.month).order_by(PassMonth.month.desc()).limit(1))
    if last is None:
        return []
    known = unix_seconds(Span.of(last).end - LATE)
    owners, found = owners_of(session), []
    for holder, payments in sorted(_payments(session).items()):
        for at, until in payments:
            if until > known:
                continue
            renewed = any(until < later and begun <= until + LATE.total_seconds() for begun, later in payments)
            watched = _watched(session, holder, max(at, until - PERIOD_S), until, owners)
            found.append(Period(holder, until, watched, renewed))
    return sorted(found, key=lambda one: (one.until, one.holder))


def usual_lengths(session: Session, periods: list[Period]) -> dict[Address, int]:
    """Give the length of the usual film of each owner who was watched, in seconds."""
    return lengths_of(session, {owner for one in periods for owner in one.watched})


def _payments(session: Session) -> dict[Address, list[tuple[int, int]]]:
    """Give when each holder of the pass paid, and until when; Unix seconds."""
    # Whoever has only the database knows the pass by who takes part in it.
    sold = select(Tier.creator).join(PassCreator, PassCreator.tier_id == Tier.id)
    wanted = select(MembershipPayment).where(MembershipPayment.creator.in_(sold), MembershipPayment.state == "paid")
    found: dict[Address, list[tuple[int, int]]] = defaultdict(list)
    for row in session.scalars(wanted):
        found[row.viewer].append((unix_seconds(row.at), row.until))
    return found


def _watched(
    session: Session, holder: Address, begin: int, until: int, owners: dict[Address, Address]
) -> dict[Address, tuple[int, int]]:
    wanted = select(WatchedDay.creator, WatchedDay.day, WatchedDay.watched_ms).where(
        WatchedDay.account == holder,
        WatchedDay.day >= from_unix_seconds(begin).date().isoformat(),
        WatchedDay.day < from_unix_seconds(until).date().isoformat(),
    )
    seconds: dict[Address, int] = defaultdict(int)
    days: dict[Address, set[str]] = defaultdict(set)
    for creator, day, watched_ms in session.execute(wanted):
        owner = owners.get(creator, creator)
        seconds[owner] += watched_ms // 1000
        days[owner].add(day)
    return {owner: (seconds[owner], len(days[owner])) for owner in sorted(seconds) if seconds[owner]}
