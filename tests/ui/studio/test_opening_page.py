"""While a demo world is built, the window says how far it is; then the page that was meant is there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from studio.kit.service_process import ServiceProcess
from studio.kit.service_state import Backoff, Building, Phase
from studio.kit.widgets.button import Button
from studio.kit.widgets.progress import ProgressBar
from studio.kit.widgets.text import Text
from studio.opening import Opening, OpeningPage
from studio.window import Window

BUILDS = """
import json, os, sys
sys.stdin.readline()
for stage, part in (("chain", 1.0), ("history", 0.5)):
    print(json.dumps({"building": {"stage": stage, "part": part}}), flush=True)
sys.stdin.readline()
print(json.dumps({"ready": True, "socket": "s", "protocol": 1, "pid": os.getpid()}), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def process(tmp_path: Path) -> Iterator[ServiceProcess]:
    """A service that builds for as long as nobody writes it another line."""
    made = ServiceProcess([sys.executable, "-I", "-c", BUILDS], tmp_path / "out.log", Backoff(give_up_after=1))
    yield made
    made.stop()


def test_the_page_comes_with_the_news_and_goes_with_the_service(qtbot: QtBot, process: ServiceProcess) -> None:
    window, shown = Window(), []
    qtbot.addWidget(window)
    opening = Opening(process, window, lambda: shown.append("first page"))
    process.start()
    qtbot.waitUntil(lambda: process.state.building == Building("history", 0.5), timeout=10_000)
    assert process.state.phase is Phase.STARTING
    page = window.page
    assert isinstance(page, OpeningPage)
    assert _percent(page) == 46
    told = page.findChild(Text, "opening.percent")
    assert isinstance(told, Text)
    assert told.text() == "46 %"
    process._process.write(b"\n")
    qtbot.waitUntil(lambda: process.state.phase is Phase.READY, timeout=10_000)
    assert shown == ["first page"]
    assert window.page is not page
    opening.stop()


def test_who_does_not_want_to_wait_cancels(qtbot: QtBot, process: ServiceProcess) -> None:
    window, closed = Window(), []
    qtbot.addWidget(window)
    window.closing.connect(lambda: closed.append(True))
    opening = Opening(process, window, lambda: None)
    process.start()
    qtbot.waitUntil(lambda: window.findChild(Button, "opening.cancel") is not None, timeout=10_000)
    cancel = window.findChild(Button, "opening.cancel")
    assert cancel is not None
    QTest.mouseClick(cancel, Qt.MouseButton.LeftButton)
    assert closed == [True]
    opening.stop()


def test_each_stage_has_its_line(qtbot: QtBot) -> None:
    page = OpeningPage()
    qtbot.addWidget(page)
    page.show_building(Building("history", 0.25))
    assert not _has_more(page)
    page.show_building(Building("nobody knows this one", 0.9))
    assert _percent(page) == 24
    page.show_building(Building("copy", 1.0))
    assert _percent(page) == 100


def test_a_large_world_s_bar_goes_forward_only(qtbot: QtBot) -> None:
    page = OpeningPage()
    qtbot.addWidget(page)
    page.show_building(Building("more", 0.0))
    assert _has_more(page)
    seen = []
    for stage in ("chain", "history", "more", "books", "kept", "copy"):
        for part in (0.01, 0.5, 1.0):
            page.show_building(Building(stage, part))
            seen.append(_percent(page))
    assert seen == sorted(seen)
    assert seen[5] < 30
    assert seen[-1] == 100


def _percent(page: OpeningPage) -> int:
    bar = page.findChild(ProgressBar)
    assert isinstance(bar, ProgressBar)
    return bar.percent


def _has_more(page: OpeningPage) -> bool:
    row = page.findChild(QWidget, "opening.more")
    assert isinstance(row, QWidget)
    return not row.isHidden()
