"""A limit on what comes in, by a clock that only waiting moves."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import pytest

from services.ipfs.intake import Intake, Need, fetched_for
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


def _comes(intake: Intake, need: Need, size: int) -> None:
    with fetched_for(need), intake.turn():
        intake.came(size)


def test_what_came_early_is_waited_for_before_more_is_asked_for() -> None:
    intake, time = limited(1_000)
    for _ in range(5):
        _comes(intake, Need.NOW, 500)
    assert time.waits == pytest.approx([0.5] * 4)
    assert intake.received == 2_500


def test_time_that_passed_by_itself_counts_and_is_not_saved_up() -> None:
    intake, time = limited(1_000)
    time.at += 3_600
    intake.came(2_000)
    time.at += 1.5
    _comes(intake, Need.NOW, 0)
    assert time.waits == [0.5]


def test_without_a_limit_nobody_waits_and_one_that_is_set_later_counts_from_then() -> None:
    intake, time = limited(0)
    intake.came(10_000)
    _comes(intake, Need.NOW, 0)
    intake.limit = 100
    _comes(intake, Need.NOW, 100)
    assert time.waits == []
    intake.limit = 200
    _comes(intake, Need.NOW, 0)
    assert time.waits == [0.5]


@pytest.mark.parametrize("ends", ["limit", "close"])
def test_who_waits_is_woken_when_the_limit_goes_or_all_ends(ends: str) -> None:
    intake, ended = Intake(), list[str]()
    intake.limit = 1
    intake.came(10**9)

    def wait() -> None:
        try:
            with intake.turn():
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


def test_what_is_needed_now_waits_for_its_own_kind_only() -> None:
    intake, time = limited(1_000)
    _comes(intake, Need.LATER, 5_000)
    _comes(intake, Need.NOW, 500)
    assert time.waits == []
    _comes(intake, Need.NOW, 500)
    assert time.waits == pytest.approx([0.5])


def test_what_is_needed_later_pays_for_everything_before_it() -> None:
    intake, time = limited(1_000)
    _comes(intake, Need.LATER, 1_000)
    _comes(intake, Need.SOON, 2_000)
    _comes(intake, Need.NOW, 3_000)
    assert time.waits == []
    _comes(intake, Need.SOON, 0)
    assert sum(time.waits) == pytest.approx(5)
    _comes(intake, Need.LATER, 0)
    # No more came in all than the limit lets come in that time.
    assert sum(time.waits) == pytest.approx(intake.received / 1_000)


def test_while_something_is_needed_now_the_rest_has_no_turn() -> None:
    intake, time = limited(1_000)
    _comes(intake, Need.LATER, 1_000)
    for _ in range(10):
        _comes(intake, Need.NOW, 1_000)
    _comes(intake, Need.LATER, 0)
    # Nine seconds for what was needed now; then its last one, and what had come for later.
    assert time.waits == pytest.approx([1.0] * 9 + [2.0])


def test_a_need_holds_for_what_is_done_inside_of_it() -> None:
    intake, time = limited(1_000)
    with fetched_for(Need.LATER):
        intake.came(1_000)
        _comes(intake, Need.NOW, 0)
        assert time.waits == []
        with intake.turn():
            assert time.waits == pytest.approx([1.0])


@pytest.mark.parametrize("limit", [0, 10**9])
def test_who_is_less_urgent_waits_until_what_is_needed_now_is_here(limit: int) -> None:
    intake, order = Intake(), list[str]()
    intake.limit = limit
    asked = threading.Event()

    def fetch_later() -> None:
        asked.set()
        with fetched_for(Need.LATER), intake.turn():
            order.append("later")

    later = threading.Thread(target=fetch_later)
    with intake.turn():
        later.start()
        asked.wait()
        # Others of the same need go beside it.
        with intake.turn():
            order.append("now")
        with fetched_for(Need.NOW), intake.turn():
            order.append("now")
    later.join()
    assert order == ["now", "now", "later"]


def test_what_fails_lets_the_others_go() -> None:
    intake = Intake()
    with pytest.raises(ZeroDivisionError), intake.turn():
        raise ZeroDivisionError
    with fetched_for(Need.LATER), intake.turn():
        pass
