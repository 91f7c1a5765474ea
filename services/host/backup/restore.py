"""Puts a back-up where no node is; the next start catches up with the chain."""

from __future__ import annotations

import shutil
from pathlib import Path

from services.db.audit import verify
from services.db.engine import open_database
from services.db.migrate import known_revisions, migrate, standing
from services.host.backup.keys import give_keys_back
from services.host.backup.make import take_blocks
from services.host.backup.record import BLOCKS, SETTINGS, Record, read_record
from services.host.backup.tables import put_file_in, put_tables_in
from services.wire.problems import ProblemError


def restore_backup(folder: Path, profile: Path, *, database_url: str | None, passphrase: str | None) -> Record:
    """Put a back-up into a profile without a node, and into an empty database where its engine is PostgreSQL. Blocking.

    Raises ProblemError: backup.damaged, profile.newer (made by a newer version), request.invalid (there is a node, or
    the database is of another engine or not empty), wallet.wrong_passphrase, ledger.damaged.
    """
    record = read_record(folder)
    revisions = known_revisions("node")
    if record.revision not in revisions:
        raise ProblemError("profile.newer", revision=record.revision)
    node = profile / "node"
    if node.exists() and any(node.iterdir()):
        raise ProblemError("request.invalid", field=str(node))
    if (record.engine == "postgresql") is not (database_url is not None):
        raise ProblemError("request.invalid", field="database")
    if database_url is not None:
        _refuse_used(database_url, record, revisions)
    node.mkdir(parents=True, exist_ok=True, mode=0o700)
    give_keys_back(folder, node, passphrase)
    if database_url is None:
        put_file_in(folder, node / "node.db")
    else:
        _fill(folder, database_url)
    if (folder / SETTINGS).is_file() and not (profile / SETTINGS).exists():
        shutil.copyfile(folder / SETTINGS, profile / SETTINGS)
    for _ in take_blocks(folder / BLOCKS, profile / BLOCKS):
        pass
    _check(database_url or node / "node.db", record)
    return record


def _refuse_used(url: str, record: Record, revisions: list[str]) -> None:
    """Refuse a database that holds something, before anything is written anywhere."""
    if record.revision != revisions[-1]:
        # Tables are copied as they are: restore with the version that made them, then update.
        raise ProblemError("request.invalid", field="revision")
    database = open_database(url)
    try:
        if standing(database, "node") != "new":
            raise ProblemError("request.invalid", field="database")
    finally:
        database.close()


def _fill(folder: Path, url: str) -> None:
    database = open_database(url)
    try:
        migrate(database, "node")
        put_tables_in(database, folder)
    finally:
        database.close()


def _check(where: Path | str, record: Record) -> None:
    database = open_database(where)
    try:
        if database.harm is not None:
            raise database.harm
        with database.read() as session:
            found = verify(session)
    finally:
        database.close()
    if (found.lines, found.head.hex()) != (record.ledger_lines, record.ledger_head):
        raise ProblemError("backup.damaged", file="ledger")
