"""A database and its units of work: many readers, one writer, every commit on disk; SQLite or PostgreSQL."""

from __future__ import annotations

import errno
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from services.db import checksum, postgres
from services.db.lent import Lent
from services.db.plain import Unit
from services.db.turn import Turn
from services.wire.problems import ProblemError

_WRITE = "museclock_write"
_TAKE_TURN = "BEGIN IMMEDIATE"
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    # FULL: a commit that was answered survives a power cut; money is on disk before it is on the wire.
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=15000",
    # A page that many commits change is brought home once for 16 MiB of log, not for 4: half the time of a commit.
    "PRAGMA wal_autocheckpoint=4000",
)
_BRING_HOME = "PRAGMA wal_checkpoint(PASSIVE)"
_MANY_COMMITS = 8
# What SQLite and its driver say of a file that holds something else than was written.
_DAMAGE = ("malformed", "not a database", "unsupported file format", "decode to UTF-8")
_POSTGRESQL = "postgresql"
_DRIVER = "postgresql+psycopg"


class Database:
    """One SQLite file or one PostgreSQL database. Threads and processes may share it; writers take turns."""

    def __init__(self, engine: Engine, path: Path | None = None) -> None:
        self.engine = engine
        self.path = path
        """The file of an SQLite database."""
        self.is_postgresql = engine.dialect.name == _POSTGRESQL
        self._writer = threading.Lock()
        self._logged = 0
        self._tidying = threading.Lock()
        self._is_closed = False
        self._turn = None if path is None else Turn(path)
        self._files = None if path is None else Lent(engine)
        # The driver's own come from statements past the session (services.db.plain).
        self._failures = (DBAPIError, PoolTimeout, engine.dialect.loaded_dbapi.Error)
        self._harm: ProblemError | None = None
        self.is_as_closed = None if path is None else checksum.take_out(path)
        """Whether a file is bit for bit what it was when it was closed; None when nobody can tell."""
        if self.is_as_closed is False:
            self.freeze(ProblemError("ledger.damaged", line="file"))
        # On both engines a reader sees the state of its first query, a writer what was committed before its turn.
        reading = {"isolation_level": "REPEATABLE READ"} if self.is_postgresql else {}
        self._read_engine = engine.execution_options(**reading)
        self._write_engine = engine.execution_options(**{_WRITE: True})

    @property
    def harm(self) -> ProblemError | None:
        """What is wrong with the books, if this database is only read for that."""
        return self._harm

    def freeze(self, harm: ProblemError) -> None:
        """Only read from now on: every unit of work raises this problem."""
        self._harm = harm

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session that sees one consistent state; nothing it changes is kept.

        Raises ProblemError: database.unreachable, ledger.damaged.
        """
        # Around the session, too: at its end it tells the server, and that may be gone.
        try:
            with Session(self._read_engine, expire_on_commit=False) as session:
                yield session
        except self._failures as exc:
            raise self._problem(exc) or exc from exc

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Give a session whose changes are durable when the block ends, or not made at all.

        Nothing that waits for a network belongs inside. Raises ProblemError: disk.full, database.unreachable (then
        whether the last commit took effect has to be looked up), ledger.damaged (a frozen database).
        """
        if self._harm is not None:
            raise ProblemError(self._harm.code, **self._harm.params)
        try:
            with self._its_turn(), Session(self._write_engine, expire_on_commit=False) as session:
                # The turn is taken at the first statement: what is read in here stays true until the commit.
                connection = session.connection()
                if self.is_postgresql:
                    postgres.take_turn(connection)
                yield session
                session.commit()
        except self._failures as exc:
            raise self._problem(exc) or exc from exc

    @contextmanager
    def read_plain(self) -> Iterator[Unit]:
        """Give the driver's connection for what is too frequent for a session (services.db.plain).

        Each statement by itself sees one consistent state. Raises as ``read``.
        """
        try:
            with self._lent() as driver:
                try:
                    if self.is_postgresql:
                        # Else a look would cost three round trips: begin, the statement, and the roll-back.
                        driver.autocommit = True
                    yield Unit(driver, self.engine.dialect)
                finally:
                    if self.is_postgresql and not driver.closed:
                        driver.autocommit = False
        except self._failures as exc:
            raise self._problem(exc) or exc from exc

    @contextmanager
    def write_plain(self, *, is_shared: bool = False) -> Iterator[Unit]:
        """Give the driver's connection inside a unit of work, which begins and ends as that of ``write``.

        SQLAlchemy's objects around one take as long as all statements within; what did not end is undone by its pool.
        On PostgreSQL statements go ahead of their answers, so that a unit takes two round trips: see ``Unit.settle``.
        is_shared: on PostgreSQL several such units may be under way, though never beside one of another kind. Their
        commits then go to disk together. They must be right by their rows alone, and take rows in one order.
        """
        if self._harm is not None:
            raise ProblemError(self._harm.code, **self._harm.params)
        try:
            with self._its_turn(), self._lent() as driver, driver.pipeline() if self.is_postgresql else nullcontext():
                driver.execute(self._turn_for(is_shared=is_shared))
                yield Unit(driver, self.engine.dialect, is_ahead=self.is_postgresql)
                for hear in self.engine.dispatch.commit:
                    # Whoever listens to commits hears of these, too; of a connection there is none here.
                    hear(None)
                driver.commit()
        except self._failures as exc:
            raise self._problem(exc) or exc from exc

    def tidy(self) -> None:
        """Bring home what some commits left in the log, where nobody waits for it. Blocking; stops no reader or writer.

        The log then begins anew in the room that it has. A commit that overwrites waits for the disk about half as
        long as one that makes the file longer; by itself SQLite brings home only after thousands of pages.
        """
        with self._tidying:
            if self.path is None or self._is_closed or self._harm is not None or self._logged < _MANY_COMMITS:
                return
            self._logged = 0
            # Without room or in a rush it stays undone: the log keeps everything.
            with suppress(*self._failures), self._lent() as driver:
                driver.execute(_BRING_HOME).fetchall()

    def _lent(self) -> AbstractContextManager[Any]:
        """Give the driver's connection for a block; a server's goes back to its pool, which looks after it."""
        return _pooled(self.engine) if self._files is None else self._files.connection()

    def _turn_for(self, *, is_shared: bool) -> str:
        if not self.is_postgresql:
            return _TAKE_TURN
        return postgres.SHARE_TURN if is_shared else postgres.TAKE_TURN

    @contextmanager
    def _its_turn(self) -> Iterator[None]:
        """Wait for this thread's turn in this process and, with a file, for this process's among all."""
        # On PostgreSQL the server gives the turns; only one of a process's connections waits for them.
        with self._writer, nullcontext() if self._turn is None else self._turn.held():
            yield
            self._logged += 1

    def close(self) -> None:
        """Close all connections, when what is being tidied is done."""
        with self._tidying:
            self._is_closed = True
        if self._files is not None:
            self._files.close()
        self.engine.dispose()
        if self._turn is not None:
            self._turn.close()
        if self.path is not None and self._harm is None:
            checksum.put_in(self.path)

    def _problem(self, error: Exception) -> ProblemError | None:
        """Say what an engine's error means for a person; None for a bug."""
        if isinstance(error, PoolTimeout):
            return ProblemError("database.unreachable")
        cause = error.orig if isinstance(error, DBAPIError) else error
        return postgres.problem(cause) if self.is_postgresql else _sqlite_problem(cause)


