"""An error that nobody expected: logged with a trace id, told once, the window goes on."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.kit.crash import CrashHook
from studio.kit.widgets.button import Button

pytestmark = pytest.mark.logs("window.crash")


@pytest.fixture
def hook(qtbot: QtBot) -> Iterator[CrashHook]:
    """A hook on a window."""
    window = QWidget()
    qtbot.addWidget(window)
    made = CrashHook(window)
    before = (sys.excepthook, threading.excepthook)
    made.install()
    yield made
    made.uninstall()
    assert (sys.excepthook, threading.excepthook) == before
    if made.dialog is not None:
        made.dialog.close()


def strike(error: Exception) -> None:
    try:
        raise error
    except type(error) as caught:
        sys.excepthook(type(caught), caught, caught.__traceback__)


def test_one_dialog_for_many_errors_with_a_trace_id(
    qtbot: QtBot, hook: CrashHook, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        strike(KeyError("lost"))
        strike(ValueError("again"))
    qtbot.waitUntil(lambda: hook.dialog is not None and hook.dialog.isVisible())
    dialog = hook.dialog
    assert dialog is not None
    traces = [record.args for record in caplog.records]
    assert len(traces) == 2
    assert "KeyError" in caplog.text
    dialog.findChild(Button, "crash.copy").click()  # type: ignore[union-attr]
    assert str(traces[0][0] if isinstance(traces[0], tuple) else "?") in QApplication.clipboard().text()
    dialog.findChild(Button, "crash.close").click()  # type: ignore[union-attr]
    assert not dialog.isVisible()


def test_an_error_on_another_thread_is_told_on_the_gui_thread(qtbot: QtBot, hook: CrashHook) -> None:
    thread = threading.Thread(target=_fail)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: hook.dialog is not None and hook.dialog.isVisible())


def _fail() -> None:
    raise KeyError("on a thread")
