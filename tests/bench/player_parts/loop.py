"""Turning Qt's event loop while something is awaited."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEventLoop, QTimer

PATIENCE_MS = 20_000


def turn(condition: Callable[[], bool], patience_ms: int = PATIENCE_MS) -> None:
    """Turn the event loop until something holds."""
    deadline = time.monotonic() + patience_ms / 1000
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the player did not get there")
        turn_for(2)


def turn_for(milliseconds: int) -> None:
    """Turn the event loop for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()
