"""A file's connections that units past the session use in turn, without going through SQLAlchemy's pool each time.

The pool's bookkeeping around a look-up takes as long as the look-up.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.pool import PoolProxiedConnection

_KEPT = 2


class Lent:
    """Lends the driver's connections. Owns those that it keeps until ``close``. Threads may share it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kept: list[PoolProxiedConnection] = []
        self._most = _KEPT

    @contextmanager
    def connection(self) -> Iterator[Any]:
        """Give one for the block, which leaves nothing begun; where it fails, the pool undoes what it began."""
        try:
            lent = self._kept.pop()
        except IndexError:
            lent = self._engine.raw_connection()
        is_clean = False
        try:
            yield lent.driver_connection
            is_clean = True
        finally:
            if is_clean and len(self._kept) < self._most:
                self._kept.append(lent)
            else:
                lent.close()

    def close(self) -> None:
        """Give all back to the pool, and keep none from now on. Idempotent."""
        self._most = 0
        while self._kept:
            self._kept.pop().close()
