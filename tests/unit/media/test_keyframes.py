"""Where a film is cut, given its key frames."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.media.keyframes import Key, KeyList, choose_cuts, even_cuts


def cuts(gaps_ms: list[int], duration_ms: int) -> list[int] | None:
    """Give where the chunks of a film start whose key frames lie these gaps apart."""
    marks = [0]
    for gap in gaps_ms:
        marks.append(marks[-1] + gap)
    keys = [Key(number * 7, mark) for number, mark in enumerate(marks) if mark < duration_ms]
    chosen = choose_cuts(keys, duration_ms)
    return None if chosen is None else [key.at_ms for key in chosen]


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


@pytest.mark.parametrize(
    ("gaps_ms", "duration_ms"),
    [
        ([2_000] * 5 + [25_000] + [2_000] * 5, 45_000),
        ([], 17_001),
        ([5_000, 16_000, 5_000], 40_000),
        ([4_000, 15_500, 4_000, 15_500], 50_000),
    ],
)
def test_without_key_frames_for_6_to_15_s_there_is_no_cut(gaps_ms: list[int], duration_ms: int) -> None:
    assert cuts(gaps_ms, duration_ms) is None


def test_a_film_with_one_key_frame_may_be_short_only() -> None:
    assert cuts([], 17_000) == [0]


def test_the_nearest_key_frame_is_left_where_it_leads_nowhere() -> None:
    """From 10 s on no key frame lies in reach; from 8 s on one does."""
    assert cuts([8_000, 2_000, 5_000, 15_000], 45_000) == [0, 8_000, 15_000, 30_000]
    assert cuts([8_000, 2_000, 13_000], 37_000) == [0, 10_000, 23_000]


@given(st.lists(st.integers(40, 4_400), min_size=1, max_size=120), st.integers(40, 4_400))
def test_films_with_gaps_up_to_4_s_can_always_be_cut(gaps_ms: list[int], last_ms: int) -> None:
    duration_ms = sum(gaps_ms) + last_ms
    starts = cuts(gaps_ms, duration_ms)
    assert starts is not None
    _check(starts, duration_ms)


@given(st.lists(st.integers(200, 16_000), max_size=12), st.integers(40, 16_000))
def test_a_cut_is_found_exactly_when_there_is_one(gaps_ms: list[int], last_ms: int) -> None:
    """Compared with trying every choice."""
    duration_ms = sum(gaps_ms) + last_ms
    marks = [0]
    for gap in gaps_ms:
        marks.append(marks[-1] + gap)

    def leads(at: int) -> bool:
        return duration_ms - at <= 17_000 or any(
            leads(mark) for mark in marks if 6_000 <= mark - at <= 15_000 and duration_ms - mark >= 2_000
        )

    starts = cuts(gaps_ms, duration_ms)
    assert (starts is not None) == leads(0)
    if starts is not None:
        _check(starts, duration_ms)


def _check(starts: list[int], duration_ms: int) -> None:
    lengths = [after - before for before, after in pairwise([*starts, duration_ms])]
    assert starts[0] == 0
    assert all(6_000 <= length <= 15_000 for length in lengths[:-1])
    assert 0 < lengths[-1] <= 17_000
    assert lengths[-1] >= 2_000 or len(lengths) == 1


def test_a_film_of_key_frames_only_keeps_a_short_list() -> None:
    keys = KeyList()
    for number in range(36_000):
        keys.add(number, number * 20)
    assert len(keys.keys) == 3_600
    chosen = choose_cuts(keys.keys, 720_000)
    assert chosen is not None
    assert [key.ordinal for key in chosen[:3]] == [0, 500, 1_000]


@pytest.mark.parametrize(
    ("duration_ms", "starts"),
    [(1_000, (0,)), (11_999, (0,)), (12_000, (0, 10_000)), (35_000, (0, 10_000, 20_000, 30_000))],
)
def test_where_key_frames_are_ours_chunks_have_ten_seconds(duration_ms: int, starts: tuple[int, ...]) -> None:
    assert even_cuts(duration_ms) == starts
