"""The time of a history while it is made: it stands still until the next thing happens."""

from __future__ import annotations

from datetime import datetime, timedelta


class ToldTime:
    """A clock that only its teller moves."""

    def __init__(self, begin: datetime) -> None:
        self._now = begin

    def now(self) -> datetime:
        return self._now

    def turn_to(self, moment: datetime) -> None:
        """Go to a moment; what is past stays past."""
        self._now = max(self._now, moment)

    def pass_(self, by: timedelta) -> None:
        """Let time go by."""
        self._now += by
