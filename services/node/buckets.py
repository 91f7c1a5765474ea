"""Token buckets in bounded memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Protocol

BUCKETS = 50_000


@dataclass(frozen=True, slots=True)
class Rate:
    """How often something may happen."""

    per_s: float
    burst: int


class Counted(Protocol):
    """Buckets, of one process or of several."""

    def take(self, key: Hashable, rate: Rate) -> float: ...

    def give_back(self, key: Hashable, rate: Rate) -> None: ...

    def is_empty(self, key: Hashable, rate: Rate) -> bool: ...


class Buckets:
    """One bucket for each key; the ones not asked for longest are forgotten. Not thread-safe: an event loop owns it."""

    def __init__(self, now: Callable[[], float], *, most: int = BUCKETS) -> None:
        """now: seconds that never run backwards."""
        self._now = now
        self._most = most
        self._held: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._held)

    def take(self, key: Hashable, rate: Rate) -> float:
        """Take one token; gives 0, or the seconds until there will be one, and then takes none."""
        tokens, now = self._level(key, rate), self._now()
        is_there = tokens >= 1
        self._keep(key, tokens - 1 if is_there else tokens, now)
        return 0.0 if is_there else (1 - tokens) / rate.per_s

    def give_back(self, key: Hashable, rate: Rate) -> None:
        """Put a token back that was well spent."""
        self._keep(key, min(float(rate.burst), self._level(key, rate) + 1), self._now())

    def is_empty(self, key: Hashable, rate: Rate) -> bool:
        """Tell whether ``take`` would have to wait."""
        return self._level(key, rate) < 1

    def _level(self, key: Hashable, rate: Rate) -> float:
        found = self._held.get(key)
        if found is None:
            return float(rate.burst)
        tokens, then = found
        return min(float(rate.burst), tokens + (self._now() - then) * rate.per_s)

    def _keep(self, key: Hashable, tokens: float, now: float) -> None:
        self._held[key] = (tokens, now)
        self._held.move_to_end(key)
        if len(self._held) > self._most:
            self._held.popitem(last=False)
