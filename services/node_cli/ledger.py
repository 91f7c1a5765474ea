"""``museclock-node ledger``: checks books, and writes out what of them holds. It changes no line."""

from __future__ import annotations

import sqlite3
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from services.node_cli.command import Command, CommandError
from services.node_cli.terminal import Terminal
from services.wire.problems import ProblemError

if TYPE_CHECKING:
    from services.db.engine import Database

_FILES = ("node.db", "node/node.db", "desk.db", "desks/*/desk.db")


def _declare(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION", dest="action")
    verify = actions.add_parser("verify", help="check every line, every sum and the file")
    verify.add_argument("--accept", action="store_true", help="take a changed file as it is, if its ledger holds")
    export = actions.add_parser("export", help="write all lines up to the first that does not hold, as CSV and JSON")
    export.add_argument("--to", type=Path, required=True, metavar="DIR", help="where the files go")
    for action in (verify, export):
        place = action.add_mutually_exclusive_group(required=True)
        place.add_argument("--database", metavar="URL", help="postgresql://…")
        place.add_argument("--profile", type=Path, metavar="DIR", help="a profile or a node's data folder")


def _run(given: Namespace, terminal: Terminal) -> int:
    places = dict(_places(given))
    if not places:
        raise CommandError(f"There are no books in {given.profile}.")
    act = _verify if given.action == "verify" else _export
    # All of them are looked at, whatever the first one says.
    return max([act(name, where, given, terminal) for name, where in places.items()])


def _places(given: Namespace) -> Iterator[tuple[str, Path | str]]:
    """Name the books that are meant."""
    if given.database is not None:
        yield "node", str(given.database)
        return
    for pattern in _FILES:
        for path in sorted(given.profile.glob(pattern)):
            yield "-".join(path.relative_to(given.profile).with_suffix("").parts), path


def _verify(name: str, where: Path | str, given: Namespace, terminal: Terminal) -> int:
    from services.db import checksum
    from services.db.audit import verify

    try:
        with closing(_opened(where)) as database:
            with database.read() as session:
                found = verify(session)
            is_changed = database.harm is not None
    except (ProblemError, sqlite3.Error) as problem:
        if isinstance(problem, ProblemError) and problem.code != "ledger.damaged":
            raise
        line = problem.params["line"] if isinstance(problem, ProblemError) else "file"
        terminal.say(f"{name}: damaged. {_where(line)} Restore a backup; export writes out what holds.")
        return 1
    terminal.say(f"{name}: {found.lines} lines hold. The last one's hash is {found.head.hex()}.")
    if not is_changed:
        return 0
    if given.accept and isinstance(where, Path):
        checksum.forget(where)
        terminal.say(f"{name}: the file is taken as it is now.")
        return 0
    terminal.say(
        f"{name}: but the file is not as it was closed: it was damaged, or another program wrote to it. Restore a "
        "backup, or run this again with --accept to take it as it is."
    )
    return 1


def _export(name: str, where: Path | str, given: Namespace, terminal: Terminal) -> int:
    from services.db.export import export_ledger

    try:
        with closing(_opened(where)) as database:
            written = export_ledger(database, given.to, name)
    except OSError as exc:
        raise CommandError(f"{given.to} cannot be written: {exc}") from exc
    terminal.say(f"{name}: {written.lines} lines are in {written.csv} and {written.json}.")
    if written.break_at is None:
        return 0
    terminal.say(f"{name}: that is not all. {_where(written.break_at)}")
    return 1


def _opened(where: Path | str) -> Database:
    # Half a second's import that other commands do without.
    from services.db.engine import open_database

    try:
        return open_database(where)
    except ValueError as exc:
        raise CommandError(f"{exc}.") from exc


def _where(line: str) -> str:
    match line:
        case "file":
            return "The file itself cannot be read in places."
        case "sums":
            return "All lines hold, but the sums kept beside them are others."
        case _:
            return f"Line {line} is the first that does not hold."


COMMAND = Command("ledger", "Check books, or write them out as far as they hold.", _declare, _run)
