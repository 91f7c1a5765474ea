"""When a notice may be told: quiet hours, also over midnight, and digests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.desk.notices.rules import is_quiet, may_tell
from services.wire.notices import Digest, RulesOut

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("begin", "end", "hour", "quiet"),
    [
        (None, None, 3, False),
        (22 * 60, None, 23, False),
        (22 * 60, 7 * 60, 23, True),
        (22 * 60, 7 * 60, 6, True),
        (22 * 60, 7 * 60, 7, False),
        (22 * 60, 7 * 60, 12, False),
        (13 * 60, 14 * 60, 13, True),
        (13 * 60, 14 * 60, 14, False),
        (8 * 60, 8 * 60, 8, False),
    ],
)
def test_quiet_hours(begin: int | None, end: int | None, hour: int, *, quiet: bool) -> None:
    assert is_quiet(RulesOut(quiet_from=begin, quiet_to=end), NOON.replace(hour=hour)) is quiet


@pytest.mark.parametrize(
    ("digest", "passed", "may"),
    [("at_once", 0, True), ("hourly", 59, False), ("hourly", 60, True), ("daily", 1439, False), ("daily", 1440, True)],
)
def test_digests_wait(digest: Digest, passed: int, *, may: bool) -> None:
    rules = RulesOut(digest=digest)
    assert may_tell(rules, NOON, None)
    assert may_tell(rules, NOON, NOON - timedelta(minutes=passed)) is may
