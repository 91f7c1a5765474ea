"""What is going to happen to a film, for those who have not dropped one yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from studio.kit.icons import Icon
from studio.kit.tokens import GUTTER
from studio.kit.widgets import text
from studio.kit.widgets.card import Card, holder, row

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_STEPS = (
    ("film", "Prepared here", "Checked, cut into parts of about ten seconds and encrypted, on this computer."),
    ("tag", "Priced by you", "A price for ten seconds, and as many free parts at the start as you like."),
    ("payouts", "Paid at once", "Nine tenths of every part that somebody watches are yours within seconds."),
)


def steps() -> QWidget:
    """Three cards side by side."""
    line = row(*(_card(*step) for step in _STEPS), spacing=GUTTER, stretch=1)
    return holder(line)


def _card(icon: str, title: str, sentence: str) -> Card:
    card = Card(spacing=8)
    card.body.addWidget(Icon(icon, "neutral", 24), 0, Qt.AlignmentFlag.AlignLeft)
    card.body.addWidget(text.lead(title))
    card.body.addWidget(text.muted(sentence))
    card.body.addStretch(1)
    return card
