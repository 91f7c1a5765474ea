"""The ledger's batch door: very many entries in one unit of work, with the chain and the roll-ups of ``post``."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.db.columns import to_microseconds
from services.db.ledger import ADD_BALANCE, ADD_DAY, ADD_LINE, LAST, Line
from services.db.links import GENESIS, link
from services.db.plain import Unit, Value, Work, unit_of
from services.units.time import iso

# A list is one parameter; what that looks like, the engines do not agree on.
_SEEN_SQLITE = "SELECT ref FROM ledger_line WHERE kind = ? AND line = 0 AND ref IN (SELECT value FROM json_each(?))"
_SEEN_POSTGRESQL = "SELECT ref FROM ledger_line WHERE kind = %s AND line = 0 AND ref = ANY(%s)"
_COPY = "COPY ledger_line (seq, kind, ref, line, at, account, item, amount, hash) FROM STDIN"


@dataclass(frozen=True, slots=True)
class Entry:
    """What ``post`` takes: an entry that is known by its kind and reference."""

    kind: str
    ref: str
    at: datetime
    lines: tuple[Line, ...]


def post_many(work: Work, entries: Sequence[Entry]) -> int:
    """Enter those that are not there yet, in their order; gives their number.

    Call inside a write unit, with some ten thousand at a time: each unit is one commit. Raises ValueError unless the
    lines of each add up to zero; then the unit must not be committed.
    """
    unit = unit_of(work)
    seen = _seen(unit, entries)
    seq, chain = LAST.first(unit) or (0, GENESIS)
    rows: list[tuple[Value, ...]] = []
    balances: dict[str, int] = defaultdict(int)
    days: dict[tuple[str, str, str], int] = defaultdict(int)
    new = 0
    for entry in entries:
        kind, ref = entry.kind, entry.ref
        if (kind, ref) in seen:
            continue
        seen.add((kind, ref))
        new += 1
        at, written, day = to_microseconds(entry.at), iso(entry.at), entry.at.date().isoformat()
        left = 0
        for number, line in enumerate(entry.lines):
            account, item, amount = line.account, line.item, line.amount.micros
            seq += 1
            chain = link(chain, seq, kind, ref, number, written, account, item, amount)
            rows.append((seq, kind, ref, number, at, account, item, amount, chain))
            balances[account] += amount
            days[account, day, item] += amount
            left += amount
        if left:
            raise ValueError(f"an entry that does not add up: {kind} {ref}")
    _add_lines(unit, rows)
    # In the order of their keys: neighbours lie on the same page.
    ADD_BALANCE.run_many(unit, sorted(balances.items()))
    ADD_DAY.run_many(unit, [(*key, amount) for key, amount in sorted(days.items())])
    return new


def entered(work: Work, kind: str, refs: Sequence[str]) -> set[str]:
    """Tell which references of a kind are there already."""
    unit = unit_of(work)
    if unit.dialect.name == "sqlite":
        rows = unit.driver.execute(_SEEN_SQLITE, (kind, json.dumps(list(refs))))
    else:
        rows = unit.driver.execute(_SEEN_POSTGRESQL, (kind, list(refs)))
    return {ref for (ref,) in rows}


def _seen(unit: Unit, entries: Sequence[Entry]) -> set[tuple[str, str]]:
    refs: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        refs[entry.kind].append(entry.ref)
    return {(kind, ref) for kind, wanted in refs.items() for ref in entered(unit, kind, wanted)}


def _add_lines(unit: Unit, rows: Sequence[tuple[Value, ...]]) -> None:
    if unit.dialect.name == "sqlite":
        ADD_LINE.run_many(unit, rows)
        return
    with unit.driver.cursor() as cursor, cursor.copy(_COPY) as copy:
        for row in rows:
            copy.write_row(row)
