"""How fast blocks may come in: whoever fetches waits until what came before has had its time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from services.wire.problems import ProblemError


class Intake:
    """Counts what arrives and lets nobody ask for more before its time. Threads share it.

    An answer's length is known only when it is there, so at most one answer for each thread comes ahead of its time.
    now: a monotonic clock in seconds. pause: waits so many seconds, or until it is woken; it is for tests.
    """

    def __init__(
        self, *, now: Callable[[], float] = time.monotonic, pause: Callable[[float], object] | None = None
    ) -> None:
        self._now, self._changed = now, threading.Condition()
        self._pause = pause or self._changed.wait
        self._limit, self._ahead, self._counted_at = 0, 0.0, now()
        self._is_closed = False
        self.received = 0
        """Bytes since the start."""

    @property
    def limit(self) -> int:
        """Bytes a second, 0 for none; it may change at any time, and who waits is told."""
        return self._limit

    @limit.setter
    def limit(self, limit: int) -> None:
        with self._changed:
            self._count()
            self._limit = limit
            self._changed.notify_all()

    def wait(self) -> None:
        """Wait until more may be asked for. Blocking. Raises ProblemError: service.unreachable, when it was closed."""
        with self._changed:
            # Less than a byte is what rounding leaves.
            while not self._is_closed and self._count() >= 1:
                self._pause(self._ahead / self._limit)
            if self._is_closed:
                raise ProblemError("service.unreachable")

    def came(self, size: int) -> None:
        """Note so many bytes that arrived."""
        with self._changed:
            self._count()
            self.received += size
            self._ahead += size

    def close(self) -> None:
        """Let those who wait go, with nothing."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _count(self) -> float:
        """Give how many bytes are here ahead of their time."""
        now = self._now()
        passed, self._counted_at = now - self._counted_at, now
        self._ahead = max(0.0, self._ahead - passed * self._limit) if self._limit else 0.0
        return self._ahead
