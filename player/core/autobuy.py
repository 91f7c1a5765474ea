"""When to buy the next chunk: driven by the play position, inside the viewer's budget, never by what VLC reads."""

from __future__ import annotations

from dataclasses import dataclass

from player.core.timeline import Access, Chunk, Timeline
from services.units.money import ZERO, Money

# Bought here means "there 1 s before its border" (measured need 0.3 s), with 2 s for paying, key and decryption.
LEAD_MS = 3_000


@dataclass(frozen=True, slots=True)
class Budget:
    """What a viewer allowed for this sitting, and what of it is gone or in flight."""

    limit: Money
    spent: Money

    @property
    def left(self) -> Money:
        """What may still be spent, never negative."""
        return max(self.limit - self.spent, ZERO)

    def covers(self, price: Money) -> bool:
        """Tell whether a price fits."""
        return price <= self.left


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do at this position."""


@dataclass(frozen=True, slots=True)
class Buy:
    """Buy this chunk now."""

    index: int


@dataclass(frozen=True, slots=True)
class OverBudget:
    """The next chunk is due, and the budget does not cover it."""

    index: int
    price: Money


Decision = Wait | Buy | OverBudget


def due_ms(running: Chunk, speed: float = 1.0) -> int:
    """Give the position in the running chunk from which the next one is due: its half, or earlier in a short one.

    speed: at twice the speed a part lasts half as long, and paying takes as long as ever.
    """
    half_ms = running.start_ms + (running.end_ms - running.start_ms) // 2
    return max(running.start_ms, min(half_ms, running.end_ms - round(LEAD_MS * max(1.0, speed))))


def next_purchase(timeline: Timeline, position_ms: int, budget: Budget, *, speed: float = 1.0) -> Decision:
    """Decide at a play position; call it only while buying ahead is switched on and the film plays.

    One purchase at a time: while a chunk ahead is being bought, the answer is Wait.
    """
    running = timeline.chunk_at(position_ms)
    following = timeline.after(running)
    if following is None or following.access is not Access.LOCKED or position_ms < due_ms(running, speed):
        return Wait()
    return at_border(following, budget)


def at_border(locked: Chunk, budget: Budget) -> Buy | OverBudget:
    """Decide for a locked chunk that the picture has already reached."""
    return Buy(locked.index) if budget.covers(locked.price) else OverBudget(locked.index, locked.price)
