"""What an empty page shows: mark, one sentence, one button that does the next step."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.kit.icons import Icon
from studio.kit.widgets import text
from studio.kit.widgets.button import primary


class EmptyState(QWidget):
    """Teaches the next step. Signal: ``acted`` when the button is pressed."""

    acted = Signal()

    def __init__(self, sentence: str, action: str = "", *, icon: str = "mark", name: str = "") -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setSpacing(16)
        layout.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(Icon(icon, "accent" if icon == "mark" else "neutral", 48), 0, Qt.AlignmentFlag.AlignHCenter)
        self.sentence = text.body(sentence)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.sentence.setMinimumWidth(320)
        self.sentence.setMaximumWidth(420)
        layout.addWidget(self.sentence, 0, Qt.AlignmentFlag.AlignHCenter)
        self.button = primary(action, name=name)
        self.button.setVisible(bool(action))
        self.button.clicked.connect(self.acted)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
