"""Uploads stay visible on every page, and files are dropped anywhere in the window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from services.wire.uploads import StageOut
from studio.kit.context import PageContext
from studio.kit.widgets.button import Button
from studio.pages.upload.page import UploadPage
from studio.upload_strip import UploadStrip
from studio.window import Window
from tests.fixtures import samples
from tests.fixtures.window import PreparedClient, Shell

WORKING = samples.upload(of=samples.stages("done", "running", done=31, total=100))


@pytest.fixture
def strip(qtbot: QtBot, page_context: PageContext, client: PreparedClient) -> UploadStrip:
    client.answers["uploads.list"] = (samples.upload("ready", upload_id="u9"), WORKING)
    made = UploadStrip(page_context)
    qtbot.addWidget(made)
    qtbot.waitUntil(lambda: not made.isHidden())
    return made


def words(strip: UploadStrip) -> str:
    found = strip.findChild(QLabel, "uploads.strip.words")
    assert found is not None
    return found.text()


def test_what_is_under_way_is_named_with_its_stage(strip: UploadStrip, shell: Shell) -> None:
    running = next(stage for stage in WORKING.stages if stage.state == "running")
    assert running.name == "cut"
    assert words(strip) == "apprentice-final.mp4: being cut, 31 %"
    assert strip._more.text() == ""
    button = strip.findChild(Button, "uploads.strip.open")
    assert button is not None
    button.click()
    assert shell.visited == [("upload", {"id": "u1"})]


def test_more_than_one_and_what_stopped(qtbot: QtBot, strip: UploadStrip, client: PreparedClient) -> None:
    stopped = samples.upload("failed", upload_id="u2", title="Harbour at dawn", facts=None)
    waiting = samples.upload("queued", upload_id="u3", of=(StageOut(name="hash", state="waiting"),))
    client.answers["uploads.list"] = (waiting, stopped, WORKING)
    strip.model.refresh()
    qtbot.waitUntil(lambda: strip._more.text() == "and 2 others")
    assert words(strip).startswith("apprentice-final.mp4: being cut")
    client.answers["uploads.list"] = (waiting, stopped)
    strip.model.refresh()
    qtbot.waitUntil(lambda: words(strip) == "Harbour at dawn: stopped")
    client.answers["uploads.list"] = (waiting,)
    strip.model.refresh()
    qtbot.waitUntil(lambda: words(strip) == "apprentice-final.mp4: waiting")
    client.answers["uploads.list"] = ()
    strip.model.refresh()
    qtbot.waitUntil(strip.isHidden)


def test_it_is_for_whom_the_uploads_belong_to(strip: UploadStrip) -> None:
    strip.sit(is_here=False)
    assert strip.isHidden()
    strip.sit(is_here=True)
    assert not strip.isHidden()


def drop(window: Window, *urls: QUrl) -> None:
    data = QMimeData()
    data.setUrls(list(urls))
    button, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, data, button, keys)
    entering.ignore()
    QApplication.sendEvent(window, entering)
    if entering.isAccepted():
        QApplication.sendEvent(window, QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, button, keys))


def test_the_window_takes_files_of_this_computer(qtbot: QtBot, tmp_path: Path) -> None:
    window = Window()
    taken: list[list[str]] = []
    qtbot.addWidget(window)
    window.files_dropped.connect(taken.append)
    drop(window, QUrl("https://films.example/film.mp4"))
    drop(window)
    assert taken == []
    one, other = str(tmp_path / "one.mp4"), str(tmp_path / "other.mp4")
    drop(window, QUrl.fromLocalFile(one), QUrl.fromLocalFile(other))
    assert taken == [[one, other]]


def test_files_that_were_dropped_anywhere_are_looked_at_or_queued(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient
) -> None:
    client.answers |= {"uploads.list": (), "uploads.look": samples.LOOK, "uploads.start": WORKING}
    page = UploadPage(page_context)
    qtbot.addWidget(page)
    page.open({"paths": "/films/one.mp4"})
    qtbot.waitUntil(lambda: page.model.state.look is not None)
    assert not client.called("uploads.start")
    page.open({"paths": "/films/one.mp4\n/films/other.mp4"})
    qtbot.waitUntil(lambda: len(client.called("uploads.start")) == 2)
