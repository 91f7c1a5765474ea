"""``museclock-node backup`` and ``restore``."""

from __future__ import annotations

import argparse
from pathlib import Path

from services.node_cli.command import Command, CommandError
from services.node_cli.serve import data_folder, declare_place, settings_of
from services.node_cli.terminal import Terminal
from services.units.time import SystemClock
from services.wire.problems import ProblemError

_LEAST_PASSPHRASE = 12
_IN_THE_WAY = {
    "database": "A back-up of PostgreSQL goes into an empty database, named by --database; one of SQLite into --data, "
    "without a database's URL. Nothing was changed.",
    "revision": "This back-up is of an older version: restore it with that one, and let this one update it then.",
}


def _declare_backup(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="a folder that is not there yet")
    declare_place(parser)
    _declare_passphrase(parser)
    parser.add_argument("--plain-keys", action="store_true", help="keep the keys without a passphrase")
    parser.add_argument("--no-blocks", action="store_true", help="leave the films' blocks out: they lie elsewhere, too")


def _declare_restore(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="a back-up")
    declare_place(parser)
    _declare_passphrase(parser)


def _declare_passphrase(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--passphrase-file", type=Path, metavar="FILE", help="holds the passphrase in its first line")


def _backup(options: argparse.Namespace, terminal: Terminal) -> int:
    from services.db.engine import open_database
    from services.host.backup.make import make_backup

    profile, settings = data_folder(options), settings_of(options)
    file = profile / "node" / "node.db"
    if settings.database is None and not file.exists():
        raise CommandError(f"There is no node in {profile}.")
    if options.folder.exists():
        raise CommandError(f"{options.folder} is there already. Name a folder that is not: nothing is overwritten.")
    passphrase = None if options.plain_keys else _new_passphrase(options, terminal)
    database = open_database(settings.database or file)
    try:
        made = make_backup(
            profile, database, options.folder, SystemClock(),
            passphrase=passphrase, with_blocks=not options.no_blocks,
        )  # fmt: skip
    except ProblemError as problem:
        if problem.params.get("field") == "database":
            raise CommandError("The database is of another version: start this node once, which updates it.") from None
        raise
    finally:
        database.close()
    terminal.say(f"{options.folder} holds {made.ledger_lines} lines of the ledger and {made.blocks} blocks.")
    if passphrase is None:
        terminal.say(
            f"WARNING: the node's keys lie in {options.folder}/keys in the open. Whoever reads them can hand out every "
            "key that was ever sold here, and spend the relayer's gas. Keep the back-up where nobody else comes."
        )
    return 0


def _restore(options: argparse.Namespace, terminal: Terminal) -> int:
    from services.host.backup.keys import has_sealed_keys
    from services.host.backup.restore import restore_backup

    passphrase, profile, settings = None, data_folder(options), settings_of(options)
    if (profile / "node").exists() and any((profile / "node").iterdir()):
        raise CommandError(f"There is a node in {profile}; nothing was changed. Name another folder by --data.")
    if has_sealed_keys(options.folder):
        passphrase = _passphrase(options, terminal, "Passphrase of the back-up: ")
    try:
        made = restore_backup(options.folder, profile, database_url=settings.database, passphrase=passphrase)
    except ProblemError as problem:
        if problem.params.get("field") in _IN_THE_WAY:
            raise CommandError(_IN_THE_WAY[problem.params["field"]]) from None
        raise
    terminal.say(f"The node is back as it was at {made.made_at}. Its next start catches up with the chain.")
    return 0


def _new_passphrase(options: argparse.Namespace, terminal: Terminal) -> str:
    found = _passphrase(options, terminal, "A passphrase for the keys in the back-up: ")
    if len(found) < _LEAST_PASSPHRASE:
        raise CommandError(f"A passphrase has {_LEAST_PASSPHRASE} characters at least; or say --plain-keys.")
    if options.passphrase_file is None and terminal.ask_secret("Once more: ") != found:
        raise CommandError("The two are not the same.")
    return found


def _passphrase(options: argparse.Namespace, terminal: Terminal, question: str) -> str:
    file: Path | None = options.passphrase_file
    if file is None:
        return terminal.ask_secret(question)
    try:
        return file.read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as exc:
        raise CommandError(f"{file} cannot be read.") from exc


BACKUP = Command("backup", "Copy a node's database, keys and blocks into a folder.", _declare_backup, _backup)
RESTORE = Command("restore", "Put a back-up where no node is.", _declare_restore, _restore)
