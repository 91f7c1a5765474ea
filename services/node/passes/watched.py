"""What holders of the pass watched: a receipt for each account, day and film, as the node saw it come in.

A part counts once a day, on the day on which it is told. Nothing counts that is free, bought, or watched faster than
time goes: a day has no more media time than has passed of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.node.access import entitled_chunks, lent
from services.node.context import Node
from services.node.figures.places import Timeline, timeline_of
from services.node.memberships.turns import take_turn
from services.node.passes.offer import the_pass
from services.node.passes.tables import WatchedDay
from services.node.sales.shelf import Film
from services.units.address import Address
from services.wire.passes import WatchedIn, WatchedOut
from services.wire.problems import ProblemError

AHEAD_MS: Final = 120_000
"""What a player may have read ahead of the clock."""
_DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class Bits:
    """Which parts of a film were watched: a bit each, the lowest of the first byte for the first."""

    marks: bytes = b""

    def __contains__(self, index: int) -> bool:
        return index // 8 < len(self.marks) and bool(self.marks[index // 8] >> index % 8 & 1)

    def with_all(self, chunks: Iterable[int]) -> Bits:
        """Give these and more."""
        marks = bytearray(self.marks)
        for index in chunks:
            marks.extend(bytes(max(0, index // 8 + 1 - len(marks))))
            marks[index // 8] |= 1 << index % 8
        return Bits(bytes(marks))

    def indexes(self) -> tuple[int, ...]:
        """List them."""
        return tuple(index for index in range(8 * len(self.marks)) if index in self)


def note_watched(node: Node, account: Address, told: WatchedIn) -> WatchedOut:
    """Leave receipts for parts that an account watched with its pass. Blocking.

    Raises ProblemError: content.not_found, content.members_only (the pass does not open it to this account), pass.none.
    """
    now = node.clock.now()
    with node.database.read() as session:
        film = node.shelf.get(session, told.content_id)
        found = lent(session.connection(), account, film, now)
        if found is None or found.tier_id != the_pass(node, session).id:
            raise ProblemError("content.members_only", tiers="")
        timeline = timeline_of(film.item.signed)
        known = entitled_chunks(session, account, film)
    wanted = [index for index in sorted(set(told.chunks)) if index < len(timeline.ends_ms) and index not in known]
    with node.database.write() as session:
        take_turn(session, f"watched:{account}")
        return _note(session, account, film, timeline, wanted, now)


def _note(
    session: Session, account: Address, film: Film, timeline: Timeline, wanted: list[int], now: datetime
) -> WatchedOut:
    day = now.date().isoformat()
    spent = select(func.coalesce(func.sum(WatchedDay.watched_ms), 0))
    today = int(session.scalar(spent.where(WatchedDay.account == account, WatchedDay.day == day)) or 0)
    since = now - datetime.combine(now.date(), time.min, now.tzinfo)
    most = min(_DAY_MS, int(since.total_seconds() * 1000) + AHEAD_MS)
    key = (account, day, film.item.content_id)
    row = session.get(WatchedDay, key)
    seen, added = Bits(row.chunks if row else b""), 0
    taken: list[int] = []
    for index in wanted:
        length = timeline.length_ms(index, 1)
        if index not in seen and today + added + length <= most:
            taken.append(index)
            added += length
    if taken:
        if row is None:
            row = WatchedDay(
                account=account, day=day, content_id=film.item.content_id, creator=film.item.creator, watched_ms=0
            )
            session.add(row)
        row.chunks, row.watched_ms = seen.with_all(taken).marks, row.watched_ms + added
    return WatchedOut(counted=len(taken), today_ms=today + added)
