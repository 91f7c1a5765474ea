"""Text size, language and keys in the real window, with the real service still starting behind it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.kit.settings import WindowSettings
from studio.kit.tokens import BODY, RAIL_NARROW
from studio.kit.widgets.choice import Choice
from studio.kit.words import speak
from studio.shortcuts import ShortcutsDialog


@pytest.fixture
def studio(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Studio]:
    made = Studio(qapp, profile=tmp_path / "profile", demo=True, size="empty")
    qtbot.addWidget(made.window)
    with qtbot.waitExposed(made.window):
        made.start()
    qtbot.waitUntil(lambda: made.world is not None)
    assert made.world is not None
    made.world.navigate("settings")
    yield made
    made.close()
    made.theme.use_size(100)
    speak("en")


def _part(studio: Studio, kind: type[QWidget], name: str) -> QWidget:
    page = studio.window.page
    assert page is not None
    found = page.findChild(kind, name)
    assert isinstance(found, kind)
    return found


def test_the_text_size_is_used_at_once_and_kept(studio: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    old = studio.window.page
    button = _part(studio, QPushButton, "settings.text.200")
    assert button.font().pixelSize() == BODY
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: studio.window.page is not old)
    assert _part(studio, QPushButton, "settings.text.200").font().pixelSize() == 2 * BODY
    rail = studio.window.rail
    assert rail is not None
    assert rail.width() < 2 * RAIL_NARROW, "with letters twice as large the rail folds at this width"
    studio.close()
    assert WindowSettings(tmp_path / "profile").text_size == 200


def test_the_language_is_used_at_once_and_kept(studio: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    old = studio.window.page
    choice = _part(studio, Choice, "settings.language")
    assert isinstance(choice, Choice)
    choice.picked.emit("de")
    qtbot.waitUntil(lambda: studio.window.page is not old)
    page = studio.window.page
    assert page is not None
    assert page.accessibleName() == "Einstellungen"
    studio.close()
    assert WindowSettings(tmp_path / "profile").language == "de"


def test_a_question_mark_lists_the_keys(studio: Studio, qtbot: QtBot) -> None:
    window = studio.window
    window.activateWindow()
    window.setFocus()
    QTest.keyClick(window, Qt.Key.Key_Question)
    qtbot.waitUntil(lambda: window.findChild(ShortcutsDialog) is not None)
    dialog = window.findChild(ShortcutsDialog)
    assert isinstance(dialog, ShortcutsDialog)
    assert ("Ctrl+1", "Overview") in dialog.groups["Studio"]
    assert ("Ctrl+9", "Wallet") in dialog.groups["Player"]
    assert any(keys.startswith("?") for keys, _ in dialog.groups["Everywhere"])
    for title, lines in dialog.groups.items():
        words = [each for _, each in lines]
        assert len(set(words)) == len(words), f"{title} says the same of two keys"
    assert window.rect().size().expandedTo(dialog.size()) == window.size(), "it has room inside its window"
    dialog.accept()
