"""Captions, sound tracks and chapters on the watch page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from player.core.fragments import Sound
from player.pages.watch.page import WatchPage
from player.pages.watch.tracks import FROM_FILE, Tracks
from player.pages.watch.view_model import WatchViewModel
from services.wire.catalogue import CaptionOut
from services.wire.uploads import ChapterOut
from studio.kit.theme import Theme
from studio.kit.tokens import ThemeName
from tests.fixtures import samples
from tests.fixtures.viewer import FakeEngine, click, playback
from tests.fixtures.viewer_scenery import SIZE, frame_of, scenery
from tests.fixtures.window import PreparedClient, Shell

Shot = Callable[[QWidget, str], None]

VTT = b"WEBVTT\n\n00:00.000 --> 00:04.000\nOne & two\n\n00:12.000 --> 00:15.000\nLater\n"
FILM = playback("free", "free", "locked").model_copy(
    update={
        "captions": (CaptionOut(language="deu", name=""), CaptionOut(language="", name="For the deaf")),
        "chapters": (ChapterOut(start_ms=0, title="The shop"), ChapterOut(start_ms=11_000, title="The bell")),
    }
)


@pytest.fixture
def film(page: WatchPage, client: PreparedClient, engine: FakeEngine, qtbot: QtBot) -> WatchViewModel:
    client.answers |= {"playback.open": FILM, "playback.captions": VTT}
    page.open({"content_id": samples.FILM})
    qtbot.waitUntil(lambda: page.model.state.item is not None)
    page.model.play()
    engine.show_first()
    return page.model


def said(page: WatchPage) -> str:
    words = page.findChild(QWidget, "watch.captions")
    assert words is not None
    return words.accessibleName() if words.isVisible() else ""


def menu(page: WatchPage) -> dict[str, QAction]:
    tracks = page.stage.controls.tracks
    click(page, "watch.tracks")
    found = {action.text(): action for action in tracks.actions() if action.isEnabled() and not action.isSeparator()}
    tracks.hide()
    return found


def test_captions_are_chosen_read_and_left(
    page: WatchPage, film: WatchViewModel, client: PreparedClient, qtbot: QtBot
) -> None:
    choices = menu(page)
    assert [words for words in choices if words != "Chapters"] == ["None", "Deutsch", "For the deaf", "From a file…"]
    assert choices["None"].isChecked()
    choices["For the deaf"].trigger()
    qtbot.waitUntil(lambda: said(page) == "One & two")
    assert client.called("playback.captions")[0][0][1] == 1
    film.seek(13_000)
    qtbot.waitUntil(lambda: said(page) == "Later")
    QTest.keyClick(page, Qt.Key.Key_C)
    assert said(page) == ""
    assert film.state.tracks.chosen is None
    QTest.keyClick(page, Qt.Key.Key_C)
    qtbot.waitUntil(lambda: film.state.tracks.chosen == 0)


def test_captions_of_a_file_stay_to_be_chosen(
    page: WatchPage, film: WatchViewModel, tmp_path: Path, qtbot: QtBot
) -> None:
    file = tmp_path / "mine.srt"
    file.write_text("1\n00:00:00,000 --> 00:00:09,000\nMy own\n")
    film.read_captions(str(file))
    qtbot.waitUntil(lambda: said(page) == "My own")
    choices = menu(page)
    assert choices["mine.srt"].isChecked()
    choices["None"].trigger()
    assert said(page) == ""
    menu(page)["mine.srt"].trigger()
    assert (said(page), film.state.tracks.chosen) == ("My own", FROM_FILE)


def test_a_file_that_holds_none_is_told_and_changes_nothing_else(
    film: WatchViewModel, tmp_path: Path, shell: Shell, qtbot: QtBot
) -> None:
    (tmp_path / "film.vtt").write_bytes(bytes(100))
    for name in ("film.vtt", "nowhere.vtt"):
        film.read_captions(str(tmp_path / name))
    qtbot.waitUntil(lambda: len(shell.said) == 2)
    assert all(said.startswith("These captions cannot be read.") for said in shell.said)
    assert film.state.tracks == Tracks(captions=FILM.captions, chapters=film.state.tracks.chapters)


def test_a_sound_track_is_chosen_where_there_are_several(
    page: WatchPage, film: WatchViewModel, engine: FakeEngine
) -> None:
    assert "English" not in menu(page)
    film._set(tracks=Tracks(sounds=(Sound("eng"), Sound(""))))
    choices = menu(page)
    assert choices["English"].isChecked()
    choices["Track 2"].trigger()
    assert (engine.sound, film.state.tracks.sound) == (1, 1)
    film.choose_sound(9)
    assert engine.sound == 1


def test_chapters_by_menu_by_key_and_under_the_pointer(page: WatchPage, film: WatchViewModel) -> None:
    bar = page.stage.controls.seek_bar
    QTest.mouseMove(bar, QPoint(bar.width() // 2, 10))
    bubble = page.findChild(QWidget, "watch.peek")
    assert bubble is not None
    assert bubble.accessibleName() == "0:15 · The bell · free"
    QTest.keyClick(page, Qt.Key.Key_PageDown)
    assert film.state.position_ms == 11_000
    QTest.keyClick(page, Qt.Key.Key_PageUp)
    assert film.state.position_ms == 0
    chapters = menu(page)["Chapters"].menu()
    assert chapters is not None
    shown = chapters.actions()  # type: ignore[attr-defined]  # PySide says QObject
    assert [action.text() for action in shown] == ["0:00  The shop", "0:11  The bell"]
    shown[1].trigger()
    assert film.state.position_ms == 11_000


def test_the_next_film_begins_with_what_is_its_own(
    page: WatchPage, film: WatchViewModel, client: PreparedClient, engine: FakeEngine, qtbot: QtBot
) -> None:
    film.choose_captions(0)
    qtbot.waitUntil(lambda: bool(said(page)))
    client.answers["playback.open"] = playback("free")
    page.open({"content_id": "0x" + "81" * 32})
    qtbot.waitUntil(lambda: film.state.item is not None and not film.state.tracks.captions)
    assert (film.state.tracks, said(page), engine.sound) == (Tracks(), "", 0)


@pytest.mark.parametrize("look", ["dark", "light"])
def test_draw_captions_chapters_and_their_menu(
    look: ThemeName, page: WatchPage, film: WatchViewModel, engine: FakeEngine, theme: Theme, shot: Shot, qtbot: QtBot
) -> None:
    theme.use(look)
    engine.picture = frame_of(scenery(1, SIZE))
    engine.picture_ready.emit()
    page.resize(1064, 800)
    film._set(tracks=replace(film.state.tracks, sounds=(Sound("eng"), Sound("deu"))))
    film.choose_captions(0)
    qtbot.waitUntil(lambda: bool(said(page)))
    film.pause()
    shot(page, f"player/watch-captions-{look}")
    click(page, "watch.tracks")
    shot(page.stage.controls.tracks, f"player/watch-tracks-menu-{look}")
    page.stage.controls.tracks.hide()
    theme.use("dark")
