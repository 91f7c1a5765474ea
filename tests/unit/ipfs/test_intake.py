"""A limit on what comes in, by a clock that only waiting moves."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import pytest

from services.ipfs.intake import Intake
from services.wire.problems import ProblemError


@dataclass
class HandTime:
    """Moves when somebody waits, and notes how long."""

    at: float = 100.0
    waits: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.at

    def pause(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.at += seconds


def limited(limit: int) -> tuple[Intake, HandTime]:
    time = HandTime()
    intake = Intake(now=time.now, pause=time.pause)
    intake.limit = limit
    return intake, time


def test_what_came_early_is_waited_for_before_more_is_asked_for() -> None:
    intake, time = limited(1_000)
    for _ in range(5):
        intake.wait()
        intake.came(500)
    assert time.waits == pytest.approx([0.5] * 4)
    assert intake.received == 2_500


def test_time_that_passed_by_itself_counts_and_is_not_saved_up() -> None:
    intake, time = limited(1_000)
    time.at += 3_600
    intake.came(2_000)
    time.at += 1.5
    intake.wait()
    assert time.waits == [0.5]


def test_without_a_limit_nobody_waits_and_one_that_is_set_later_counts_from_then() -> None:
    intake, time = limited(0)
    intake.came(10_000)
    intake.wait()
    intake.limit = 100
    intake.wait()
    assert time.waits == []
    intake.came(100)
    intake.limit = 200
    intake.wait()
    assert time.waits == [0.5]


@pytest.mark.parametrize("ends", ["limit", "close"])
def test_who_waits_is_woken_when_the_limit_goes_or_all_ends(ends: str) -> None:
    intake, ended = Intake(), list[str]()
    intake.limit = 1
    intake.came(10**9)

    def wait() -> None:
        try:
            intake.wait()
            ended.append("limit")
        except ProblemError as problem:
            ended.append("close" if problem.code == "service.unreachable" else problem.code)

    waiting = [threading.Thread(target=wait) for _ in range(3)]
    for thread in waiting:
        thread.start()
    if ends == "limit":
        intake.limit = 0
    else:
        intake.close()
    for thread in waiting:
        thread.join()
    assert ended == [ends] * 3
