"""Python's garbage is collected on the GUI thread only."""

from __future__ import annotations

import gc
import threading
import weakref
from typing import TYPE_CHECKING

from studio.kit.collector import Collector

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


class _Knot:
    """Only the collector can take it away; notes on which thread that happened."""

    died_on: str = ""

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        _Knot.died_on = threading.current_thread().name


def test_another_thread_that_allocates_collects_nothing(qtbot: QtBot) -> None:
    gc.enable()
    collector = Collector()
    knot = weakref.ref(_Knot())

    kept: list[list[int]] = []

    def allocate() -> None:
        kept.extend([] for _ in range(20 * gc.get_threshold()[0]))

    other = threading.Thread(target=allocate, name="other")
    other.start()
    other.join()
    assert knot() is not None
    qtbot.waitUntil(lambda: knot() is None, timeout=10_000)
    assert _Knot.died_on == threading.main_thread().name
    collector.stop()
    assert not gc.isenabled()
