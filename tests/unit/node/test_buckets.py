"""Buckets give what a rate allows, whoever asks however often, in bounded memory."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.node.buckets import Buckets, Counted, Rate
from services.node.shared_buckets import SharedBuckets, bucket_memory

RATE = Rate(per_s=2, burst=5)


@dataclass
class Watch:
    at: float = 100.0

    def __call__(self) -> float:
        return self.at


SPAWNED = multiprocessing.get_context("spawn")
Make = Callable[[Watch], Counted]


def shared(watch: Watch) -> SharedBuckets:
    return SharedBuckets(bucket_memory(SPAWNED, groups=64), watch)


KINDS = pytest.mark.parametrize("make", [Buckets, shared], ids=["of one process", "of several"])


@KINDS
def test_a_burst_is_free_and_then_the_rate_rules(make: Make) -> None:
    watch = Watch()
    buckets = make(watch)
    assert [buckets.take("a", RATE) for _ in range(6)] == [0, 0, 0, 0, 0, 0.5]
    assert buckets.is_empty("a", RATE)
    watch.at += 0.25
    assert buckets.take("a", RATE) == pytest.approx(0.25)
    watch.at += 0.25
    assert buckets.take("a", RATE) == 0
    assert buckets.take("b", RATE) == 0


@KINDS
def test_whoever_waits_as_told_is_let_in(make: Make) -> None:
    watch = Watch()
    buckets = make(watch)
    for _ in range(50):
        watch.at += buckets.take("a", RATE)
        if buckets.is_empty("a", RATE):
            watch.at += 0.5
        assert buckets.take("a", RATE) == 0


@KINDS
@given(steps=st.lists(st.floats(0, 3), max_size=60))
def test_never_more_than_burst_and_rate(make: Make, steps: list[float]) -> None:
    watch = Watch()
    buckets = make(watch)
    given_out = 0
    for step in steps:
        watch.at += step
        given_out += buckets.take("a", RATE) == 0
    assert given_out <= RATE.burst + RATE.per_s * (watch.at - 100.0) + 1e-6


def test_memory_is_bounded_and_the_one_who_asks_most_is_not_forgotten() -> None:
    buckets = Buckets(Watch(), most=100)
    for _ in range(5):
        buckets.take("flood", RATE)
    for number in range(1_000):
        buckets.take(number, RATE)
        assert buckets.take("flood", RATE) > 0
    assert len(buckets) == 100


@KINDS
def test_what_is_given_back_can_be_taken_again_up_to_the_burst(make: Make) -> None:
    buckets = make(Watch())
    for _ in range(5):
        buckets.take("a", RATE)
    buckets.give_back("a", RATE)
    assert [buckets.take("a", RATE), buckets.take("a", RATE)] == [0, 0.5]
    for _ in range(9):
        buckets.give_back("b", RATE)
    assert [buckets.take("b", RATE) for _ in range(6)][-1] == 0.5


def test_processes_that_share_memory_count_together() -> None:
    watch, memory = Watch(), bucket_memory(SPAWNED, groups=64)
    one, other = SharedBuckets(memory, watch), SharedBuckets(memory, watch)
    taken = [who.take(("unpaid", "192.0.2.1"), RATE) for who in (one, other) * 3]
    assert taken == [0, 0, 0, 0, 0, 0.5]
    other.give_back(("unpaid", "192.0.2.1"), RATE)
    assert not one.is_empty(("unpaid", "192.0.2.1"), RATE)
    assert one.take(("unpaid", "192.0.2.2"), RATE) == 0


def test_where_there_is_no_place_left_the_longest_unasked_goes() -> None:
    watch = Watch()
    buckets = SharedBuckets(bucket_memory(SPAWNED, groups=1), watch)
    for _ in range(5):
        buckets.take("flood", RATE)
    for number in range(1_000):
        watch.at += 0.0001
        buckets.take(number, RATE)
        assert buckets.take("flood", RATE) > 0
