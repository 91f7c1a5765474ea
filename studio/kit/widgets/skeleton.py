"""Grey shapes where content is going to be: they say "soon" without spinning.

Drawn by the style sheet and not by a painter: the first paint shows them, and QPainter.setPen builds Qt's namespace.
"""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from studio.kit.words import tr


class Skeleton(QWidget):
    """One bar; ``part`` is its share of the width in hundredths."""

    def __init__(self, height: int = 14, *, part: int = 100, card: bool = False) -> None:
        super().__init__()
        self.setFixedHeight(height)
        self.setAccessibleName(tr("Loading"))
        bar = QFrame()
        bar.setProperty("kit", "ghost-card" if card else "ghost")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(bar, part)
        if part < 100:
            layout.addStretch(100 - part)


def skeleton_lines(*parts: int, spacing: int = 12, height: int = 14) -> QWidget:
    """Bars of the given widths below each other."""
    widget = QWidget()
    layout = QVBoxLayout(widget)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for part in parts:
        layout.addWidget(Skeleton(height, part=part))
    return widget
