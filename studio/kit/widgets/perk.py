"""What a tier brings, as one line of its card; the same for creators and for viewers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from studio.kit.icons import Icon
from studio.kit.widgets import text
from studio.kit.widgets.card import holder, row

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from studio.kit.tokens import Tone


def perk(words: str, icon: str = "check", tone: Tone = "ok") -> QWidget:
    """Words behind an icon; what is only promised has a check."""
    line = row(text.body(words), spacing=8)
    line.insertWidget(0, Icon(icon, tone, 16), 0, Qt.AlignmentFlag.AlignTop)
    return holder(line)
