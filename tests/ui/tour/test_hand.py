"""The tour's hand does what a person can do, and not more."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QDialog, QLabel, QLineEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from studio.kit.bridge import Bridge
from studio.tour.hand import Hand, StepError


class Target(QWidget):
    """Takes dropped files, or not."""

    def __init__(self, *, takes: bool) -> None:
        super().__init__()
        self.setObjectName("target")
        self.setMinimumSize(80, 80)
        self.setAcceptDrops(takes)
        self.takes = takes
        self.dropped: list[str] = []

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.takes:
            event.acceptProposedAction()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        self.dropped += [url.toLocalFile() for url in event.mimeData().urls()]


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    QVBoxLayout(widget)
    widget.resize(400, 300)
    qtbot.addWidget(widget)
    return widget


@pytest.fixture
def hand(window: QWidget, qtbot: QtBot) -> Hand:
    window.show()
    qtbot.waitExposed(window)
    return Hand(window, Bridge())


def _add(window: QWidget, widget: QWidget, name: str = "") -> None:
    if name:
        widget.setObjectName(name)
    layout = window.layout()
    assert layout is not None
    layout.addWidget(widget)


def test_a_click_reaches_the_button(window: QWidget, hand: Hand) -> None:
    button = QPushButton("Go")
    clicks: list[str] = []
    button.clicked.connect(lambda: clicks.append("go"))
    _add(window, button, "go")
    hand.click("go")
    assert len(clicks) == 1


def test_a_hidden_or_disabled_button_is_not_clicked(window: QWidget, hand: Hand) -> None:
    button = QPushButton("Go")
    _add(window, button, "go")
    button.setEnabled(False)
    with pytest.raises(StepError, match="go to be enabled"):
        hand.click("go", timeout_s=0.1)
    button.hide()
    with pytest.raises(StepError, match="go to be shown"):
        hand.click("go", timeout_s=0.1)


def test_a_covered_button_is_not_clicked(window: QWidget, hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    button = QPushButton("Go")
    _add(window, button, "go")
    cover = QLabel("over all", window)
    cover.setGeometry(window.rect())
    cover.show()
    assert hand._on_top(button, button.rect().center()) is False
    assert hand._on_top(cover, cover.rect().center()) is True


def test_a_button_below_the_fold_is_scrolled_to(window: QWidget, hand: Hand) -> None:
    area, content = QScrollArea(), QWidget()
    column = QVBoxLayout(content)
    filler = QLabel("much")
    filler.setMinimumHeight(2000)
    button = QPushButton("Go")
    button.setObjectName("go")
    clicks: list[str] = []
    button.clicked.connect(lambda: clicks.append("go"))
    column.addWidget(filler)
    column.addWidget(button)
    area.setWidget(content)
    area.setWidgetResizable(True)
    _add(window, area)
    hand.pause(0.05)
    hand.click("go")
    assert len(clicks) == 1


def test_a_button_that_is_pushed_down_is_clicked_where_it_ends_up(window: QWidget, hand: Hand) -> None:
    late, button = QLabel("what was being loaded"), QPushButton("buy")
    late.setFixedHeight(120)
    late.hide()
    clicks: list[bool] = []
    button.clicked.connect(lambda: clicks.append(True))
    _add(window, late)
    _add(window, button, "buy")
    QTimer.singleShot(15, late, late.show)
    hand.click("buy")
    assert late.isVisible()
    assert clicks == [True]


def test_typing_replaces_what_was_there(window: QWidget, hand: Hand) -> None:
    field = QLineEdit("old")
    _add(window, field, "field")
    hand.type("field", "new words")
    assert field.text() == "new words"


def test_a_drop_hands_over_the_file(window: QWidget, hand: Hand, tmp_path: Path) -> None:
    target = Target(takes=True)
    _add(window, target)
    hand.drop("target", tmp_path / "film.mp4")
    assert target.dropped == [str(tmp_path / "film.mp4")]


def test_a_refused_drop_is_told(window: QWidget, hand: Hand, tmp_path: Path) -> None:
    _add(window, Target(takes=False))
    with pytest.raises(StepError, match="does not take"):
        hand.drop("target", tmp_path / "film.mp4")


def test_text_of_hidden_widgets_is_not_read(window: QWidget, hand: Hand) -> None:
    shown, hidden = QLabel("seen"), QLabel("unseen")
    _add(window, shown)
    _add(window, hidden)
    hidden.hide()
    hand.wait("the label", shown.isVisible)
    assert "seen" in hand.shown_text().split(" | ")
    assert "unseen" not in hand.shown_text()


def test_a_crash_dialog_ends_every_wait(window: QWidget, hand: Hand) -> None:
    dialog = QDialog(window)
    dialog.setObjectName("crash")
    with pytest.raises(StepError, match="crashed"):
        hand.wait("anything", lambda: None, timeout_s=5)


def test_a_tour_that_is_called_off_ends_every_wait(hand: Hand) -> None:
    hand.stop()
    with pytest.raises(StepError, match="called off"):
        hand.wait("anything", lambda: None, timeout_s=5)


class _AtOnce:
    """In a bridge's place: counts how often it is asked, and answers before it returns."""

    def __init__(self) -> None:
        self.asked = 0

    def run(self, _owner: object, _job: object, then: Callable[[int], None], _on_problem: object) -> None:
        self.asked += 1
        then(self.asked)


async def _job(_client: object) -> int:
    raise AssertionError("the bridge answers by itself")


def test_asking_again_is_as_patient_with_a_slow_machine_as_looking(
    window: QWidget, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The clock goes on by a second whenever somebody looks at it.
    monkeypatch.setattr("studio.tour.hand.time", SimpleNamespace(monotonic=count().__next__))
    monkeypatch.setattr("studio.tour.hand.SLOWNESS", 4)
    hand = Hand(window, cast("Bridge", _AtOnce()))
    assert hand.until("the sixth answer", _job, lambda answer: answer == 6, timeout_s=3) == 6
    with pytest.raises(StepError, match="waited 3 s for what never comes; last answer"):
        hand.until("what never comes", _job, lambda _answer: False, timeout_s=3)