@contextmanager
def _pooled(engine: Engine) -> Iterator[Any]:
    with closing(engine.raw_connection()) as lent:
        yield lent.driver_connection


def open_database(where: Path | str) -> Database:
    """Open a database: a file by its path (made when missing, readable by its owner only), or a server's by URL.

    where: a Path, or ``postgresql://user@host/name`` or ``sqlite:///path``. It connects at first use. A file that is
    not as it was closed is frozen (see ``harm``).
    Raises ValueError for a URL of another kind.
    """
    if isinstance(where, Path):
        return Database(_sqlite(where), where)
    url = _read_url(where)
    if url.drivername == _DRIVER:
        return Database(postgres.open_engine(url))
    if url.drivername == "sqlite" and url.database:
        return open_database(Path(url.database))
    raise ValueError("a database is a path, postgresql://… or sqlite:///…")


def _read_url(text: str) -> URL:
    try:
        url = make_url(text)
        if url.drivername in ("postgres", _POSTGRESQL, _DRIVER):
            return url.set(drivername=_DRIVER)
    except (ArgumentError, NoSuchModuleError) as exc:
        # The text may hold a password: it goes into no message.
        raise ValueError("this is no database URL") from exc
    return url


def _sqlite(path: Path) -> Engine:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        path.touch(mode=0o600)
    # The connection that was last in use knows the pages that are next in use.
    engine = create_engine(
        f"sqlite:///{path}", connect_args={"check_same_thread": False}, pool_use_lifo=True, hide_parameters=True
    )
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def _configure(connection: Any, _record: Any) -> None:
    # The driver's own transaction handling would begin lazily and never IMMEDIATE.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get(_WRITE, False)
    driver: Any = connection.connection.driver_connection
    driver.execute(_TAKE_TURN if writing else "BEGIN")


def _sqlite_problem(cause: BaseException | None) -> ProblemError | None:
    text = str(cause)
    if "disk is full" in text or (isinstance(cause, OSError) and cause.errno == errno.ENOSPC):
        return ProblemError("disk.full")
    if "database is locked" in text:
        return ProblemError("database.unreachable")
    if any(words in text for words in _DAMAGE):
        return ProblemError("ledger.damaged", line="file")
    return None
