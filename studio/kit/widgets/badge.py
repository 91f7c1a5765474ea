"""A word of state on its colour."""

from __future__ import annotations

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QSizePolicy

from studio.kit.qt_values import CENTRED
from studio.kit.theme import scaled
from studio.kit.tokens import SMALL, Tone
from studio.kit.widgets.text import Text, set_property

_NONE = "none"


class Badge(Text):
    """Shows a state as a word; the colour only repeats it. Without a word there is nothing to see."""

    def __init__(self, text: str = "", tone: Tone = "neutral") -> None:
        super().__init__(text, size=SMALL, weight=QFont.Weight.DemiBold)
        self.setWordWrap(False)
        self.setProperty("badge", tone if text else _NONE)
        self.setProperty("alignment", CENTRED)
        self.setFixedHeight(scaled(22))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def set_state(self, text: str, tone: Tone) -> None:
        """Change word and tone."""
        set_property(self, "badge", tone if text else _NONE)
        self.setText(text)
