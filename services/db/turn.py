"""Whose turn it is to write a database file: what SQLite's own waiting is too slow for.

SQLite sleeps up to a tenth of a second between two looks; two processes that write all the time then leave a fifth of
what they could do undone. Around this turn SQLite's lock still decides: where there is no flock, nothing is lost.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.wire.problems import ProblemError

_LOOK_S = 0.0005
PATIENCE_S = 15.0
"""How long a writer waits, as SQLite itself does (busy_timeout)."""


class Turn:
    """The right to write a file, which one of all processes has; a killed one's ends with it. Owns a descriptor.

    It stands in a file beside the database: closing a second descriptor of the database itself would end the locks
    that SQLite holds (POSIX record locks belong to the process). Threads of one process take turns before.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(path.name + "-turn")
        self._descriptor: int | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold it for the block. Raises ProblemError: database.unreachable (somebody holds it without end)."""
        descriptor = self._open()
        if descriptor is None:
            yield
            return
        _wait(descriptor)
        try:
            yield
        finally:
            _lock(descriptor, held=False)

    def _open(self) -> int | None:
        if self._descriptor is None:
            try:
                self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            except OSError:
                # What is wrong with the folder, SQLite says at its own file.
                return None
        return self._descriptor

    def close(self) -> None:
        """Give the descriptor back. Idempotent."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


def _wait(descriptor: int) -> None:
    until = 0.0
    while not _lock(descriptor, held=True):
        until = until or time.monotonic() + PATIENCE_S
        if time.monotonic() > until:
            raise ProblemError("database.unreachable")
        time.sleep(_LOOK_S)


if sys.platform == "win32":

    def _lock(_descriptor: int, *, held: bool) -> bool:
        return held

else:
    import fcntl

    def _lock(descriptor: int, *, held: bool) -> bool:
        """Take or give back; whether it was there to be taken."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB if held else fcntl.LOCK_UN)
        except BlockingIOError:
            return False
        return True
