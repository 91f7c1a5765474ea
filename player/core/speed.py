"""The speeds at which a film may be watched."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

SPEEDS = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0)
LOUDEST = 150
"""Percent; above 100 quiet films are made louder than they are."""


def faster(speed: float) -> float:
    """Give the next speed up, or the highest."""
    return SPEEDS[min(bisect_right(SPEEDS, speed), len(SPEEDS) - 1)]


def slower(speed: float) -> float:
    """Give the next speed down, or the lowest."""
    return SPEEDS[max(bisect_left(SPEEDS, speed) - 1, 0)]


def speed_words(speed: float) -> str:
    """Write a speed as the button shows it: ``1.5×``."""
    return f"{speed:g}×"
