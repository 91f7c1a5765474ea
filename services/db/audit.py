"""Checks a ledger: each line's place in the hash chain, each entry's zero sum, the roll-ups, the file under them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from services.db.links import GENESIS, link, moment
from services.wire.problems import ProblemError

PlainLine = tuple[int, str, str, int, int, str, str, int, bytes]
"""seq, kind, ref, line, at, account, item, amount, hash, as the driver gives them."""
_LINES = "SELECT seq, kind, ref, line, at, account, item, amount, hash FROM ledger_line ORDER BY seq"
_BALANCES = "SELECT account, amount FROM ledger_balance"
_DAYS = "SELECT account, day, item, amount FROM ledger_day"
_AT_ONCE = 2_000


@dataclass(slots=True)
class Audited:
    """What a whole ledger adds up to."""

    lines: int = 0
    head: bytes = GENESIS
    """The hash of the last line: who keeps it elsewhere can tell later that nothing before it was changed."""
    balances: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    days: dict[tuple[str, str, str], int] = field(default_factory=lambda: defaultdict(int))

    def count(self, entry: list[PlainLine]) -> None:
        """Add a checked entry."""
        for _seq, _kind, _ref, _line, at, account, item, amount, _hash in entry:
            self.balances[account] += amount
            self.days[account, moment(at)[:10], item] += amount
        self.lines, self.head = entry[-1][0], entry[-1][8]


def verify(session: Session) -> Audited:
    """Check everything that sums are taken from; gives what it adds up to. Raises ProblemError: ledger.damaged."""
    _check_file(session)
    found = Audited()
    with closing(checked_entries(session)) as entries:
        for entry in entries:
            found.count(entry)
    if dict(_stream(session, _BALANCES)) != found.balances:
        raise ProblemError("ledger.damaged", line="sums")
    if {row[:3]: row[3] for row in _stream(session, _DAYS)} != found.days:
        raise ProblemError("ledger.damaged", line="sums")
    return found


def verify_end(session: Session, *, lines: int) -> None:
    """Check the chain of the last so many lines alone, each onto the one before. Raises ProblemError: ledger.damaged.

    For books that are too long to be checked whole at every start; sums are not compared.
    """
    driver: Any = session.connection().connection.driver_connection
    last = count_lines(session)
    start = max(0, last - lines)
    before = driver.execute(f"SELECT hash FROM ledger_line WHERE seq = {start}").fetchone()  # noqa: S608  a number
    if start and before is None:
        raise ProblemError("ledger.damaged", line=start)
    query = _LINES.replace("ORDER BY", f"WHERE seq > {start} ORDER BY")
    with closing(_stream(session, query)) as rows:
        for _line in _linked(rows, before[0] if before else GENESIS, start):
            pass


def count_lines(session: Session) -> int:
    """Give the number of the last line, which is their number."""
    driver: Any = session.connection().connection.driver_connection
    (last,) = driver.execute("SELECT max(seq) FROM ledger_line").fetchone()
    return int(last or 0)


def checked_entries(session: Session) -> Generator[list[PlainLine]]:
    """Give the ledger's entries in order, each when all its lines have been checked.

    Raises ProblemError: ledger.damaged, with the number of the first line that does not hold.
    """
    # Closed here: a cursor that is left to the collector may outlive its connection.
    with closing(_stream(session, _LINES)) as rows:
        yield from _checked(rows)


def _checked(rows: Iterable[PlainLine]) -> Iterator[list[PlainLine]]:
    lines = _linked(rows, GENESIS, 0)
    entry: list[PlainLine] = []
    while True:
        try:
            one = next(lines, None)
        except ProblemError:
            # What stands before the break and adds up is whole.
            if entry and _adds_up(entry):
                yield entry
            raise
        if entry and (one is None or one[1:3] != entry[0][1:3]):
            if not _adds_up(entry):
                raise ProblemError("ledger.damaged", line=entry[-1][0])
            yield entry
            entry = []
        if one is None:
            return
        entry.append(one)


def _adds_up(entry: list[PlainLine]) -> bool:
    return sum(one[7] for one in entry) == 0


def _linked(rows: Iterable[PlainLine], chain: bytes, count: int) -> Iterator[PlainLine]:
    """Give each line that follows the one before it."""
    for one in rows:
        count += 1
        seq, kind, ref, number, at, account, item, amount, kept = one
        try:
            chain = link(chain, seq, kind, ref, number, moment(at), account, item, amount)
        except (TypeError, ValueError, OverflowError) as exc:
            raise ProblemError("ledger.damaged", line=count) from exc
        if seq != count or kept != chain:
            raise ProblemError("ledger.damaged", line=count)
        yield one


def _stream(session: Session, query: str) -> Generator[Any]:
    """Read rows as the driver gives them, a few at a time."""
    driver: Any = session.connection().connection.driver_connection
    if session.get_bind().dialect.name == "sqlite":
        with closing(driver.execute(query)) as rows:
            yield from rows
        return
    # Without a name PostgreSQL's driver would fetch all of them first.
    with driver.cursor(name="audit") as cursor:
        cursor.itersize = _AT_ONCE
        cursor.execute(query)
        yield from cursor


def _check_file(session: Session) -> None:
    """Look for pages that are not what they should be, and indices that tell another story than their tables.

    A sum is read by an index, the check of the chain is not.
    """
    if session.get_bind().dialect.name != "sqlite":
        # PostgreSQL's own business: data checksums, pg_amcheck.
        return
    driver: Any = session.connection().connection.driver_connection
    (found,) = driver.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        raise ProblemError("ledger.damaged", line="file")
