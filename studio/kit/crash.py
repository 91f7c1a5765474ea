"""The last net: an error that nobody expected is logged and told once, with a trace id; the window goes on.

It is there from the first paint on and before the service is started, so it imports what it needs when it is needed.
"""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication, QWidget

from studio.kit.trail import note

if TYPE_CHECKING:
    from types import TracebackType

    from studio.kit.crash_dialog import CrashDialog


class CrashHook(QObject):
    """Takes over Python's last words on every thread. Call ``uninstall`` before the application ends."""

    _struck = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._window = parent
        self.dialog: CrashDialog | None = None
        self._trace = ""
        self._struck.connect(self._remember)
        # In a turn of its own: an error may come in the middle of a paint.
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._tell)
        self._old = (sys.excepthook, threading.excepthook)

    def install(self) -> None:
        """Begin to catch."""
        sys.excepthook = self._on_error
        threading.excepthook = self._on_thread_error

    def uninstall(self) -> None:
        """Put the hooks back that were there."""
        sys.excepthook, threading.excepthook = self._old

    def _on_error(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        import logging
        import secrets
        import traceback

        name = secrets.token_hex(4)
        note(f"crash {name}: " + "".join(traceback.format_exception(kind, error, trace)))
        logging.getLogger(__name__).error("window.crash trace=%s", name, exc_info=(kind, error, trace))
        self._struck.emit(name)

    def _on_thread_error(self, given: Any) -> None:
        if given.exc_value is not None:
            self._on_error(given.exc_type, given.exc_value, given.exc_traceback)

    @Slot(str)
    def _remember(self, trace: str) -> None:
        # The first of those that come together is told.
        if not self._soon.isActive():
            self._trace = trace
            self._soon.start()

    @Slot()
    def _tell(self) -> None:
        if self.dialog is not None and self.dialog.isVisible():
            return
        from studio.kit.crash_dialog import CrashDialog

        self.dialog = CrashDialog(self._trace, self._window)
        self.dialog.open()
