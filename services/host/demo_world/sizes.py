"""How large a world is, and what tells one from another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

SizeName = Literal["empty", "small", "normal", "large"]
SEED = "museclock"
END = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)
"""When every history ends: a fixed moment, so that one seed makes one world. Its clock goes on from there."""


@dataclass(frozen=True, slots=True)
class Size:
    """What is made. ``films``: of each channel, at most. more_films and more_payments come by the batch doors."""

    name: SizeName
    channels: int
    films: int
    viewers: int
    days: int
    small_by: int = 1
    """By how much its pictures are smaller."""
    more_films: int = 0
    more_payments: int = 0

    @property
    def begin(self) -> datetime:
        """The midnight at which the history begins."""
        first = END - timedelta(days=self.days)
        return first.replace(hour=0, minute=0)


SIZES: dict[str, Size] = {
    "small": Size("small", channels=3, films=2, viewers=20, days=14, small_by=4),
    "normal": Size("normal", channels=12, films=5, viewers=400, days=90),
    "large": Size("large", channels=12, films=5, viewers=400, days=90, more_films=99_940, more_payments=1_000_000),
}
"""All but the empty world, which has no past and is made as it is opened."""
