"""Does what cannot be made undone a little after it was decided, so that it can be taken back meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from collections.abc import Callable

HELD_MS: Final = 8_000
"""Long enough to see what was pressed. A window that is closed before leaves things as they were."""


class Later(QObject):
    """Holds one act; deciding on another one does the first."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._act: Callable[[], None] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(HELD_MS)
        self._timer.timeout.connect(self.finish)

    def decide(self, act: Callable[[], None]) -> None:
        """Do it when the time is over."""
        self.finish()
        self._act = act
        self._timer.start()

    def take_back(self) -> None:
        """Do it never."""
        self._act = None
        self._timer.stop()

    def finish(self) -> None:
        """Do now what is held, if anything is."""
        act = self._act
        self.take_back()
        if act is not None:
            act()
