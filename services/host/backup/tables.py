"""A database in one state, out and in: SQLite's own copy of a file that is in use, PostgreSQL's COPY of each table."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.db import checksum
from services.db.books import Books
from services.db.engine import Database
from services.host.backup.record import DATABASE, TABLES
from services.node.tables import NodeTable

_CHUNK = 1 << 20


def copy_out(database: Database, session: Session, folder: Path) -> list[str]:
    """Write a database as a session sees it; gives the names of the files made."""
    return _tables_out(session, folder) if database.is_postgresql else _file_out(database, folder)


def put_file_in(folder: Path, target: Path) -> None:
    """Put a copied SQLite file where there is none."""
    with (folder / DATABASE).open("rb") as source:
        target.touch(mode=0o600)
        target.write_bytes(source.read())


def put_tables_in(database: Database, folder: Path) -> None:
    """Fill a database of the same schema with the tables of a back-up, in one unit; what it held is gone then."""
    with database.write() as session:
        names = [name for name in _names(session) if (folder / TABLES / f"{name}.copy").is_file()]
        session.execute(text("TRUNCATE " + ", ".join(f'"{name}"' for name in _names(session)) + " CASCADE"))
        cursor = _driver(session).cursor()
        for name in names:
            with (
                (folder / TABLES / f"{name}.copy").open("rb") as source,
                _copying(cursor, f'"{name}" FROM STDIN') as copy,
            ):
                while chunk := source.read(_CHUNK):
                    copy.write(chunk)


def _file_out(database: Database, folder: Path) -> list[str]:
    target = folder / DATABASE
    target.touch(mode=0o600)
    raw = database.engine.raw_connection()
    try:
        copy = sqlite3.connect(target)
        try:
            # One state, without keeping anybody from writing (WAL).
            cast("sqlite3.Connection", raw.driver_connection).backup(copy)
        finally:
            copy.close()
    finally:
        raw.close()
    checksum.put_in(target)
    return [DATABASE]


def _tables_out(session: Session, folder: Path) -> list[str]:
    (folder / TABLES).mkdir(mode=0o700)
    cursor = _driver(session).cursor()
    made = []
    for name in _names(session):
        part = f"{TABLES}/{name}.copy"
        with (folder / part).open("wb") as target, _copying(cursor, f'"{name}" TO STDOUT') as copy:
            for chunk in copy:
                target.write(chunk)
        made.append(part)
    return made


def _names(session: Session) -> list[str]:
    """List all tables but the schema's version, those that others refer to first."""
    wanted = text(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() "
        "AND table_type = 'BASE TABLE' AND table_name <> 'alembic_version'"
    )
    there = set(session.scalars(wanted))
    ordered = [
        table.name for base in (Books, NodeTable) for table in base.metadata.sorted_tables if table.name in there
    ]
    return ordered + sorted(there.difference(ordered))


def _driver(session: Session) -> Any:
    return session.connection().connection.driver_connection


@contextmanager
def _copying(cursor: Any, what: str) -> Iterator[Any]:
    with cursor.copy(f"COPY {what}") as copy:
        yield copy
