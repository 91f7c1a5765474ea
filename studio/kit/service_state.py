"""What the window knows about the service process."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio.kit.problems import Problem

PROTOCOL = 1
"""The window's version of the private protocol; another one is refused with service.version."""


class Phase(Enum):
    """How far the service is."""

    OFF = "off"
    STARTING = "starting"
    READY = "ready"
    WAITING = "waiting"
    """It ended, and is started again after a pause."""
    DOWN = "down"
    """It refused to start, or the window gave up; a person decides."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a ready service listens."""

    socket: str
    token: str
    pid: int


@dataclass(frozen=True, slots=True)
class Building:
    """How far the making of a demo world is: the stage's name, and its part from 0 to 1."""

    stage: str
    part: float


@dataclass(frozen=True, slots=True)
class ServiceState:
    """One moment of the service's life."""

    phase: Phase = Phase.OFF
    endpoint: Endpoint | None = None
    problem: Problem | None = None
    attempt: int = 0
    building: Building | None = None
    """While it is starting with a world that has to be made first."""


class Backoff:
    """Pauses between starts: doubling, and short again after a service that held."""

    def __init__(self, *, first_ms: int = 250, last_ms: int = 8_000, give_up_after: int = 8) -> None:
        self._first_ms, self._last_ms, self._give_up_after = first_ms, last_ms, give_up_after
        self.failures = 0

    def next_ms(self) -> int | None:
        """Count a failure and give the pause before the next start, or None to give up."""
        self.failures += 1
        if self.failures > self._give_up_after:
            return None
        return int(min(self._first_ms * 2 ** (self.failures - 1), self._last_ms))

    def reset(self) -> None:
        """Begin again with short pauses."""
        self.failures = 0
