"""The three picture buffers, and what libVLC is asked for."""

from __future__ import annotations

import weakref
from pathlib import Path

import pytest

from player.vlc import library
from player.vlc.frames import MAX_PIXELS, Frame, FrameStore


def make() -> tuple[FrameStore, list[bool], list[Frame]]:
    news: list[bool] = []
    seen: list[Frame] = []
    return FrameStore(news.append, seen.append), news, seen


def put(store: FrameStore, value: int) -> Frame:
    frame = store.writable()
    frame.pixels[0] = value
    store.show(frame.address)
    return frame


def test_the_latest_wins_and_what_is_looked_at_stays() -> None:
    store, news, seen = make()
    store.shape(8, 4)
    put(store, 1)
    put(store, 2)
    held = store.take()
    assert held is not None
    assert held.pixels[0] == 2
    for value in range(3, 20):
        put(store, value)
    assert held.pixels[0] == 2
    latest = store.take()
    assert latest is not None
    assert latest.pixels[0] == 19
    assert news[:3] == [True, False, True]
    assert len(seen) == 19


@pytest.mark.parametrize("width", [8, 50])
def test_a_picture_shown_again_is_no_news_whatever_fills_its_rows(width: int) -> None:
    store, news, seen = make()
    frame = store.shape(width, 4)
    assert frame is not None
    for number, value in enumerate((1, 1, 1, 2, 1)):
        if width == 50:
            store.writable().pixels[frame.pitch - 1] = number
        put(store, value)
        store.take()
    assert news == [True, False, False, True, True]
    assert (store.changes, len(seen)) == (3, 5)


def test_only_the_last_row_tells_two_pictures_apart() -> None:
    store, _, _ = make()
    frame = store.shape(50, 4)
    assert frame is not None
    for value in (0, 9):
        shown = store.writable()
        shown.pixels[3 * shown.pitch + 49 * 4] = value
        store.show(shown.address)
    assert store.changes == 2


def test_a_store_that_let_go_keeps_nothing_but_what_somebody_shows() -> None:
    store = FrameStore(lambda _news: None)
    store.shape(8, 4)
    put(store, 1)
    shown = store.take()
    assert shown is not None
    seen = weakref.ref(shown.memory)
    unseen = weakref.ref(store.writable().memory)
    store.let_go()
    assert unseen() is None
    assert store.take() is None
    assert shown.pixels[0] == 1
    del shown
    assert seen() is None


def test_rows_are_aligned_and_pixels_have_the_pictures_size() -> None:
    store, _, _ = make()
    frame = store.shape(50, 3)
    assert frame is not None
    assert frame.address % 32 == 0
    assert frame.pitch == 224
    assert len(frame.pixels) == 224 * 3


def test_the_size_from_the_film_beats_the_decoders_padding() -> None:
    store, _, _ = make()
    store.expect(320, 180)
    frame = store.shape(320, 194)
    assert frame is not None
    assert (frame.width, frame.height) == (320, 180)


@pytest.mark.parametrize("size", [(0, 5), (5, 0), (MAX_PIXELS, 2)])
def test_refuses_absurd_sizes(size: tuple[int, int]) -> None:
    assert make()[0].shape(*size) is None


def test_an_old_frame_outlives_a_change_of_size() -> None:
    store, _, seen = make()
    store.shape(8, 4)
    old = put(store, 7)
    assert store.take() is old
    store.shape(16, 8)
    put(store, 9)
    assert old.pixels[0] == 7
    store.show(old.address)
    assert len(seen) == 2


def test_nothing_to_take_before_the_first() -> None:
    assert make()[0].take() is None


def test_sound_only_where_there_is_a_device(tmp_path: Path) -> None:
    assert not library.has_sound({}, tmp_path)
    assert not library.has_sound({"QT_QPA_PLATFORM": "offscreen", "PULSE_SERVER": "x"}, tmp_path)
    assert library.has_sound({"PULSE_SERVER": "unix:/x"}, tmp_path)
    (tmp_path / "pulse").mkdir()
    (tmp_path / "pulse" / "native").touch()
    assert library.has_sound({"XDG_RUNTIME_DIR": str(tmp_path)}, tmp_path)
    (tmp_path / "dev" / "snd").mkdir(parents=True)
    (tmp_path / "dev" / "snd" / "pcmC0D0p").touch()
    assert library.has_sound({}, tmp_path)


def test_one_decoder_thread_but_for_large_films() -> None:
    assert ":avcodec-threads=1" in library.media_options(1920 * 1080)
    assert ":avcodec-threads=1" not in library.media_options(3840 * 2160)
