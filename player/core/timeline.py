"""A film as a row of chunks: which may be played, which cost money, and how much the rest is."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field, replace
from enum import Enum

from services.units.money import ZERO, Money, total


class Access(Enum):
    """What this viewer may do with a chunk."""

    FREE = "free"
    OWNED = "owned"
    BUYING = "buying"
    LOCKED = "locked"

    @property
    def playable(self) -> bool:
        """Tell whether the chunk may be fetched and shown now."""
        return self in (Access.FREE, Access.OWNED)


class Look(Enum):
    """How a stretch of the seek bar is drawn."""

    OWNED = "owned"
    AHEAD = "ahead"
    FREE = "free"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class Chunk:
    """One part of a film, [start_ms, end_ms); price is 0 when nobody ever pays for it."""

    index: int
    start_ms: int
    end_ms: int
    price: Money
    access: Access


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of the seek bar with one look, [start_ms, end_ms)."""

    start_ms: int
    end_ms: int
    look: Look


@dataclass(frozen=True, slots=True)
class Stretch:
    """Locked chunks in a row, bought by one payment: ``count`` from ``first`` on, for ``price`` together."""

    first: int
    count: int
    price: Money


@dataclass(frozen=True, slots=True)
class Timeline:
    """All chunks of one film without gaps, index 0 first, at least one."""

    chunks: tuple[Chunk, ...]
    _starts: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.chunks:
            raise ValueError("a film has at least one chunk")
        expected_ms = 0
        for index, chunk in enumerate(self.chunks):
            if chunk.index != index or chunk.start_ms != expected_ms or chunk.end_ms <= chunk.start_ms:
                raise ValueError(f"chunk {index} does not follow the one before it")
            expected_ms = chunk.end_ms
        object.__setattr__(self, "_starts", tuple(chunk.start_ms for chunk in self.chunks))

    def __len__(self) -> int:
        return len(self.chunks)

    @property
    def duration_ms(self) -> int:
        """The film's length."""
        return self.chunks[-1].end_ms

    def chunk_at(self, position_ms: int) -> Chunk:
        """Give the chunk that holds a position; positions outside the film count as its first or last one."""
        return self.chunks[max(0, bisect_right(self._starts, position_ms) - 1)]

    def after(self, chunk: Chunk) -> Chunk | None:
        """Give the next chunk, None at the end of the film."""
        return self.chunks[chunk.index + 1] if chunk.index + 1 < len(self.chunks) else None

    def playable_until(self, index: int) -> int:
        """Give the first index at or after ``index`` that may not be played now (the length when all may)."""
        return self._first_outside(index, (Access.FREE, Access.OWNED))

    def expected_until(self, index: int) -> int:
        """As playable_until, but chunks that are being bought count: a run may wait for them."""
        return self._first_outside(index, (Access.FREE, Access.OWNED, Access.BUYING))

    def _first_outside(self, index: int, inside: tuple[Access, ...]) -> int:
        while index < len(self.chunks) and self.chunks[index].access in inside:
            index += 1
        return index

    def rest_price(self, index: int) -> Money:
        """Add up what is still locked from ``index`` to the end."""
        return total([chunk.price for chunk in self.chunks[index:] if chunk.access is Access.LOCKED])

    def locked_stretch(self, index: int, *, within_ms: int | None = None) -> Stretch:
        """Give the locked chunks in a row from ``index``; with a limit only those that begin so soon after it."""
        end = self._first_outside(index, (Access.LOCKED,))
        if within_ms is not None:
            before_ms = self.chunks[index].start_ms + within_ms
            end = min(end, bisect_left(self._starts, before_ms))
        return Stretch(index, end - index, total([chunk.price for chunk in self.chunks[index:end]]))

    def with_access(self, indices: frozenset[int], access: Access) -> Timeline:
        """Give the timeline with some chunks changed; a free chunk stays free."""
        return Timeline(
            tuple(
                replace(chunk, access=access) if chunk.index in indices and chunk.access is not Access.FREE else chunk
                for chunk in self.chunks
            )
        )

    def bands(self, position_ms: int, bought: frozenset[int] = frozenset()) -> tuple[Band, ...]:
        """Join neighbours of one look for the seek bar.

        bought: chunks paid for in this sitting; those after the position are shown as paid ahead.
        """
        bands: list[Band] = []
        for chunk in self.chunks:
            look = _look(chunk, position_ms, chunk.index in bought)
            if bands and bands[-1].look is look:
                bands[-1] = replace(bands[-1], end_ms=chunk.end_ms)
            else:
                bands.append(Band(chunk.start_ms, chunk.end_ms, look))
        return tuple(bands)


def _look(chunk: Chunk, position_ms: int, bought_now: bool) -> Look:
    if chunk.access is Access.BUYING:
        return Look.AHEAD
    if chunk.access is Access.OWNED and bought_now and chunk.start_ms > position_ms:
        return Look.AHEAD
    return Look(chunk.access.value)


def price_per_minute(per_ten_seconds: Money) -> Money:
    """Give the price of a minute from the price of ten seconds."""
    return per_ten_seconds * 6


def minutes_for(amount: Money, per_ten_seconds: Money) -> int | None:
    """Give the whole minutes that an amount pays for, None when watching is free."""
    if per_ten_seconds <= ZERO:
        return None
    return amount.micros // price_per_minute(per_ten_seconds).micros
