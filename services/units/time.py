"""Time is aware UTC from one clock that tests and demo mode can move."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """The only source of the present."""

    def now(self) -> datetime:
        """Give the present as aware UTC."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time(), UTC)


class MovableClock:
    """A clock that follows another one at a distance that can be set."""

    def __init__(self, base: Clock) -> None:
        self._base = base
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        return self._base.now() + self._ahead

    def advance(self, by: timedelta) -> None:
        """Move forward; raises ValueError for a step back."""
        if by < timedelta(0):
            raise ValueError("this clock does not run backwards")
        self._ahead += by


def unix_seconds(moment: datetime) -> int:
    """Give whole seconds since 1970, as the chain counts."""
    return int(moment.timestamp())


def from_unix_seconds(seconds: int) -> datetime:
    """Read the chain's time."""
    return datetime.fromtimestamp(seconds, UTC)


def iso(moment: datetime) -> str:
    """Write a moment with microseconds and a Z (RFC 3339)."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
