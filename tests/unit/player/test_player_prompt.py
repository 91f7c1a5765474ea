"""Chunks as libVLC starts moving at once: when anything is shown stays, and nothing lies before the first picture."""

from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import av
import pytest

from player.core.fragments import entries, picture_track, sound_begins, timescales
from player.core.prompt import delay_of, sooner, without_delay, without_lead, without_priming

if TYPE_CHECKING:
    from tests.fixtures.player import CutFilm

Times = dict[str, list[tuple[int, int, bytes]]]


def written(init: bytes, data: bytes) -> Times:
    """Read times of showing and decoding, and bytes, of pictures and sound as they are written, without edit lists."""
    found: Times = {"video": [], "audio": []}
    with av.open(io.BytesIO(init + data), "r", options={"ignore_editlist": "1"}) as film:
        for packet in film.demux():
            if packet.dts is not None and packet.pts is not None:
                found[packet.stream.type].append((packet.pts, packet.dts, bytes(packet)))
    return found


def test_pictures_are_shown_when_the_edit_list_has_them_and_the_first_at_once(turned_film: CutFilm) -> None:
    track = picture_track(turned_film.init)
    delays = {delay_of(chunk, track) for chunk in turned_film.chunks}
    assert delays == {track.begins}
    assert track.begins * 1000 // track.timescale == 80
    for index, chunk in enumerate(turned_film.chunks):
        made = without_delay(chunk, track, track.begins)
        assert len(made) == len(chunk)
        assert delay_of(made, track) == 0
        assert [entry.start_ms for entry in entries(made, track)] == [index * 2000, index * 2000 + 1000]
        before, after = (written(turned_film.init, data) for data in (chunk, made))
        # Its first version reads differences that are negative another way, for all alike.
        apart = {pts - was for (pts, _, _), (was, _, _) in zip(after["video"], before["video"], strict=True)}
        assert len(apart) == 1
        assert [data for _, _, data in after["video"]] == [data for _, _, data in before["video"]]
        assert after["audio"] == before["audio"]


def test_without_an_edit_list_pictures_stay_and_are_decoded_later(turned_film: CutFilm) -> None:
    track = replace(picture_track(turned_film.init), begins=0)
    delay = delay_of(turned_film.chunks[1], track)
    made = without_delay(turned_film.chunks[1], track, delay)
    starts = [[entry.start_ms for entry in entries(data, track)] for data in (turned_film.chunks[1], made)]
    assert [later - was for was, later in zip(*starts, strict=True)] == [80, 80]
    assert delay_of(made, track) == 0


def test_a_film_that_is_decoded_as_it_is_shown_has_no_delay(cut_film: CutFilm) -> None:
    assert {delay_of(chunk, picture_track(cut_film.init)) for chunk in cut_film.chunks} == {0}


def test_sound_is_heard_when_the_edit_list_has_it_and_what_its_coder_put_before_it_is_not(turned_film: CutFilm) -> None:
    begins = sound_begins(turned_film.init)
    assert list(begins.values()) == [1_024]
    for index, chunk in enumerate(turned_film.chunks):
        made = without_priming(chunk, begins)
        assert len(made) == len(chunk)
        before, after = (written(turned_film.init, data) for data in (chunk, made))
        assert after["video"] == before["video"]
        # A whole block of the first chunk's is before the film.
        kept = before["audio"][1 if index == 0 else 0 :]
        assert after["audio"] == [(pts - 1_024, dts - 1_024, data) for pts, dts, data in kept]
    assert without_priming(turned_film.chunks[0], {2: 0}) is turned_film.chunks[0]
    assert sound_begins(turned_film.init[:300]) == {}


@pytest.mark.parametrize("key", [0, 1])
def test_sound_before_the_first_picture_is_left_out_and_nothing_else(turned_film: CutFilm, key: int) -> None:
    track = picture_track(turned_film.init)
    scales = timescales(turned_film.init)
    left_out = 0
    for index, chunk in enumerate(turned_film.chunks):
        at = entries(chunk, track)[key].offset
        made = without_lead(chunk, track, scales, at)
        assert len(made) == len(chunk)
        assert made[:at] == chunk[:at]
        before, after = (written(turned_film.init, data[at:]) for data in (chunk, made))
        assert after["video"] == before["video"]
        kept = len(after["audio"])
        assert after["audio"] == before["audio"][-kept:]
        first = (index * 2 + key) * 48_000
        assert all(pts < first for pts, _, _ in before["audio"][:-kept])
        assert after["audio"][0][0] >= first
        left_out += len(before["audio"]) - kept
    assert left_out


@pytest.mark.parametrize("cut", [3, 20, 90, 150, 260])
def test_damage_is_told_by_the_boxes_or_left_to_the_decoder(turned_film: CutFilm, cut: int) -> None:
    track, chunk = picture_track(turned_film.init), turned_film.chunks[1]
    for damaged in (chunk[:cut], chunk[:cut] + b"\xff" * 8 + chunk[cut + 8 :]):
        with suppress(ValueError):
            assert len(without_delay(damaged, track, delay_of(damaged, track))) == len(damaged)
        with suppress(ValueError):
            assert len(without_priming(damaged, sound_begins(turned_film.init))) == len(damaged)
        with suppress(ValueError):
            assert len(sooner(damaged, track, 0)) == len(damaged)
        with suppress(ValueError):
            assert len(without_lead(damaged, track, timescales(turned_film.init), 0)) == len(damaged)


def test_the_first_picture_of_a_part_begins_later_and_all_others_when_they_did(uneven_film: CutFilm) -> None:
    track = picture_track(uneven_film.init)
    wait = track.timescale // 100
    for chunk in uneven_film.chunks:
        for entry in entries(chunk, track):
            made = sooner(chunk, track, entry.offset)
            assert len(made) == len(chunk)
            assert made[: entry.offset] == chunk[: entry.offset]
            before, after = (written(uneven_film.init, data[entry.offset :]) for data in (chunk, made))
            first, *others = before["video"]
            late = 0 if entry.offset else wait
            assert after["video"] == [(first[0] + late, first[1] + late, first[2]), *others]
            assert after["audio"] == before["audio"]


def test_a_short_picture_keeps_half_of_its_time(uneven_film: CutFilm) -> None:
    track, chunk = picture_track(uneven_film.init), uneven_film.chunks[0]
    slow = replace(track, timescale=track.timescale * 100)
    first, second = (dts for _, dts, _ in written(uneven_film.init, chunk)["video"][:2])
    moved = written(uneven_film.init, sooner(chunk, slow, 0))["video"][0][1]
    assert moved - first == (second - first) // 2


def test_a_picture_that_does_not_say_how_long_it_is_stays_as_it_is(cut_film: CutFilm) -> None:
    assert sooner(cut_film.chunks[0], picture_track(cut_film.init), 0) == cut_film.chunks[0]
