"""A month's inputs: fees, owners and watching, as they are published, holders under pseudonyms of that month.

A fee counts for the time that it pays for: each month gets its part by the seconds of the period that lie in it, and
the parts of a fee add up to it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median_low

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.node.context import Node
from services.node.memberships.tables import MembershipPayment, Refund
from services.node.passes.tables import PassCreator, WatchedDay
from services.node.tables import Item
from services.sharing.trust import Trust
from services.units.address import Address
from services.units.membership import PERIOD_S
from services.units.time import unix_seconds

COMMON = "common"
"""The row of money that belongs to no holder any more: withheld for good, or kept from a month without watching."""
_MONTHS_BEFORE = 3
_MOST_DAYS, _MOST_S = 31, 31 * 86_400
_WHOLE_LENGTH_S = 600
"""The length of an owner's usual film where none is there any more."""


@dataclass(frozen=True, slots=True)
class Span:
    """A calendar month in UTC: its name, its first moment, and the first moment after it."""

    name: str
    start: datetime
    end: datetime

    @classmethod
    def of(cls, name: str) -> Span:
        """Read a name such as 2026-11."""
        year, month = int(name[:4]), int(name[5:])
        return cls(
            name, datetime(year, month, 1, tzinfo=UTC), datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
        )

    def before(self, months: int) -> Span:
        """Go back."""
        number = self.start.year * 12 + self.start.month - 1 - months
        return Span.of(f"{number // 12:04}-{number % 12 + 1:02}")


@dataclass(slots=True)
class Watching:
    """Seconds by day that one holder spent with one owner."""

    by_day: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def seconds(self) -> int:
        return sum(self.by_day.values())


Pairs = Mapping[tuple[Address, Address], Watching]


def fees_of(session: Session, node: Node, span: Span) -> dict[Address, int]:
    """Give each holder's part of the fees for a month, in micro-USDC; what was given back is in none."""
    wanted = select(MembershipPayment).where(
        MembershipPayment.creator == node.chain.escrow, MembershipPayment.state == "paid"
    )
    back = select(Refund.receipt).where(Refund.state.in_(("received", "paid")))
    start, end = unix_seconds(span.start), unix_seconds(span.end)
    found: dict[Address, int] = defaultdict(int)
    for row in session.scalars(wanted.where(MembershipPayment.until > start, MembershipPayment.id.not_in(back))):
        begin = max(row.until - PERIOD_S, min(unix_seconds(row.at), row.until - 1))
        part = _part(row.amount.micros, begin, row.until, end) - _part(row.amount.micros, begin, row.until, start)
        if part:
            found[row.viewer] += part
    return found


def _part(amount: int, begin: int, until: int, moment: int) -> int:
    """Give what of an amount lies before a moment."""
    return amount * min(max(moment - begin, 0), until - begin) // (until - begin)


def payers_of(session: Session, node: Node) -> dict[Address, set[Address]]:
    """Give who ever paid each holder's pass, other than the holder."""
    wanted = select(MembershipPayment.viewer, MembershipPayment.payer).where(
        MembershipPayment.creator == node.chain.escrow,
        MembershipPayment.state == "paid",
        MembershipPayment.payer != MembershipPayment.viewer,
    )
    found: dict[Address, set[Address]] = defaultdict(set)
    for viewer, payer in session.execute(wanted):
        if payer is not None:
            found[viewer].add(payer)
    return found


def watching_of(session: Session, span: Span) -> dict[tuple[Address, Address], Watching]:
    """Add up receipts by holder and verified owner: all channels of an owner count as one."""
    owners = owners_of(session)
    wanted = select(WatchedDay.account, WatchedDay.creator, WatchedDay.day, WatchedDay.watched_ms).where(
        WatchedDay.day >= span.start.date().isoformat(), WatchedDay.day < span.end.date().isoformat()
    )
    found: dict[tuple[Address, Address], Watching] = defaultdict(Watching)
    for account, creator, day, watched_ms in session.execute(wanted):
        found[account, owners.get(creator, creator)].by_day[day] += watched_ms // 1000
    return found


def owners_of(session: Session) -> dict[Address, Address]:
    """Give the owner of each channel that ever took part."""
    return dict(session.execute(select(PassCreator.creator, PassCreator.owner)).all())


def lengths_of(session: Session, owners: Iterable[Address]) -> dict[Address, int]:
    """Give the length of each owner's usual film in seconds: the median of all, archived ones too."""
    of = owners_of(session)
    wanted = set(owners)
    found: dict[Address, list[int]] = defaultdict(list)
    for creator, duration_ms in session.execute(select(Item.creator, Item.duration_ms)):
        owner = of.get(creator, creator)
        if owner in wanted:
            found[owner].append(max(1, duration_ms // 1000))
    return {owner: median_low(found[owner]) if owner in found else _WHOLE_LENGTH_S for owner in wanted}


def pseudonym(node: Node, span: Span, account: str) -> str:
    """Name a holder for one month; only this node can say who it is."""
    if account == COMMON:
        return COMMON
    key = hashlib.sha256(b"museclock/pass/pseudonym\x1f" + node.authorizer.key).digest()
    return hmac.new(key, f"{span.name}\x1f{account}".encode(), hashlib.sha256).hexdigest()[:20]


def files_of(
    node: Node,
    span: Span,
    *,
    fees: Mapping[str, int],
    trust: Mapping[str, Trust],
    pairs: Pairs,
    earlier: Pairs,
    lengths: Mapping[Address, int],
) -> dict[str, str]:
    """Write the files that anybody can compute the month from; rows in the order of their names."""
    names = {account: pseudonym(node, span, account) for account in fees}
    watched = {holder for (holder, _), one in pairs.items() if one.seconds}
    idle = {pair: one for pair, one in earlier.items() if pair[0] in names and pair[0] not in watched}
    return {
        "fees.csv": _file(
            "subscriber,fee,trust", ((names[one], fee, trust[one].quarters) for one, fee in fees.items())
        ),
        "owners.csv": _file("owner,length", lengths.items()),
        "watching.csv": _file(
            "subscriber,owner,seconds,days",
            (
                (names[holder], owner, min(one.seconds, _MOST_S), len(one.by_day))
                for (holder, owner), one in pairs.items()
                if holder in names
            ),
        ),
        "earlier.csv": _file(
            "subscriber,owner,amount",
            ((names[holder], owner, min(one.seconds, _MOST_S)) for (holder, owner), one in idle.items()),
        ),
    }


def watched_before(session: Session, span: Span) -> dict[tuple[Address, Address], Watching]:
    """Add up what was watched in the three months before."""
    return watching_of(session, Span("", span.before(_MONTHS_BEFORE).start, span.start))


def _file(head: str, rows: Iterable[Iterable[object]]) -> str:
    return "\n".join((head, *sorted(",".join(map(str, row)) for row in rows))) + "\n"
