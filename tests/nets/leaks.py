"""A test leaves nothing behind: no thread, no child process, no top-level widget."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

# Threads end a little after what they served; on a busy machine that takes a moment.
PATIENCE_S = float(os.environ.get("LEAK_PATIENCE_S", "30"))
# Threads that belong to the process, not to a test.
_SHARED_THREADS = ("pytest_timeout", "QtFontDatabase", "tokio", "Dummy-")


def _settle(left: Callable[[], list[str]]) -> list[str]:
    """Wait until nothing is left, at most PATIENCE_S; give what stays."""
    deadline = time.monotonic() + PATIENCE_S
    while (rest := left()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return rest


def children() -> set[int]:
    """Give the ids of this process's living children (Linux; elsewhere none)."""
    found: set[int] = set()
    for tasks in Path("/proc/self/task").glob("*/children"):
        try:
            found.update(int(pid) for pid in tasks.read_text().split())
        except OSError:
            continue
    return {pid for pid in found if lives(pid)}


def lives(pid: int) -> bool:
    """Say whether a process runs. Where nobody buries orphans, dead ones stay listed (Linux; elsewhere none lives)."""
    return _state(pid) not in ("Z", "X", "")


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return ""


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return "gone"


@pytest.fixture(autouse=True)
def _no_leaked_threads() -> Iterator[None]:
    before = set(threading.enumerate())

    def left() -> list[str]:
        return [
            thread.name
            for thread in threading.enumerate()
            if thread not in before and thread.is_alive() and not thread.name.startswith(_SHARED_THREADS)
        ]

    yield
    if rest := _settle(left):
        pytest.fail(f"left threads behind: {rest}", pytrace=False)


@pytest.fixture(autouse=True)
def _no_leaked_processes() -> Iterator[None]:
    before = children()

    def left() -> list[str]:
        return [f"{pid} {_command(pid)}" for pid in children() - before if "resource_tracker" not in _command(pid)]

    yield
    if rest := _settle(left):
        for line in rest:
            os.kill(int(line.split()[0]), signal.SIGKILL)
        pytest.fail(f"left processes behind (now ended): {rest}", pytrace=False)


def _top_levels() -> list[QWidget]:
    from PySide6.QtWidgets import QApplication

    return [widget for widget in QApplication.topLevelWidgets() if widget.parent() is None]


def _open_widgets(before: set[int]) -> list[str]:
    from PySide6.QtCore import QCoreApplication, QEvent

    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    return [f"{type(widget).__name__} {widget.objectName()!r}" for widget in _top_levels() if id(widget) not in before]


@pytest.fixture(autouse=True)
def _no_leaked_widgets() -> Iterator[None]:
    if "PySide6.QtWidgets" not in sys.modules:
        yield
        return
    kept = _top_levels()  # held, so that an id cannot come back for another widget
    before = {id(widget) for widget in kept}
    yield
    if _open_widgets(before):
        gc.collect()  # a widget that only a cycle holds is not left behind
    if rest := _open_widgets(before):
        for widget in _top_levels():
            if id(widget) not in before:
                widget.deleteLater()
        pytest.fail(f"left top-level widgets behind: {rest}", pytrace=False)
