"""Chances that are the same each time: for pictures, music and invented people, never for keys."""

from __future__ import annotations

import random


def chances(seed: str) -> random.Random:
    """Give the numbers that follow from a seed."""
    return random.Random(seed)  # noqa: S311 - the opposite of a secret
