"""A period that figures are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Period:
    """Two UTC days, both included; without the first the last ``days``, without the last until the node's today."""

    days: int = 28
    first: date | None = None
    last: date | None = None

    def query(self, node: str = "") -> dict[str, str | int]:
        """Write it as the desk takes it."""
        days = {"from": self.first, "to": self.last}
        named = {name: str(day) for name, day in days.items() if day is not None}
        return {**named, "node": node, **({} if self.first else {"days": self.days})}
