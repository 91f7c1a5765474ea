"""The service's log as lines that a person may read and pass on: the last ones, without secrets."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from studio.kit.sieve import sieve

if TYPE_CHECKING:
    from pathlib import Path

LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
# Read at a click, on the window's own thread: a fifth of a megabyte takes a millisecond.
_LAST_BYTES = 200_000
_MOST_LINES = 500


@dataclass(frozen=True, slots=True)
class LogLine:
    """One event. details: what came with it, as text."""

    at: datetime
    level: str
    source: str
    event: str
    details: str


def read_log(profile: Path, least: str) -> tuple[LogLine, ...]:
    """Give the last lines of a level or a worse one, the newest first; none where there is no log."""
    try:
        with (profile / "logs" / "service.log").open("rb") as file:
            end = file.seek(0, 2)
            file.seek(max(0, end - _LAST_BYTES))
            tail = file.read().decode("utf-8", "replace")
    except OSError:
        return ()
    found = (_line(text) for text in reversed(tail.splitlines()))
    wanted = LEVELS.index(least)
    kept = [line for line in found if line is not None and LEVELS.index(line.level) >= wanted]
    return tuple(kept[:_MOST_LINES])


def as_text(lines: tuple[LogLine, ...]) -> str:
    """Write lines to be passed on, the oldest first."""
    told = (f"{line.at.isoformat()} {line.level} {line.source}: {line.event} {line.details}" for line in lines)
    return "\n".join(line.rstrip() for line in reversed(list(told)))


def _line(text: str) -> LogLine | None:
    try:
        found = json.loads(text)
        level = found.pop("level")
        return LogLine(
            at=datetime.fromisoformat(found.pop("at")),
            level=level if level in LEVELS else "INFO",
            source=sieve(str(found.pop("logger"))),
            event=sieve(str(found.pop("event"))),
            details=sieve(", ".join(f"{name}: {value}" for name, value in found.items())),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        # The first one may be cut, and a crash leaves half a last one.
        return None
