"""The database file and its units of work: many readers, one writer, every commit on disk."""

from __future__ import annotations

import errno
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from services.wire.problems import ProblemError

_WRITE = "museclock_write"
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    # FULL: a commit that was answered survives a power cut; money is on disk before it is on the wire.
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=15000",
)


class Database:
    """One SQLite file. Threads may share it; writers take turns."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = threading.Lock()
        self._write_engine = engine.execution_options(**{_WRITE: True})

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session that sees one consistent state; nothing it changes is kept."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Give a session whose changes are durable when the block ends, or not made at all.

        Nothing that waits for a network belongs inside. Raises ProblemError: disk.full.
        """
        with self._writer, Session(self._write_engine, expire_on_commit=False) as session:
            try:
                # The lock is taken at the first statement: what is read in here stays true until the commit.
                session.connection()
                yield session
                session.commit()
            except OperationalError as exc:
                if _is_disk_full(exc):
                    raise ProblemError("disk.full") from exc
                raise

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def open_database(path: Path) -> Database:
    """Open (or create) a database file, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        path.touch(mode=0o600)
    engine = create_engine(f"sqlite:///{path}", connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return Database(engine)


def _configure(connection: Any, _record: Any) -> None:
    # The driver's own transaction handling would begin lazily and never IMMEDIATE.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get(_WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _is_disk_full(error: OperationalError) -> bool:
    cause = error.orig
    text = str(cause)
    return "disk is full" in text or (isinstance(cause, OSError) and cause.errno == errno.ENOSPC)
