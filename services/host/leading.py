"""Which process does what one does for all: claims, what was signed and not sent, catching up with the chain."""

from __future__ import annotations

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from services.db.engine import Database

# Any number but the writers' own, the same in every process; advisory locks are a database's own.
_LEADERS_TURN = 0x4D55_4C44


class Leadership:
    """The turn to lead. PostgreSQL's lock goes with the connection, however its process ends; SQLite has one process.

    Who leads without knowing that the turn is lost does no harm: what both do has the same effect once.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Connection | None = None

    def take(self) -> bool:
        """Try to get the turn. Blocking; a database out of reach gives none."""
        if not self._database.is_postgresql:
            return True
        try:
            connection = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            if connection.scalar(text("SELECT pg_try_advisory_lock(:turn)"), {"turn": _LEADERS_TURN}):
                self._connection = connection
                return True
            connection.close()
        except DBAPIError:
            return False
        return False

    def is_held(self) -> bool:
        """Tell whether the turn is still ours. Blocking."""
        if not self._database.is_postgresql:
            return True
        try:
            return self._connection is not None and self._connection.scalar(text("SELECT 1")) == 1
        except DBAPIError:
            self.release()
            return False

    def release(self) -> None:
        """Give the turn back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            # Not back into the pool, where the lock would live on.
            connection.invalidate()
            connection.close()
