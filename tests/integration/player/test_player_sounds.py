"""Sound tracks with the real libVLC: heard by their place, in this run and in those after it."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from player.core.fragments import sound_tracks
from player.vlc.engine import Engine, Run
from tests.fixtures.film_kinds import Kind, make_kind
from tests.fixtures.player import cut_fragments, fragment_film


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


def test_damaged_boxes_have_no_sound_tracks() -> None:
    assert sound_tracks(b"") == sound_tracks(b"\0\0\0\x10moovjunkjunk") == ()
