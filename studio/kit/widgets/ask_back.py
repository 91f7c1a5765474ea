"""The second step of what cannot be made undone, or moves money: what follows, and two ways on."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.kit.widgets import text
from studio.kit.widgets.button import ghost, primary, secondary
from studio.kit.widgets.card import row


class AskBack(QWidget):
    """Shown when the first step was taken. Its buttons are named NAME.sure and NAME.keep, its words NAME.words.

    Signals: ``sure`` to go on, ``kept`` to leave all as it is.
    """

    sure = Signal()
    kept = Signal()

    def __init__(self, yes: str, no: str, *, name: str, pays: bool = False) -> None:
        """pays: money leaves at once."""
        super().__init__()
        self._words = text.Text(ink="warn", wrap=True)
        self._words.setObjectName(f"{name}.words")
        self._yes = (primary if pays else secondary)(yes, name=f"{name}.sure")
        self._yes.clicked.connect(self.sure)
        no_button = ghost(no, name=f"{name}.keep")
        no_button.clicked.connect(self.kept)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(8)
        lines.addWidget(self._words)
        ends = row(self._yes, no_button, spacing=8)
        ends.addStretch(1)
        lines.addLayout(ends)

    def say(self, words: str) -> None:
        """Say what follows: for money its payee, its sum and what is charged for it."""
        self._words.setText(words)

    def set_busy(self, *, busy: bool) -> None:
        """Take no second click while the first is on its way."""
        self._yes.setEnabled(not busy)
