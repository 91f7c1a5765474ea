"""A value below its name, for a few of them side by side."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from studio.kit.tokens import LEAD
from studio.kit.widgets import text
from studio.kit.widgets.card import column


class Figure(QWidget):
    """Smaller than a tile, and without a border of its own."""

    def __init__(self, says: str, *, name: str = "") -> None:
        """name: of the value."""
        super().__init__()
        self.value = text.Text(size=LEAD, tabular=True, weight=text.Weight.DemiBold)
        self.value.setObjectName(name)
        lines = column(text.caption(says, wrap=True), self.value, spacing=2)
        lines.addStretch(1)
        self.setLayout(lines)

    def show_value(self, value: str, tip: str = "") -> None:
        """Show a value."""
        self.value.setText(value)
        self.value.setToolTip(tip)
