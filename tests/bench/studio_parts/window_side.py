"""The window's part without a window: a theme, a bridge to the service, and a page's surroundings."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from services.client import Client
from studio.kit.bridge import Bridge
from studio.kit.context import PageContext
from studio.kit.events import EventHub
from studio.kit.theme import Theme
from tests.fixtures.window import Shell

_PATIENCE_S = 60.0


def spin(until: Callable[[], bool]) -> None:
    """Let the loop turn until something holds; raises TimeoutError."""
    deadline, loop, looker = time.perf_counter() + _PATIENCE_S, QEventLoop(), QTimer()

    def look() -> None:
        if until() or time.perf_counter() > deadline:
            loop.quit()

    looker.timeout.connect(look)
    looker.start(1)
    loop.exec()
    if not until():
        raise TimeoutError("nothing came")


@contextmanager
def surroundings(application: QApplication, client: Client) -> Iterator[PageContext]:
    """Give what a page of the creator gets."""
    bridge, shell = Bridge(), Shell()
    bridge.start()
    bridge.open(lambda: client)
    try:
        yield PageContext(
            bridge=bridge,
            desk_id="creator",
            events=EventHub(bridge, "creator"),
            theme=Theme(application, "dark"),
            navigate=shell.navigate,
            notify=shell.said.append,
            handle=shell.handle,
            demo=True,
        )
    finally:
        bridge.close()
