"""The tour's hand and eyes inside the window: finds widgets by name, clicks where a person would, reads what is shown.

Waits by turning the event loop, which only a driver from outside may do; runs on the GUI thread.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QMimeData, QObject, QPoint, QPointF, QRect, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QScrollArea, QWidget

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from services.client import Client
    from studio.kit.bridge import Bridge
    from studio.kit.problems import Problem

T = TypeVar("T")
W = TypeVar("W", bound=QWidget)
# The suite runs the tour on machines that are busy with other things and proves what happens, not how fast; a person
# who starts the tour holds it to the second.
SLOWNESS = float(os.environ.get("MUSECLOCK_TOUR_SLOWNESS", "1"))
_TURN_MS = 10
_PATIENCE_S = 20.0
_STILL_TURNS = 3


class StepError(Exception):
    """A step's promise did not hold; the text says which and what was there instead."""


class Hand:
    """Acts on one window. Does not own it."""

    def __init__(self, window: QWidget, bridge: Bridge) -> None:
        self.window = window
        self._bridge = bridge
        self._stopped = False

    def stop(self) -> None:
        """Let every wait end: the tour is called off."""
        self._stopped = True

    def wait(self, what: str, condition: Callable[[], T | None], timeout_s: float = _PATIENCE_S) -> T:
        """Turn the event loop until the condition gives something true, and give that.

        Raises StepError after timeout_s (SLOWNESS times as long), or as soon as the window shows that it crashed.
        """
        deadline = _end_of(timeout_s)
        while True:
            if found := condition():
                return found
            if self._stopped:
                raise StepError(f"called off while waiting for {what}")
            if time.monotonic() > deadline:
                raise StepError(f"waited {timeout_s:.0f} s for {what}; the window shows: {self.shown_text():.600}")
            if self.window.findChild(QWidget, "crash") is not None:
                raise StepError(f"the window crashed while waiting for {what}")
            QTest.qWait(_TURN_MS)

    def pause(self, seconds: float) -> None:
        """Let the window live for a moment, to see that nothing changes."""
        QTest.qWait(round(seconds * 1000))

    def look(self, name: str) -> QWidget | None:
        """Give the widget of that name that a person can see now, if there is one."""
        for widget in self.window.findChildren(QWidget, name):
            if widget.isVisible():
                return widget
        return None

    def find(self, name: str, timeout_s: float = _PATIENCE_S) -> QWidget:
        """Wait until a widget of that name can be seen, and give it."""
        return self.wait(f"{name} to be shown", lambda: self.look(name), timeout_s)

    def find_as(self, kind: type[W], name: str, timeout_s: float = _PATIENCE_S) -> W:
        """Give the shown widget of that name, which has to be of that kind."""
        widget = self.find(name, timeout_s)
        if not isinstance(widget, kind):
            raise StepError(f"{name} is a {type(widget).__name__}, not a {kind.__name__}")
        return widget

    def click(self, name: str, timeout_s: float = _PATIENCE_S) -> None:
        """Click the middle of a widget, once it is shown, enabled and not covered by another."""
        widget = self.find(name, timeout_s)
        self.wait(f"{name} to be enabled", widget.isEnabled, timeout_s)
        self.click_at(widget, widget.rect().center())

    def scroll_to(self, name: str) -> None:
        """Bring a widget into what a scrolled page shows."""
        widget = self.find(name)
        parent = widget.parentWidget()
        while parent is not None:
            if isinstance(parent, QScrollArea):
                parent.ensureWidgetVisible(widget)
            parent = parent.parentWidget()

    def click_at(self, widget: QWidget, spot: QPoint) -> None:
        """Click a spot of a widget as the display would: through the window, on whatever lies on top.

        Waits until the widget stands still: a page that is still being filled pushes its lower parts down.
        """
        window = widget.window()
        self.wait(f"{widget.objectName()} to stand still", self._steadiness(widget, spot), 5)
        self.wait(f"{widget.objectName()} not to be covered", lambda: self._on_top(widget, spot), 5)
        QTest.mouseMove(window.windowHandle(), widget.mapTo(window, spot))
        QTest.mouseClick(
            window.windowHandle(),
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
            widget.mapTo(window, spot),
        )
        QTest.qWait(_TURN_MS)

    def type(self, name: str, text: str) -> None:
        """Click into a field, select what is there and type over it, key by key."""
        self.click(name)
        field = self.find(name)
        target = field if isinstance(field, QLineEdit) else field.findChild(QLineEdit) or field
        QTest.keyClick(target, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(target, text)
        QTest.qWait(_TURN_MS)

    def drop(self, name: str, path: Path) -> None:
        """Drop a file on a widget, as a file manager does."""
        target = self.find(name)
        spot = target.rect().center()
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        button, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        entering = QDragEnterEvent(spot, Qt.DropAction.CopyAction, data, button, keys)
        QApplication.sendEvent(target, entering)
        if not entering.isAccepted():
            raise StepError(f"{name} does not take dropped files")
        QApplication.sendEvent(target, QDropEvent(QPointF(spot), Qt.DropAction.CopyAction, data, button, keys))
        QTest.qWait(_TURN_MS)

    def fact(self, job: Callable[[Client], Awaitable[T]], timeout_s: float = _PATIENCE_S) -> T:
        """Ask the service through the window's own client. Raises StepError when it answers with a problem."""
        answers: list[T] = []
        problems: list[Problem] = []
        owner = QObject()
        self._bridge.run(owner, job, answers.append, problems.append)
        self.wait("the service's answer", lambda: bool(answers or problems), timeout_s)
        if problems:
            raise StepError(f"the service answered {problems[0].code} {dict(problems[0].params)}")
        return answers[0]

    def until(
        self,
        what: str,
        job: Callable[[Client], Awaitable[T]],
        holds: Callable[[T], bool],
        timeout_s: float = _PATIENCE_S,
    ) -> T:
        """Ask again and again until the answer is as wanted, and give that answer; as patient as ``wait``."""
        deadline = _end_of(timeout_s)
        while not holds(answer := self.fact(job, timeout_s)):
            if time.monotonic() > deadline:
                seen = f"last answer: {answer!r:.200}; the window shows: {self.shown_text():.600}"
                raise StepError(f"waited {timeout_s:.0f} s for {what}; {seen}")
            QTest.qWait(50)
        return answer

    def text_of(self, name: str) -> str:
        """Give everything that can be read in a shown widget."""
        return read_text(self.find(name))

    def shown_text(self) -> str:
        """Give what can be read in the window."""
        return read_text(self.window)

    def _steadiness(self, widget: QWidget, spot: QPoint) -> Callable[[], bool]:
        places: list[QPoint] = []

        def is_still() -> bool:
            self._reveal(widget, spot)
            places.append(widget.mapTo(widget.window(), spot))
            return len(places) >= _STILL_TURNS and len(set(map(QPoint.toTuple, places[-_STILL_TURNS:]))) == 1

        return is_still

    def _reveal(self, widget: QWidget, spot: QPoint) -> None:
        parent = widget.parentWidget()
        while parent is not None:
            if isinstance(parent, QScrollArea) and (content := parent.widget()) is not None:
                place = widget.mapTo(content, spot)
                if not parent.viewport().rect().contains(widget.mapTo(parent, spot)):
                    parent.ensureVisible(place.x(), place.y(), 60, 60)
            parent = parent.parentWidget()

    def _on_top(self, widget: QWidget, spot: QPoint) -> bool:
        window = widget.window()
        place = widget.mapTo(window, spot)
        top = window.childAt(place)
        inside = QRect(QPoint(0, 0), window.size()).contains(place)
        return inside and top is not None and (top is widget or widget.isAncestorOf(top))


def _end_of(timeout_s: float) -> float:
    """Say until when to wait on a machine as slow as this one."""
    return time.monotonic() + timeout_s * SLOWNESS


def read_text(root: QWidget) -> str:
    """Join what labels, buttons, fields and accessible names say, from top to bottom, for the shown part of a tree."""
    found: list[str] = []
    for widget in [root, *root.findChildren(QWidget)]:
        if not widget.isVisible():
            continue
        if isinstance(widget, QLabel | QAbstractButton | QLineEdit) and widget.text():
            found.append(widget.text())
        elif widget.accessibleName():
            found.append(widget.accessibleName())
        if widget.accessibleDescription():
            found.append(widget.accessibleDescription())
    return " | ".join(found)
