"""Keeps Python's garbage collector on the GUI thread.

Python collects cycles on whichever thread allocates next. A widget or timer that is deleted on the bridge's or libVLC's
thread leaves its timers registered with the GUI thread's event loop, which then calls into freed memory.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_EVERY_MS = 1_000


class Collector(QObject):
    """Collects once a second, by Python's own thresholds, while it lives; ``close`` gives the work back."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_enabled = gc.isenabled()
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

    def close(self) -> None:
        """Let Python collect by itself again. Idempotent."""
        self._timer.stop()
        if self._was_enabled:
            gc.enable()
