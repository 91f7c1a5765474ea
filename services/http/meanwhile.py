"""Work for the event loop while a thread waits for the disk: then nobody waits for the one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

T = TypeVar("T")


class Meanwhile(Generic[T]):
    """Something that a loop makes while a thread waits, at the latest when it is asked for.

    It is only made: whoever asks for it lets nothing of it go before the thread is done.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, make: Callable[[], T]) -> None:
        self._loop, self._make = loop, make
        self._made: tuple[T] | None = None

    def begin(self) -> None:
        """Have it made now; from any thread, which goes on at once."""
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self.made)

    def made(self) -> T:
        """Give it; in the loop."""
        if self._made is None:
            self._made = (self._make(),)
        return self._made[0]
