"""A clock that can be turned forward and stays turned: how far it is ahead lies in a file of the profile."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

from services.ipfs.durable import disk_problems, replace_durably
from services.units.time import Clock
from services.wire.problems import ProblemError

CLOCK_FILE = "clock.json"
_MICROSECOND = timedelta(microseconds=1)


class KeptClock:
    """Follows another clock at a kept distance; chain, node and desks of a world share one. Threads may share it.

    The distance may be negative: a world whose history ends in the past.
    """

    def __init__(self, profile: Path, base: Clock) -> None:
        """Take up a profile's distance, none for a new one. Raises ProblemError: request.invalid."""
        self._file, self._base = profile / CLOCK_FILE, base
        self._ahead = _read(self._file)

    @property
    def ahead(self) -> timedelta:
        """How far it is before its base."""
        return self._ahead

    def now(self) -> datetime:
        return self._base.now() + self._ahead

    def advance(self, by: timedelta) -> None:
        """Move forward; on disk before anybody sees it. Raises ValueError for a step back, ProblemError: disk.full."""
        if by < timedelta(0):
            raise ValueError("this clock does not run backwards")
        self._keep(self._ahead + by)

    def begin_at(self, moment: datetime) -> None:
        """Let a new world begin at a moment of its own; not one with blocks. Raises ProblemError: disk.full."""
        self._keep(moment - self._base.now())

    def _keep(self, ahead: timedelta) -> None:
        folder = self._file.parent
        with disk_problems():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            text = json.dumps({"ahead_us": ahead // _MICROSECOND})
            replace_durably(self._file, text.encode(), unfinished=folder)
        self._ahead = ahead


def _read(file: Path) -> timedelta:
    try:
        return int(json.loads(file.read_bytes())["ahead_us"]) * _MICROSECOND
    except FileNotFoundError:
        return timedelta(0)
    except (ValueError, KeyError, TypeError) as exc:
        raise ProblemError("request.invalid", field=CLOCK_FILE) from exc
