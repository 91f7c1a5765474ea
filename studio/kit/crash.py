"""The last net: an error that nobody expected is logged and told once, with a trace id; the window goes on."""

from __future__ import annotations

import logging
import secrets
import sys
import threading
import traceback
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from studio.kit.icons import Icon
from studio.kit.keeping import evidence_action, save_evidence
from studio.kit.problems import Problem, advice
from studio.kit.theme import scaled
from studio.kit.tokens import GUTTER
from studio.kit.trail import note
from studio.kit.widgets import text
from studio.kit.widgets.button import primary, secondary
from studio.kit.widgets.card import row
from studio.kit.words import tr

if TYPE_CHECKING:
    from types import TracebackType

_log = logging.getLogger(__name__)


class CrashDialog(QDialog):
    """Says that something unexpected happened, once for any number of errors."""

    def __init__(self, trace: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("crash")
        self.setWindowTitle("Museclock")
        self.setMinimumWidth(scaled(480))
        self._trace = trace
        told = advice(Problem("internal", trace=trace))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GUTTER, GUTTER, GUTTER, GUTTER)
        layout.setSpacing(16)
        head = QHBoxLayout()
        head.addWidget(Icon("alert", "bad", 24), 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(text.lead(told.happened, wrap=True), 1)
        layout.addLayout(head)
        layout.addWidget(text.body(told.next_step))
        copy = secondary(tr("Copy details"), name="crash.copy", icon="copy")
        copy.clicked.connect(self._copy)
        self._save = secondary(tr("Save evidence"), name="crash.evidence", icon="download")
        self._save.setVisible(evidence_action() is not None)
        self._save.clicked.connect(self._keep)
        go_on = primary(tr("Go on"), name="crash.close")
        go_on.clicked.connect(self.accept)
        buttons = row(copy, self._save, go_on)
        buttons.insertStretch(0, 1)
        layout.addLayout(buttons)

    @Slot()
    def _keep(self) -> None:
        save_evidence()
        self._save.setEnabled(False)

    @Slot()
    def _copy(self) -> None:
        QApplication.clipboard().setText(f"Museclock trace {self._trace}")


class CrashHook(QObject):
    """Takes over Python's last words on every thread. Call ``uninstall`` before the application ends."""

    _struck = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._window = parent
        self.dialog: CrashDialog | None = None
        self._struck.connect(self._tell, Qt.ConnectionType.QueuedConnection)
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
        name = secrets.token_hex(4)
        note(f"crash {name}: " + "".join(traceback.format_exception(kind, error, trace)))
        _log.error("window.crash trace=%s", name, exc_info=(kind, error, trace))
        self._struck.emit(name)

    def _on_thread_error(self, given: Any) -> None:
        if given.exc_value is not None:
            self._on_error(given.exc_type, given.exc_value, given.exc_traceback)

    @Slot(str)
    def _tell(self, trace: str) -> None:
        if self.dialog is not None and self.dialog.isVisible():
            return
        self.dialog = CrashDialog(trace, self._window)
        self.dialog.open()
