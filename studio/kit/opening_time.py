"""The moment from which a film is there for everybody, as a person writes it: local time, to the minute."""

from __future__ import annotations

from datetime import datetime

FORM = "%Y-%m-%d %H:%M"


def parse(written: str) -> datetime | None:
    """Read a moment; None for what is none."""
    try:
        return datetime.strptime(" ".join(written.split()), FORM).astimezone()
    except (ValueError, OverflowError):
        return None


def write(moment: datetime) -> str:
    """Write a moment as it would be typed."""
    return moment.astimezone().strftime(FORM)
