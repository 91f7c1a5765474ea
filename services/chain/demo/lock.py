"""An operating system's lock on a file: held by one process, and gone with it however it ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from services.wire.problems import ProblemError


class FileLock:
    """Held from construction until ``release``. Raises ProblemError: service.busy_profile."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        try:
            _lock(self._descriptor)
        except OSError as exc:
            os.close(self._descriptor)
            raise ProblemError("service.busy_profile", path=path.name) from exc

    def release(self) -> None:
        """Let go; once."""
        os.close(self._descriptor)


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
