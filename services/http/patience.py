"""A door that comes back once when it is told to come back later."""

from __future__ import annotations

from typing import Any

import httpx
from anyio import sleep

from services.http.door import Door
from services.wire.problems import ProblemError

MOST_S = 10
"""Who has to wait longer hears so at once."""


class PatientDoor(Door):
    """Repeats a request that was refused before it was looked at (429), after the time that the answer names."""

    async def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request, and once more where that is asked for; raises ProblemError as Door does."""
        try:
            return await super().send(method, path, **options)
        except ProblemError as problem:
            seconds = problem.params.get("seconds", "")
            is_soon = problem.code == "request.too_many" and seconds.isdecimal() and int(seconds) <= MOST_S
            if not is_soon:
                raise
        await sleep(int(seconds))
        return await super().send(method, path, **options)
