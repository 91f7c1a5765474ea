"""What a person is told of an error that nobody expected."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from studio.kit.icons import Icon
from studio.kit.keeping import evidence_action, save_evidence
from studio.kit.problems import Problem, advice
from studio.kit.theme import scaled
from studio.kit.tokens import GUTTER
from studio.kit.widgets import text
from studio.kit.widgets.button import primary, secondary
from studio.kit.widgets.card import row
from studio.kit.words import tr


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
