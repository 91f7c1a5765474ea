"""Timelines: gaps refused, runs, prices, looks of the seek bar."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from player.core.timeline import Access, Band, Chunk, Look, Stretch, Timeline, minutes_for, price_per_minute
from services.units.money import ZERO, Money, chunk_price, total

F, P, B, L = Access.FREE, Access.OWNED, Access.BUYING, Access.LOCKED
RATE = Money(5_000)


def film(*accesses: Access, chunk_ms: int = 10_000) -> Timeline:
    return Timeline(
        tuple(
            Chunk(
                index,
                index * chunk_ms,
                (index + 1) * chunk_ms,
                ZERO if access is F else chunk_price(RATE, start_ms=index * chunk_ms, end_ms=(index + 1) * chunk_ms),
                access,
            )
            for index, access in enumerate(accesses)
        )
    )


@pytest.mark.parametrize(
    "chunks",
    [
        (),
        (Chunk(1, 0, 10, ZERO, F),),
        (Chunk(0, 5, 10, ZERO, F),),
        (Chunk(0, 0, 0, ZERO, F),),
        (Chunk(0, 0, 10, ZERO, F), Chunk(1, 11, 20, ZERO, F)),
    ],
)
def test_refuses_gaps_and_empty_films(chunks: tuple[Chunk, ...]) -> None:
    with pytest.raises(ValueError, match="chunk"):
        Timeline(chunks)


@pytest.mark.parametrize(
    ("position_ms", "index"), [(-5, 0), (0, 0), (9_999, 0), (10_000, 1), (29_999, 2), (30_000, 2), (10**9, 2)]
)
def test_chunk_at_a_position(position_ms: int, index: int) -> None:
    assert film(F, L, L).chunk_at(position_ms).index == index


def test_neighbours_and_length() -> None:
    timeline = film(F, L)
    assert len(timeline) == 2
    assert timeline.duration_ms == 20_000
    following = timeline.after(timeline.chunks[0])
    assert following is not None
    assert following.index == 1
    assert timeline.after(timeline.chunks[1]) is None


def test_playable_and_expected_runs() -> None:
    timeline = film(F, P, B, L, P)
    assert timeline.playable_until(0) == 2
    assert timeline.expected_until(0) == 3
    assert timeline.playable_until(3) == 3
    assert timeline.playable_until(4) == 5


def test_locked_parts_in_a_row_are_one_stretch() -> None:
    timeline = film(F, L, L, L, P, L)
    assert timeline.locked_stretch(1) == Stretch(1, 3, Money(15_000))
    assert timeline.locked_stretch(3) == Stretch(3, 1, Money(5_000))
    assert timeline.locked_stretch(0) == Stretch(0, 0, ZERO)


@pytest.mark.parametrize(("within_ms", "count"), [(1, 1), (10_000, 1), (10_001, 2), (20_000, 2), (300_000, 3)])
def test_a_stretch_ends_with_the_last_part_that_begins_in_time(within_ms: int, count: int) -> None:
    assert film(F, L, L, L, P, L).locked_stretch(1, within_ms=within_ms).count == count


def test_price_of_the_rest_counts_what_is_locked_from_here() -> None:
    timeline = film(F, L, P, L, L)
    assert timeline.rest_price(0) == Money(15_000)
    assert timeline.rest_price(2) == Money(10_000)
    assert film(F, P, B).rest_price(0) == ZERO


def test_free_chunks_stay_free() -> None:
    changed = film(F, L, L).with_access(frozenset({0, 1}), B)
    assert [chunk.access for chunk in changed.chunks] == [F, B, L]


def test_bands_join_neighbours_and_mark_what_is_paid_ahead() -> None:
    timeline = film(F, P, P, P, B, L, L)
    assert timeline.bands(12_000, frozenset({2, 3})) == (
        Band(0, 10_000, Look.FREE),
        Band(10_000, 20_000, Look.OWNED),
        Band(20_000, 50_000, Look.AHEAD),
        Band(50_000, 70_000, Look.LOCKED),
    )
    assert timeline.bands(25_000, frozenset({2}))[1] == Band(10_000, 40_000, Look.OWNED)


def test_rates_in_words_of_time() -> None:
    assert price_per_minute(RATE) == Money(30_000)
    assert minutes_for(Money(100_000), RATE) == 3
    assert minutes_for(Money(100_000), ZERO) is None


@given(st.lists(st.sampled_from(list(Access)), min_size=1, max_size=40), st.integers(-10, 500_000))
def test_bands_cover_the_film_exactly_once(accesses: list[Access], position_ms: int) -> None:
    timeline = film(*accesses)
    bands = timeline.bands(position_ms, frozenset(range(0, 40, 3)))
    assert bands[0].start_ms == 0
    assert bands[-1].end_ms == timeline.duration_ms
    for left, right in pairwise(bands):
        assert left.end_ms == right.start_ms
        assert left.look is not right.look


@given(st.lists(st.sampled_from(list(Access)), min_size=1, max_size=40), st.integers(0, 39))
def test_runs_are_made_of_what_they_promise(accesses: list[Access], index: int) -> None:
    timeline = film(*accesses)
    start = min(index, len(timeline) - 1)
    playable, expected = timeline.playable_until(start), timeline.expected_until(start)
    assert start <= playable <= expected <= len(timeline)
    assert all(chunk.access.playable for chunk in timeline.chunks[start:playable])
    assert all(chunk.access is not L for chunk in timeline.chunks[start:expected])
    assert timeline.rest_price(start) == total([c.price for c in timeline.chunks[start:] if c.access is L])
