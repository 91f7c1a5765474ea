"""Waiting when a node says that it was too much at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from services.wire.problems import ProblemError

T = TypeVar("T")
_TIMES = 20
_MOST_S = 10.0


async def patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask again after as long as the node wants, a number of times. Raises what asking raises."""
    for _ in range(_TIMES):
        try:
            return await ask()
        except ProblemError as problem:
            if problem.code != "request.too_many":
                raise
            await asyncio.sleep(_wait_s(problem))
    return await ask()


def _wait_s(problem: ProblemError) -> float:
    try:
        said = float(problem.headers.get("retry-after", "1"))
    except ValueError:
        said = 1.0
    # Also where it says something that is no time to wait.
    return said if 0 < said < _MOST_S else _MOST_S
