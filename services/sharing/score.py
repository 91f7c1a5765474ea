"""The performance score of an item or a channel, 0 to 100, from what the node itself observed.

Each input rises smoothly from 0 to 1 without a step: no creator is a view short of a better class. Money never
follows from it.
"""

from __future__ import annotations

from dataclasses import dataclass

HALF_PAID_S = 36_000.0
"""Ten hours paid for give half of that input's points."""


@dataclass(frozen=True, slots=True)
class Performance:
    """What was observed in a period; shares lie between 0 and 1.

    completion: mean part of the length that payers watched. refunds: part of the income given back. retention: part
    of the members who stayed. returning: part of the viewers who came back within the period.
    """

    paid_seconds: int
    completion: float
    refunds: float
    retention: float
    returning: float


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One input with its value between 0 and 1, its weight in points, and the points that it gave."""

    name: str
    value: float
    weight: int

    @property
    def points(self) -> float:
        """Value times weight."""
        return self.value * self.weight


@dataclass(frozen=True, slots=True)
class Score:
    """Every input as it counted; ``points`` is their sum, 0 to 100."""

    parts: tuple[ScorePart, ...]

    @property
    def points(self) -> float:
        """The sum, 0 to 100."""
        return sum(part.points for part in self.parts)


def score_of(seen: Performance) -> Score:
    """Weigh what was observed; raises ValueError for a share outside 0 to 1."""
    shares = (seen.completion, seen.refunds, seen.retention, seen.returning)
    if seen.paid_seconds < 0 or not all(0 <= share <= 1 for share in shares):
        raise ValueError("shares lie between 0 and 1, seconds are not negative")
    return Score(
        (
            ScorePart("paid_seconds", seen.paid_seconds / (seen.paid_seconds + HALF_PAID_S), 30),
            ScorePart("completion", seen.completion, 25),
            ScorePart("refunds", (1 - seen.refunds) ** 4, 15),
            ScorePart("retention", seen.retention, 15),
            ScorePart("returning", seen.returning, 15),
        )
    )
