"""A small process above the window's: when libVLC or Qt takes the window down, it comes back where it was.

It is forked before anything is imported, so that it costs a start a millisecond and holds nothing of the window. The
service ends with the window and begins anew with it; what was signed or is on its way is on its disk. Windows has no
fork: there the window runs without a guardian.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import TYPE_CHECKING, Final

from studio.kit import comeback

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio.kit.comeback import Comeback

# What the kernel and the C library end a program with when it is broken; not what a person or a system ends it with.
_CRASHES: Final = frozenset(
    getattr(signal, name)
    for name in ("SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGABRT", "SIGSYS", "SIGTRAP")
    if hasattr(signal, name)
)
_FORWARDED: Final = ("SIGTERM", "SIGHUP")
_SPAN_S: Final = 60.0
_MOST: Final = 2


class Lives:
    """How often a window may come back: with its film running, then with the film standing still, then not at all."""

    def __init__(self) -> None:
        self._ended_at: list[float] = []

    def after_crash(self, now: float, film: Comeback | None) -> Comeback | None:
        """Give the film that the window comes back to; None: it does not. now: seconds, monotonic.

        Without a film it was not libVLC, and a window that cannot start would not start the next time either.
        """
        self._ended_at = [at for at in self._ended_at if now - at < _SPAN_S] + [now]
        count = len(self._ended_at)
        if film is None or count > _MOST:
            return None
        # A film that takes the window down whenever it plays must not do so by itself.
        return film if count == 1 else film._replace(plays=False)


def guarded(window: Callable[[Comeback | None, int | None], int]) -> int:
    """Run a window, again after a crash. Returns in the window's process only; the guardian's ends with its code.

    window: is called with the film to come back to, and with a descriptor whose end of input says that the guardian
    is gone (None without one).
    """
    if sys.platform == "win32":
        return window(None, None)
    comeback.share()
    lives = Lives()
    film: Comeback | None = None
    ours, theirs = os.pipe()
    while True:
        sys.stdout.flush()
        sys.stderr.flush()
        # Who asks us to end meanwhile is heard as soon as it is known who has to be told.
        signal.pthread_sigmask(signal.SIG_BLOCK, _awaited())
        child = os.fork()
        if not child:
            os.close(theirs)
            _listen_again()
            return window(film, ours)
        status = _outlast(child)
        if not os.WIFSIGNALED(status):
            # Not by way of the interpreter: what waits for its end belongs to the window, and was done there.
            os._exit(os.waitstatus_to_exitcode(status))
        number = os.WTERMSIG(status)
        film = lives.after_crash(time.monotonic(), comeback.kept())
        if number not in _CRASHES or film is None:
            os._exit(128 + number)
        sys.stderr.write(f"museclock: the window ended by {signal.Signals(number).name} and starts again\n")


def _forwarded() -> tuple[signal.Signals, ...]:
    return tuple(getattr(signal, name) for name in _FORWARDED)


def _awaited() -> tuple[signal.Signals, ...]:
    return (*_forwarded(), signal.SIGCHLD)


def _listen_again() -> None:
    """Take back what the guardian made of signals."""
    for number in _forwarded():
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _awaited())


def _outlast(child: int) -> int:
    """Wait for a window's end, passing on what asks us to end; gives its status.

    Signals stay blocked and are asked for: a handler would miss one that comes just before the wait begins.
    """
    # A terminal tells both.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        number = signal.sigwait(_awaited())
        if number != signal.SIGCHLD:
            os.kill(child, number)
            continue
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
