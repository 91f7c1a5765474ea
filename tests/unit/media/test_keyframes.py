"""Where a film is cut, given its key frames."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.media.keyframes import CutPlan, Key, choose_cuts
from services.wire.problems import ProblemError


def cuts(gaps_ms: list[int], duration_ms: int) -> list[int]:
    """Give where the chunks of a film start whose key frames lie these gaps apart."""
    marks = [0]
    for gap in gaps_ms:
        marks.append(marks[-1] + gap)
    keys = [Key(number * 7, mark) for number, mark in enumerate(marks) if mark < duration_ms]
    return [key.at_ms for key in choose_cuts(keys, duration_ms)]


@pytest.mark.parametrize(
    ("gap_ms", "duration_ms", "expected"),
    [
        (2_000, 66_000, [0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000]),
        (3_000, 30_000, [0, 9_000, 18_000, 27_000]),
        (5_300, 40_000, [0, 10_600, 21_200, 31_800]),
        (10_400, 40_000, [0, 10_400, 20_800, 31_200]),
        (2_000, 10_000, [0]),
        (2_000, 11_000, [0]),
        (2_000, 21_900, [0, 10_000]),
        (2_000, 22_000, [0, 10_000, 20_000]),
        (500, 1_000, [0]),
    ],
)
def test_cuts_lie_at_the_nearest_key_frame(gap_ms: int, duration_ms: int, expected: list[int]) -> None:
    assert cuts([gap_ms] * (duration_ms // gap_ms + 1), duration_ms) == expected


def test_a_gap_too_long_is_named() -> None:
    with pytest.raises(ProblemError) as caught:
        cuts([2_000] * 5 + [25_000] + [2_000] * 5, 45_000)
    assert caught.value.code == "media.keyframes"
    assert caught.value.params == {"gap_ms": "25000", "limit_ms": "20000"}


def test_a_film_with_one_key_frame_may_be_short_only() -> None:
    assert cuts([], 22_000) == [0]
    with pytest.raises(ProblemError):
        cuts([], 22_001)


@given(st.lists(st.integers(40, 16_000), min_size=1, max_size=80), st.integers(40, 16_000))
def test_films_with_gaps_up_to_16_s_can_always_be_cut(gaps_ms: list[int], last_ms: int) -> None:
    duration_ms = sum(gaps_ms) + last_ms
    starts = cuts(gaps_ms, duration_ms)
    lengths = [after - before for before, after in pairwise([*starts, duration_ms])]
    assert starts[0] == 0
    assert sum(lengths) == duration_ms
    assert all(4_000 <= length <= 20_000 for length in lengths[:-1])
    assert 0 < lengths[-1] <= 22_000
    assert lengths[-1] >= 2_000 or len(lengths) == 1


def test_spans_follow_on() -> None:
    plan = CutPlan((Key(0, 0), Key(250, 10_000)), 16_000)
    assert [plan.span(0), plan.span(1)] == [(0, 10_000), (10_000, 16_000)]
