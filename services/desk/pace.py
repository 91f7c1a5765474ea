"""How fast this computer may send: a person with a thin line keeps some of it for the rest."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(slots=True)
class Pace:
    """Lets bytes out at most at a rate. Belongs to one event loop; all that sends waits at the same one.

    limit: bytes a second, 0 for none; it may change at any time. sent: bytes that were let out since the start.
    """

    limit: int = 0
    sent: int = 0
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _free_at: float = 0.0

    async def take(self, size: int) -> None:
        """Wait until so many bytes may go."""
        now = self.now()
        begin = max(self._free_at, now) if self.limit else now
        self._free_at = begin + (size / self.limit if self.limit else 0.0)
        if begin > now:
            await self.sleep(begin - now)
        self.sent += size
