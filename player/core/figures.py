"""What the statistics of a sitting are made of: pictures, waits, money, and how long keys took."""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.units.money import ZERO, Money

_KEPT = 200


@dataclass(frozen=True, slots=True)
class Figures:
    """Counted since the film was opened. Times in milliseconds; ``key_ms`` from asking to pay until the key is here."""

    paid: Money = ZERO
    parts: int = 0
    key_ms: tuple[int, ...] = ()
    stalls: int = 0
    starts_ms: tuple[int, ...] = ()
    """How long each run took to its first picture."""

    def bought(self, amount: Money, parts: int, took_ms: int) -> Figures:
        """Count a purchase whose keys came."""
        kept = (*self.key_ms, took_ms)[-_KEPT:]
        return replace(self, paid=self.paid + amount, parts=self.parts + parts, key_ms=kept)

    def stalled(self) -> Figures:
        """Count a wait in the middle of playing."""
        return replace(self, stalls=self.stalls + 1)

    def started(self, took_ms: int) -> Figures:
        """Count a run's first picture."""
        return replace(self, starts_ms=(*self.starts_ms, took_ms)[-_KEPT:])


def middle(values: tuple[int, ...]) -> int | None:
    """Give the median, None of nothing."""
    return sorted(values)[len(values) // 2] if values else None


def slowest(values: tuple[int, ...]) -> int | None:
    """Give the value that 95 of 100 do not exceed, None of nothing."""
    return sorted(values)[min(len(values) - 1, len(values) * 95 // 100)] if values else None
