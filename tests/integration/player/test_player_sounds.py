"""Sound tracks with the real libVLC: heard by their place, in this run and in those after it."""

from __future__ import annotations

import ctypes
import wave
from array import array
from itertools import pairwise
from math import pi, sin
from pathlib import Path

from pytestqt.qtbot import QtBot

from player.core.fragments import sound_tracks
from player.vlc import library
from player.vlc.engine import Engine, Run
from tests.fixtures.film_kinds import Kind, make_kind
from tests.fixtures.player import cut_fragments, fragment_film

# Of a sample film's beeps, 0.4 of what 16 bits hold.
_USUAL_PEAK = 13_100


def test_another_sound_track_is_heard_at_once_and_after_a_seek(qapp: object, tmp_path: Path, qtbot: QtBot) -> None:
    plain = make_kind(tmp_path / "two.mkv", Kind(sounds=("aac", "aac"), languages=("deu", "eng"), seconds=6))
    init, chunks = cut_fragments(fragment_film(plain), chunk_ms=3_000, duration_ms=6_000)
    assert len(sound_tracks(init)) == 2
    engine = Engine(silent=True)
    engine.chunk_wanted.connect(lambda run, index: engine.feed(run, index, chunks[index]))

    def heard() -> int:
        player = engine._vlc._player
        names = [name for name, _ in player.audio_get_track_description() if name >= 0]
        return names.index(player.audio_get_track()) if player.audio_get_track() in names else -1

    with qtbot.waitSignal(engine.first_picture, timeout=30_000):
        engine.start(Run(init, 0, len(chunks), len(chunks)))
    qtbot.waitUntil(lambda: heard() == 0, timeout=30_000)
    engine.set_sound(1)
    qtbot.waitUntil(lambda: heard() == 1, timeout=30_000)
    with qtbot.waitSignal(engine.first_picture, timeout=30_000):
        engine.start(Run(init, 1, len(chunks), len(chunks), 3_000))
    qtbot.waitUntil(lambda: heard() == 1, timeout=30_000)
    engine.set_sound(0)
    with qtbot.waitSignal(engine.first_picture, timeout=30_000):
        engine.start(Run(init, 0, len(chunks), len(chunks)))
    qtbot.waitUntil(lambda: heard() == 0, timeout=30_000)
    engine.close()


def test_at_twice_the_speed_a_sound_is_half_as_long_and_as_high_as_it_was(tmp_path: Path, qtbot: QtBot) -> None:
    rate, hertz, vlc = 44_100, 440, library.load()
    tone = array("h", (round(12_000 * sin(2 * pi * hertz * at / rate)) for at in range(rate * 2)))
    with wave.open(str(tmp_path / "tone.wav"), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(tone.tobytes())
    instance, heard = library.instance(silent=True), bytearray()

    @vlc.CallbackDecorators.AudioPlayCb  # type: ignore[untyped-decorator]
    def play(_opaque: object, samples: int, count: int, _pts: int) -> None:
        heard.extend(ctypes.string_at(samples, 2 * count))

    player = instance.media_player_new()
    player.audio_set_callbacks(play, None, None, None, None, None)
    player.audio_set_format("S16N", rate, 1)
    media = instance.media_new_path(str(tmp_path / "tone.wav"))
    player.set_media(media)
    player.set_rate(2.0)
    player.play()
    qtbot.waitUntil(lambda: player.get_state() == vlc.State.Ended, timeout=60_000)
    player.stop()
    player.release()
    media.release()
    waves = array("h", bytes(heard))
    middle = waves[len(waves) // 4 : len(waves) * 3 // 4]
    rises = sum(1 for before, after in pairwise(middle) if before < 0 <= after)
    assert abs(len(waves) / rate - 1.0) < 0.1
    assert abs(rises * rate / len(middle) - hertz) < 10


def test_loudness_up_to_a_hundred_and_fifty_is_heard_and_stays_for_the_next_run(
    qapp: object, tmp_path: Path, qtbot: QtBot
) -> None:
    plain = make_kind(tmp_path / "one.mkv", Kind(sounds=("aac",), languages=("eng",), seconds=9))
    init, chunks = cut_fragments(fragment_film(plain), chunk_ms=4_500, duration_ms=9_000)
    vlc, heard = library.load(), array("h")

    @vlc.CallbackDecorators.AudioPlayCb  # type: ignore[untyped-decorator]
    def play(_opaque: object, samples: int, count: int, _pts: int) -> None:
        heard.frombytes(ctypes.string_at(samples, 2 * count))

    engine = Engine(silent=True)
    engine.chunk_wanted.connect(lambda run, index: engine.feed(run, index, chunks[index]))
    qtbot.waitUntil(lambda: engine._vlc._player is not None)
    player = engine._vlc._player
    player.audio_set_callbacks(play, None, None, None, None, None)
    player.audio_set_format("S16N", 44_100, 1)

    def play_through() -> int:
        """Play the film, and give the loudest sound of its second half."""
        before, ended = len(heard), list[int]()
        engine.run_ended.connect(lambda run, _next: ended.append(run))
        number = engine.start(Run(init, 0, len(chunks), len(chunks)))
        qtbot.waitUntil(lambda: number in ended)
        return max(map(abs, heard[(before + len(heard)) // 2 :]))

    engine.set_volume(150)
    loud = play_through()
    engine.set_volume(50)
    soft = play_through()
    engine.close()
    assert loud > _USUAL_PEAK * 1.3
    assert 0 < soft < _USUAL_PEAK / 1.3


def test_damaged_boxes_have_no_sound_tracks() -> None:
    assert sound_tracks(b"") == sound_tracks(b"\0\0\0\x10moovjunkjunk") == ()
