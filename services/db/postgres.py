"""PostgreSQL: how a connection is made, how a dead one is told before it is used, and what its errors mean."""

from __future__ import annotations

import select
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import InvalidatePoolError

from services.wire.problems import ProblemError

# The thread pool behind a worker's routes has 40; an idle worker keeps 8 connections.
_KEPT, _MORE = 8, 34
_PATIENCE_S = 15
# As on SQLite: an answered commit is on disk, and nobody waits for ever. A worker that hangs or vanishes in the middle
# of a unit gives its turn back: the server ends its transaction.
_SETTINGS = {
    "synchronous_commit": "on",
    "lock_timeout": f"{_PATIENCE_S}s",
    "idle_in_transaction_session_timeout": "60s",
    "tcp_keepalives_idle": "30",
    "timezone": "UTC",
}
# Any number, the same in every process: the writer's turn in a database (advisory locks are a database's own).
_TURN = 0x4D55_5345
TAKE_TURN = f"SELECT pg_advisory_xact_lock({_TURN})"
SHARE_TURN = f"SELECT pg_advisory_xact_lock_shared({_TURN})"
"""For units that may write beside others of their kind, and beside no other unit: see Database.write_plain."""
_DISK_FULL = "53100"
_DAMAGED = "XX00"
# Source: PostgreSQL, appendix A, error codes. Refused or cut connections (class 08, 57P0x, too many clients), locks not
# granted in time, and victims of a deadlock: the server undid the unit, and the same request may be made again.
_PASSING = ("08", "57P0", "53300", "55P03", "40001", "40P01", "25P03")


def open_engine(url: URL) -> Engine:
    """Give an engine with a pool of connections; it connects at first use."""
    options = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())
    engine = create_engine(
        url,
        pool_size=_KEPT,
        max_overflow=_MORE,
        pool_timeout=_PATIENCE_S,
        pool_use_lifo=True,
        # Values are keys and accounts; none of them belongs into a log.
        hide_parameters=True,
        connect_args={"options": options, "application_name": "museclock", "connect_timeout": _PATIENCE_S},
    )
    event.listen(engine, "checkout", _refuse_dead)
    return engine


def take_turn(connection: Connection) -> None:
    """Wait until no other unit of work writes to this database; the turn ends with the transaction.

    It is the first statement of a unit, hence the first lock that any unit takes: whoever holds a row lock holds the
    turn, too, so that no two can wait for each other. What is read after it stays true until the commit, as on SQLite,
    and the ledger's next line follows the last one that anybody committed.
    """
    connection.exec_driver_sql(TAKE_TURN)


def problem(cause: BaseException | None) -> ProblemError | None:
    """Say what the driver's error means for a person; None for a bug."""
    from psycopg import InterfaceError, OperationalError

    state = getattr(cause, "sqlstate", None)
    if state == _DISK_FULL:
        return ProblemError("disk.full")
    if (state or "").startswith(_DAMAGED):
        return ProblemError("ledger.damaged", line="file")
    # A connection that was never made, or that broke, has no code.
    is_lost = state is None and isinstance(cause, OperationalError | InterfaceError)
    is_passing = is_lost or (state or "").startswith(_PASSING)
    return ProblemError("database.unreachable") if is_passing else None


def _refuse_dead(raw: Any, _record: Any, _proxy: Any) -> None:
    # An idle connection has nothing to say, unless its server ended it: a look at the socket costs a microsecond, a
    # question to the server a round trip. The others of the pool were ended with it.
    poll = select.poll()
    poll.register(raw.fileno(), select.POLLIN)
    if raw.closed or poll.poll(0):
        raise InvalidatePoolError("the server ended this connection")
