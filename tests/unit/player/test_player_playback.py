"""The playback state machine: each legal move, late events, and rules that hold after any sequence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from player.core.playback import (
    AccessChanged,
    Close,
    Command,
    Event,
    Failed,
    Fed,
    FrameShown,
    Open,
    Pause,
    PauseRun,
    Play,
    Playback,
    ResumeRun,
    RunEnded,
    Seek,
    StartRun,
    Starved,
    State,
    StopRun,
    step,
)
from player.core.timeline import Access, Chunk, Timeline
from services.units.money import Money

F, P, B, L = Access.FREE, Access.OWNED, Access.BUYING, Access.LOCKED


def film(*accesses: Access) -> Timeline:
    return Timeline(tuple(Chunk(i, i * 10_000, (i + 1) * 10_000, Money(1), a) for i, a in enumerate(accesses)))


FILM = film(F, P, B, L, P)


def drive(*events: Event, timeline: Timeline = FILM) -> tuple[Playback, list[Command]]:
    playback = Playback()
    commands: list[Command] = []
    for number, event in enumerate(events):
        playback, more = step(playback, event, timeline, now_ms=1000 + 10 * number)
        commands.extend(more)
    return playback, commands


def test_opens_plays_and_measures_the_start() -> None:
    playback, commands = drive(Open(), FrameShown())
    assert playback.state is State.PLAYING
    assert playback.start_took_ms == 10
    assert commands == [StartRun(0), ResumeRun()]


def test_opens_at_a_locked_place_with_the_paywall() -> None:
    playback, commands = drive(Open(35_000))
    assert (playback.state, playback.position_ms, playback.wanted) == (State.PAYWALLED, 35_000, True)
    assert commands == [StopRun()]


def test_a_pause_while_opening_shows_the_first_picture_and_stands() -> None:
    playback, commands = drive(Open(), Pause(), FrameShown())
    assert playback.state is State.PAUSED
    assert commands[-1] == PauseRun()
    assert drive(Open(), Pause(), Play(), FrameShown())[0].state is State.PLAYING


def test_pause_and_resume() -> None:
    playback, commands = drive(Open(), FrameShown(), Pause(), Play())
    assert playback.state is State.PLAYING
    assert commands[-2:] == [PauseRun(), ResumeRun()]


def test_a_run_that_ends_at_a_locked_chunk_meets_the_paywall_without_a_stop() -> None:
    playback, commands = drive(Open(), FrameShown(), RunEnded(3))
    assert (playback.state, playback.position_ms) == (State.PAYWALLED, 30_000)
    assert commands == [StartRun(0), ResumeRun()]


def test_an_unlock_goes_on_at_the_same_place() -> None:
    walled, _ = drive(Open(), FrameShown(), RunEnded(3))
    still, none = step(walled, AccessChanged(), film(F, P, P, B, P), now_ms=5)
    assert (still, none) == (walled, ())
    playback, commands = step(walled, AccessChanged(), film(F, P, P, P, P), now_ms=5)
    assert playback.state is State.OPENING
    assert commands == (StartRun(30_000),)


@pytest.mark.parametrize("next_index", [1, 2])
def test_a_run_that_ends_before_something_playable_starts_the_next_run(next_index: int) -> None:
    playback, commands = drive(Open(), FrameShown(), RunEnded(next_index))
    assert playback.state is State.OPENING
    assert commands[-1] == StartRun(next_index * 10_000)


def test_a_run_that_ends_while_paused_stays_paused_in_the_next() -> None:
    playback, commands = drive(Open(), FrameShown(), Pause(), RunEnded(1))
    assert playback.state is State.OPENING
    assert commands[-1] == StartRun(10_000, paused=True)


def test_the_end_and_once_more() -> None:
    ended, _ = drive(Open(40_000), FrameShown(), RunEnded(5))
    assert (ended.state, ended.position_ms, ended.wanted) == (State.ENDED, 50_000, False)
    again, commands = step(ended, Play(), FILM, now_ms=5)
    assert again.state is State.OPENING
    assert commands == (StartRun(0),)
    assert step(ended, Seek(1_000), FILM, now_ms=5)[1] == (StartRun(1_000),)


def test_a_stall_ends_when_the_chunk_comes() -> None:
    stalled, _ = drive(Open(), FrameShown(), Starved(20_000))
    assert (stalled.state, stalled.position_ms) == (State.STALLED, 20_000)
    assert step(stalled, Fed(), FILM, now_ms=5)[0].state is State.PLAYING
    assert step(stalled, Pause(), FILM, now_ms=5)[0].state is State.PAUSED
    assert step(stalled, Seek(0), FILM, now_ms=5)[1] == (StartRun(0),)
    assert step(stalled, RunEnded(3), FILM, now_ms=5)[0].state is State.PAYWALLED


def test_a_refused_purchase_turns_a_stall_into_the_paywall() -> None:
    stalled, _ = drive(Open(), FrameShown(), Starved(20_000))
    assert step(stalled, AccessChanged(), FILM, now_ms=5) == (stalled, ())
    playback, commands = step(stalled, AccessChanged(), film(F, P, L, L, P), now_ms=5)
    assert (playback.state, playback.position_ms) == (State.PAYWALLED, 20_000)
    assert commands == (StopRun(),)


def test_a_refusal_while_opening() -> None:
    opening, _ = drive(Open(20_000))
    assert step(opening, AccessChanged(), film(F, P, L, L, P), now_ms=5)[0].state is State.PAYWALLED
    assert step(opening, RunEnded(3), FILM, now_ms=5)[0].state is State.PAYWALLED


@pytest.mark.parametrize(
    ("before", "wanted"), [((), True), ((FrameShown(),), True), ((FrameShown(), Pause()), False), ((Pause(),), False)]
)
def test_seeks_keep_the_wish_to_play(before: tuple[Event, ...], wanted: bool) -> None:
    playback, commands = drive(Open(), *before, Seek(12_345))
    assert playback.wanted is wanted
    assert commands[-1] == StartRun(12_345, paused=not wanted)


def test_seeks_stay_inside_the_film() -> None:
    assert drive(Open(), Seek(-3))[1][-1] == StartRun(0)
    assert drive(Open(), Seek(10**9))[1][-1] == StartRun(49_999)


def test_a_seek_from_the_paywall_back_into_owned_chunks() -> None:
    playback, commands = drive(Open(35_000), Seek(11_000))
    assert playback.state is State.OPENING
    assert commands[-1] == StartRun(11_000)


def test_failure_names_its_problem_and_can_be_tried_again() -> None:
    failed, commands = drive(Open(), FrameShown(), Failed("player.failed", 7_000))
    assert (failed.state, failed.problem, failed.position_ms) == (State.FAILED, "player.failed", 7_000)
    assert commands[-1] == StopRun()
    retried, commands_after = step(failed, Play(), FILM, now_ms=5)
    assert (retried.problem, commands_after) == ("", (StartRun(7_000),))
    assert step(failed, Seek(1), FILM, now_ms=5)[1] == (StartRun(1),)


def test_close_forgets_everything() -> None:
    assert drive(Open(), FrameShown(), Close()) == (Playback(), [StartRun(0), ResumeRun(), StopRun()])


@pytest.mark.parametrize(
    "late", [FrameShown(), Fed(), Starved(1), RunEnded(1), Play(), Pause(), Seek(4), Failed("x", 1)]
)
def test_late_events_after_close_change_nothing(late: Event) -> None:
    assert step(Playback(), late, FILM, now_ms=1) == (Playback(), ())


EVENTS = st.one_of(
    st.builds(Open, st.integers(0, 60_000)),
    st.sampled_from([Play(), Pause(), FrameShown(), Fed(), AccessChanged(), Close()]),
    st.builds(Seek, st.integers(-10, 60_000)),
    st.builds(Starved, st.integers(0, 50_000)),
    st.builds(RunEnded, st.integers(0, 5)),
    st.builds(Failed, st.just("player.failed"), st.integers(0, 50_000)),
)
FILMS = st.lists(st.sampled_from(list(Access)), min_size=5, max_size=5).map(lambda accesses: film(*accesses))


@given(st.lists(st.tuples(EVENTS, FILMS), max_size=40))
def test_rules_after_any_sequence(moves: list[tuple[Event, Timeline]]) -> None:
    playback = Playback()
    for now_ms, (event, timeline) in enumerate(moves):
        playback, commands = step(playback, event, timeline, now_ms=now_ms)
        assert len(commands) <= 1
        for command in commands:
            if isinstance(command, StartRun):
                assert playback.state is State.OPENING
                assert timeline.chunk_at(command.position_ms).access is not L
        assert (playback.state is State.FAILED) == bool(playback.problem)
        assert 0 <= playback.position_ms <= 60_000
        assert playback.start_took_ms >= 0
