"""The play position between engine reports."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from player.core.position import JITTER_MS, PositionClock


def playing(position_ms: int = 0, bound_ms: int = 10_000) -> PositionClock:
    return PositionClock().jumped(position_ms, 0, bound_ms=bound_ms).started(0)


def test_stands_until_started() -> None:
    clock = PositionClock().jumped(4_000, 0, bound_ms=10_000)
    assert clock.at(5_000) == 4_000
    assert not clock.starved(50_000)
    assert clock.started(5_000).at(5_250) == 4_250


def test_never_passes_the_data_at_hand() -> None:
    clock = playing(9_000)
    assert clock.at(1_500) == 10_000
    assert clock.starved(1_000)
    assert not clock.starved(999)


def test_more_data_lets_it_go_on_from_where_it_stood() -> None:
    clock = playing(9_000).bounded(20_000, 5_000)
    assert clock.at(5_000) == 10_000
    assert clock.at(5_500) == 10_500


def test_a_bound_behind_the_position_does_not_pull_it_back() -> None:
    assert playing(9_000).bounded(5_000, 100).at(200) == 9_100


def test_hold_and_resume() -> None:
    held = playing().held(3_000)
    assert held.at(9_000) == 3_000
    assert held.started(9_000).at(9_500) == 3_500


def test_coarse_reports_are_ignored_and_jumps_taken() -> None:
    clock = playing()
    assert clock.reported(1_000 - JITTER_MS + 1, 1_000) is clock
    assert clock.reported(1_000 - JITTER_MS, 1_000).at(1_000) == 1_000 - JITTER_MS
    assert clock.reported(3_000, 1_000).at(1_100) == 3_100
    assert clock.held(1_000).reported(9_000, 1_000).at(1_000) == 1_000


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(-JITTER_MS + 1, JITTER_MS - 1)), max_size=30))
def test_never_steps_back_under_jitter(moves: list[tuple[int, int]]) -> None:
    clock, now_ms, last_ms = playing(bound_ms=5_000), 0, 0
    for elapsed_ms, jitter_ms in moves:
        now_ms += elapsed_ms
        clock = clock.reported(clock.at(now_ms) + jitter_ms, now_ms)
        assert last_ms <= clock.at(now_ms) <= 5_000
        last_ms = clock.at(now_ms)
