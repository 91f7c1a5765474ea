"""Makes a back-up of a node, which may be running meanwhile."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from services.db.audit import Audited, verify
from services.db.engine import Database, open_database
from services.db.migrate import known_revisions, standing
from services.host.backup.keys import keep_keys
from services.host.backup.record import BLOCKS, DATABASE, SETTINGS, Record, digest_of
from services.host.backup.tables import copy_out
from services.units.time import Clock, iso
from services.wire.problems import ProblemError


def make_backup(
    profile: Path, database: Database, target: Path, clock: Clock, *, passphrase: str | None, with_blocks: bool = True
) -> Record:
    """Write a node's back-up into a new folder (0700). Blocking.

    passphrase: seals the keys, None keeps them plainly. with_blocks: as hard links where the file system allows it,
    else as copies. Raises ProblemError: ledger.damaged (then it is no back-up), request.invalid for a folder that is
    there already, or a database of another version.
    """
    if standing(database, "node") != "current":
        raise ProblemError("request.invalid", field="database")
    if database.harm is not None:
        raise database.harm
    try:
        target.mkdir(parents=True, mode=0o700)
    except FileExistsError as exc:
        raise ProblemError("request.invalid", field=str(target)) from exc
    with database.read() as session:
        files = copy_out(database, session, target)
        books = verify(session) if database.is_postgresql else None
    # SQLite's copy may be younger than what the session sees.
    books = books or verify_file(target / DATABASE)
    files += keep_keys(profile / "node", target, passphrase)
    settings = profile / SETTINGS
    if settings.is_file():
        shutil.copyfile(settings, target / SETTINGS)
        files.append(SETTINGS)
    # After the database: what it names is there.
    count = sum(1 for _ in take_blocks(profile / BLOCKS, target / BLOCKS)) if with_blocks else 0
    record = Record(
        made_at=iso(clock.now()),
        engine="postgresql" if database.is_postgresql else "sqlite",
        revision=known_revisions("node")[-1],
        ledger_lines=books.lines,
        ledger_head=books.head.hex(),
        blocks=count,
        files={name: digest_of(target / name) for name in files},
    )
    record.write(target)
    return record


def verify_file(file: Path) -> Audited:
    """Check the ledger of a SQLite file; gives what it adds up to. Raises ProblemError: ledger.damaged."""
    database = open_database(file)
    try:
        if database.harm is not None:
            raise database.harm
        with database.read() as session:
            return verify(session)
    finally:
        database.close()


def take_blocks(source: Path, target: Path) -> Iterator[Path]:
    """Link or copy all blocks of a store that another does not have; gives each one's path."""
    for file in sorted(source.glob("*/*.data")):
        place = target / file.relative_to(source)
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                os.link(file, place)
            except OSError:
                shutil.copyfile(file, place)
        yield place
