"""The play position between the engine's coarse reports (every 250 ms), from a monotonic clock given by the caller."""

from __future__ import annotations

from dataclasses import dataclass, replace

# An engine report that differs less than this from our own clock is its coarse step, not a jump.
JITTER_MS = 400


@dataclass(frozen=True, slots=True)
class PositionClock:
    """A media position that advances with monotonic time while running, never past ``bound_ms``.

    bound_ms: end of the data at hand; the picture cannot be further than that. rate: film's time for one of ours.
    """

    anchor_ms: int = 0
    anchored_at_ms: int = 0
    bound_ms: int = 0
    running: bool = False
    rate: float = 1.0

    def at(self, now_ms: int) -> int:
        """Give the position at a monotonic time."""
        if not self.running:
            return self.anchor_ms
        gone_ms = round(max(0, now_ms - self.anchored_at_ms) * self.rate)
        return min(self.anchor_ms + gone_ms, max(self.bound_ms, self.anchor_ms))

    def starved(self, now_ms: int) -> bool:
        """Tell whether the picture must have run out of data."""
        return self.running and self.at(now_ms) >= self.bound_ms

    def jumped(self, position_ms: int, now_ms: int, *, bound_ms: int) -> PositionClock:
        """Move to a position, standing still."""
        return PositionClock(position_ms, now_ms, bound_ms, running=False, rate=self.rate)

    def started(self, now_ms: int) -> PositionClock:
        """Begin to run from where it stands."""
        return replace(self, anchor_ms=self.at(now_ms), anchored_at_ms=now_ms, running=True)

    def held(self, now_ms: int) -> PositionClock:
        """Stand still where it is."""
        return replace(self, anchor_ms=self.at(now_ms), anchored_at_ms=now_ms, running=False)

    def bounded(self, bound_ms: int, now_ms: int) -> PositionClock:
        """Learn that data reaches to another end."""
        return replace(self, anchor_ms=self.at(now_ms), anchored_at_ms=now_ms, bound_ms=bound_ms)

    def at_rate(self, rate: float, now_ms: int) -> PositionClock:
        """Run at another speed from here on."""
        return replace(self, anchor_ms=self.at(now_ms), anchored_at_ms=now_ms, rate=rate)

    def reported(self, engine_ms: int, now_ms: int) -> PositionClock:
        """Correct by an engine report; small differences are ignored so that the position never steps back."""
        if not self.running or abs(engine_ms - self.at(now_ms)) < JITTER_MS * max(1.0, self.rate):
            return self
        return replace(self, anchor_ms=min(engine_ms, self.bound_ms), anchored_at_ms=now_ms)
