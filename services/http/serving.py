"""Serves an application until a signal ends it, with the books closed afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import ipaddress
import signal
import socket
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import uvicorn

from services.http.loops import new_event_loop

T = TypeVar("T")
_TURN_S = 0.0005
"""How long a thread keeps the others waiting. A purchase changes threads a dozen times; by Python's own 5 ms, beside a
thread that computes, each of them could take as long as all of it should."""

_YOUNG = 10_000
"""New objects between two looks for garbage; by Python's own 700 a purchase meets one or two, of 0.3 ms each."""


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run what serves; on uvloop a request with three turns of threads takes a quarter less."""
    sys.setswitchinterval(_TURN_S)
    gc.set_threshold(_YOUNG)
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(main)


class Server(uvicorn.Server):
    """Leaves signals to us: its own way ends the process before the books are closed."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def end(self) -> None:
        """Answer what was begun, refuse what is new, and be done."""
        self.should_exit = True


@contextmanager
def listening(where: tuple[str, int]) -> Iterator[socket.socket]:
    """Listen on a numeric address and a port (0: any that is free). Raises OSError when that cannot be."""
    host, port = where
    family = socket.AF_INET6 if ipaddress.ip_address(host).version == 6 else socket.AF_INET
    with socket.create_server((host, port), family=family) as listener:
        yield listener


def shown(listener: socket.socket) -> str:
    """Write where a socket listens as it stands in an address: host, colon, port."""
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@contextmanager
def until_signal(end: Callable[[], None]) -> Iterator[None]:
    """Let SIGINT and SIGTERM call something in the event loop, instead of what they do by themselves."""
    loop, signals = asyncio.get_running_loop(), (signal.SIGINT, signal.SIGTERM)
    before = {}
    for one in signals:
        try:
            loop.add_signal_handler(one, end)
        except NotImplementedError:  # Windows
            before[one] = signal.signal(one, lambda *_: loop.call_soon_threadsafe(end))
    try:
        yield
    finally:
        for one in signals:
            if one in before:
                signal.signal(one, before[one])
            else:
                with contextlib.suppress(NotImplementedError):
                    loop.remove_signal_handler(one)
