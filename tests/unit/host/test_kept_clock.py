"""A turned clock stays turned."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.host.demo_control.kept_clock import CLOCK_FILE, KeptClock
from services.wire.problems import ProblemError
from tests.fixtures.chain import START, HandClock

DAY = timedelta(days=1)


def test_it_stays_turned_when_the_profile_is_opened_again(tmp_path: Path) -> None:
    base = HandClock()
    clock = KeptClock(tmp_path, base)
    assert clock.now() == base.now()
    clock.advance(DAY)
    clock.advance(timedelta(hours=1))
    base.advance(timedelta(seconds=5))
    again = KeptClock(tmp_path, base)
    assert again.now() == clock.now() == base.now() + DAY + timedelta(hours=1)
    assert again.ahead == DAY + timedelta(hours=1)


def test_it_does_not_run_backwards(tmp_path: Path) -> None:
    clock = KeptClock(tmp_path, HandClock())
    with pytest.raises(ValueError, match="backwards"):
        clock.advance(-DAY)
    assert clock.ahead == timedelta(0)


def test_a_world_may_begin_in_the_past(tmp_path: Path) -> None:
    moment = datetime.fromtimestamp(START, UTC) - 90 * DAY
    KeptClock(tmp_path / "new", HandClock()).begin_at(moment)
    assert KeptClock(tmp_path / "new", HandClock()).now() == moment


def test_a_damaged_file_is_said_so(tmp_path: Path) -> None:
    (tmp_path / CLOCK_FILE).write_text('{"ahead_us": "soon"}')
    with pytest.raises(ProblemError, match=r"request\.invalid"):
        KeptClock(tmp_path, HandClock())
