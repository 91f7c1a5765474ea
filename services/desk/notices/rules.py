"""When a notice may be told: kinds that are off, a digest, quiet hours. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from services.wire.notices import Digest, RulesOut

EVERY: Final[dict[Digest, timedelta]] = {
    "at_once": timedelta(0), "hourly": timedelta(hours=1), "daily": timedelta(days=1),
}  # fmt: skip


def may_tell(rules: RulesOut, now: datetime, last: datetime | None) -> bool:
    """Say whether anything may be told now. now: in the person's own time; last: when something was told last."""
    if is_quiet(rules, now):
        return False
    return last is None or now - last >= EVERY[rules.digest]


def is_quiet(rules: RulesOut, now: datetime) -> bool:
    """Say whether it is a quiet hour. now: in the person's own time."""
    begin, end = rules.quiet_from, rules.quiet_to
    if begin is None or end is None or begin == end:
        return False
    minute = now.hour * 60 + now.minute
    return begin <= minute < end if begin < end else minute >= begin or minute < end
