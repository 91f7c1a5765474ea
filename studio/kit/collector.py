"""Keeps Python's garbage collector on the GUI thread.

Python collects cycles on whichever thread allocates next. A widget or timer that is deleted on the bridge's or libVLC's
thread leaves its timers registered with the GUI thread's event loop, which then calls into freed memory. On the GUI
thread it may begin inside a destructor of Qt, delete more widgets there, and wait for ever for a lock that is held
further up: so a collection begins only from the event loop.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_EVERY_MS = 1_000


class Collector(QObject):
    """Collects once a second, by Python's own thresholds, until ``stop``. Python's own collector stays off for good."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def collect(self) -> None:
        """Collect the oldest generation that is due."""
        due = zip(gc.get_count(), gc.get_threshold(), range(3), strict=True)
        generations = [generation for count, threshold, generation in due if count > threshold]
        if generations:
            gc.collect(max(generations))

    def stop(self) -> None:
        """Collect no more: the process ends. Idempotent.

        The work is not given back to Python: the widgets' destructors are still to come.
        """
        self._timer.stop()
