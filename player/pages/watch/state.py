"""What the watch page shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from player.core.playback import Playback, State
from player.core.timeline import Access, Chunk, Timeline, price_per_minute
from services.units.money import ZERO, Money

if TYPE_CHECKING:
    from services.wire.catalogue import BudgetOut, ItemOut, PlaybackOut
    from services.wire.desk import ReceiptOut
    from studio.kit.problems import Problem

# Answers in which money may have moved: look it up, never offer to pay again.
_UNSETTLED = ("payment.unknown", "payment.in_progress", "transaction.unknown")


class Cause(Enum):
    """Why playback stands at a locked part."""

    LOCKED = "locked"
    BUDGET = "budget"
    BUYING = "buying"
    UNKNOWN = "unknown"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Paywall:
    """The card over the last frame. rest_count: locked parts in a row from here, all in one payment."""

    cause: Cause
    index: int
    price: Money
    per_ten_seconds: Money
    rest: Money
    rest_count: int
    limit: Money | None
    available: Money | None
    problem: Problem | None

    @property
    def per_minute(self) -> Money:
        """The price of a minute."""
        return price_per_minute(self.per_ten_seconds)


@dataclass(frozen=True, slots=True)
class WatchState:
    """``item`` is None until a film is chosen and read; ``problem`` is about the film, ``refusal`` about a purchase."""

    content_id: str = ""
    item: ItemOut | None = None
    timeline: Timeline | None = None
    playback: Playback = field(default_factory=Playback)
    position_ms: int = 0
    bought: frozenset[int] = frozenset()
    spent: Money = ZERO
    budget: BudgetOut | None = None
    available: Money | None = None
    buying: frozenset[int] = frozenset()
    refusal: Problem | None = None
    problem: Problem | None = None
    poster: bytes | None = None
    receipts: tuple[ReceiptOut, ...] | None = None
    shows_receipts: bool = False
    volume: int = 100
    muted: bool = False
    busy: bool = False

    @property
    def is_playing(self) -> bool:
        """Whether the film runs, or will as soon as it can."""
        state = self.playback.state
        return state in (State.PLAYING, State.STALLED) or (state is State.OPENING and self.playback.wanted)

    @property
    def here(self) -> Chunk | None:
        """The chunk at the position."""
        return None if self.timeline is None else self.timeline.chunk_at(self.position_ms)

    @property
    def paywall(self) -> Paywall | None:
        """The card to show, None while nothing has to be decided."""
        here, item = self.here, self.item
        if self.playback.state is not State.PAYWALLED or here is None or item is None or self.timeline is None:
            return None
        return Paywall(
            cause=self._cause(here),
            index=here.index,
            price=here.price,
            per_ten_seconds=item.price_per_ten_seconds,
            rest=self.timeline.rest_price(here.index),
            rest_count=self.timeline.locked_run(here.index),
            limit=None if self.budget is None else self.budget.limit,
            available=self.available,
            problem=self.refusal,
        )

    def _cause(self, here: Chunk) -> Cause:
        if here.index in self.buying:
            return Cause.BUYING
        if self.refusal is not None and self.refusal.code in _UNSETTLED:
            return Cause.UNKNOWN
        if self.refusal is not None:
            return Cause.BUDGET if self.refusal.code == "budget.session" else Cause.REFUSED
        if here.access is Access.BUYING:
            return Cause.UNKNOWN
        if self.budget is not None and self.budget.limit - self.budget.spent < here.price:
            return Cause.BUDGET
        return Cause.LOCKED


def timeline_of(film: PlaybackOut) -> Timeline:
    """Read a film's chunks; one whose payment is being looked up counts as being bought."""
    return Timeline(
        tuple(
            Chunk(
                chunk.index,
                chunk.start_ms,
                chunk.end_ms,
                chunk.price,
                Access.BUYING if chunk.access == "pending" else Access(chunk.access),
            )
            for chunk in film.chunks
        )
    )
