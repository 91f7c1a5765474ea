"""Writes a ledger out, as far as it holds, for people and for other programs."""

from __future__ import annotations

import csv
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from services.db.audit import PlainLine, checked_entries
from services.db.engine import Database
from services.db.links import moment
from services.wire.problems import ProblemError

_COLUMNS = ("seq", "at", "kind", "ref", "line", "account", "item", "amount_micro_usdc", "hash")


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written. break_at: where the ledger stops holding (a line's number, or a word), None at its end."""

    csv: Path
    json: Path
    lines: int
    break_at: str | None


def export_ledger(database: Database, folder: Path, name: str) -> Exported:
    """Write all entries up to the first break to ``name.csv`` and ``name.json`` in a folder, replacing older ones.

    Amounts are whole micro-USDC. It only reads. Raises OSError when the files cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    table, tree = folder / f"{name}.csv", folder / f"{name}.json"
    count, break_at = 0, None
    with table.open("w", newline="", encoding="utf-8") as csv_file, tree.open("w", encoding="utf-8") as json_file:
        writer = csv.writer(csv_file)
        writer.writerow(_COLUMNS)
        json_file.write('{"lines": [')
        try:
            with database.read() as session, closing(checked_entries(session)) as entries:
                for entry in entries:
                    for line in entry:
                        row = _row(line)
                        writer.writerow(row)
                        json_file.write(
                            ("," if count else "") + "\n" + json.dumps(dict(zip(_COLUMNS, row, strict=True)))
                        )
                        count += 1
        except (DBAPIError, sqlite3.Error):
            # Tables whose very names are damaged.
            break_at = "file"
        except ProblemError as problem:
            if problem.code != "ledger.damaged":
                raise
            break_at = problem.params.get("line", "file")
        json_file.write(f'\n], "count": {count}, "break_at": {json.dumps(break_at)}}}\n')
    return Exported(table, tree, count, break_at)


def _row(line: PlainLine) -> tuple[str, ...]:
    seq, kind, ref, number, at, account, item, amount, kept = line
    return str(seq), moment(at), kind, ref, str(number), account, item, str(amount), kept.hex()
