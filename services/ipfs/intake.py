"""How fast blocks may come in: whoever fetches waits until what came before has had its time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import IntEnum

from services.wire.problems import ProblemError


class Need(IntEnum):
    """What blocks are fetched for; a line that is too thin for all goes to the first of these first."""

    NOW = 0
    """Somebody waits for it: the part that plays, a picture."""
    SOON = 1
    """The parts after the one that plays."""
    LATER = 2
    """Films that are brought onto this disk."""


_need: ContextVar[Need] = ContextVar("need", default=Need.NOW)


@contextmanager
def fetched_for(need: Need) -> Iterator[None]:
    """Have all that is fetched inside of this, also in threads that it waits for, give way to what is needed before."""
    token = _need.set(need)
    try:
        yield
    finally:
        _need.reset(token)


class Intake:
    """Counts what arrives and lets nobody ask for more before its time. Threads share it.

    Who has a more urgent need goes first, with a limit and without one: the others wait until that is here. Each waits
    for what came for its own need and for more urgent ones; what came for less urgent ones is paid off by those who
    asked for it. An answer's length is known only when it is there, so at most one for each thread comes ahead of its
    time.
    now: a monotonic clock in seconds. pause: waits so many seconds, or until it is woken; it is for tests.
    """

    def __init__(
        self, *, now: Callable[[], float] = time.monotonic, pause: Callable[[float], object] | None = None
    ) -> None:
        self._now, self._changed = now, threading.Condition()
        self._pause = pause or self._changed.wait
        self._limit, self._ahead, self._counted_at = 0, dict.fromkeys(Need, 0.0), now()
        self._present, self._is_closed = dict.fromkeys(Need, 0), False
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

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until more may be asked for, then hold the line while it comes. Blocking.

        Raises ProblemError: service.unreachable, when it was closed.
        """
        need = _need.get()
        with self._changed:
            self._present[need] += 1
        try:
            self._wait(need)
            yield
        finally:
            with self._changed:
                self._present[need] -= 1
                self._changed.notify_all()

    def came(self, size: int) -> None:
        """Note so many bytes that arrived."""
        with self._changed:
            self._count()
            self.received += size
            self._ahead[_need.get()] += size

    def close(self) -> None:
        """Let those who wait go, with nothing."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _wait(self, need: Need) -> None:
        with self._changed:
            while not self._is_closed:
                if any(count for other, count in self._present.items() if other < need):
                    self._changed.wait()
                # Less than a byte is what rounding leaves.
                elif (ahead := self._ahead_of(need)) >= 1:
                    self._pause(ahead / self._limit)
                else:
                    return
        raise ProblemError("service.unreachable")

    def _ahead_of(self, need: Need) -> float:
        """Give how many bytes a need has to wait for."""
        self._count()
        return sum(size for other, size in self._ahead.items() if other <= need)

    def _count(self) -> None:
        """Take off what has had its time, the most urgent first."""
        now = self._now()
        room, self._counted_at = (now - self._counted_at) * self._limit, now
        for need, size in self._ahead.items():
            # Without a limit nothing is ahead.
            taken = min(size, room) if self._limit else size
            self._ahead[need], room = size - taken, room - taken
