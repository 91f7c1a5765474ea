"""What is going to happen to a film, for those who have not dropped one yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from studio.kit.icons import Icon
from studio.kit.widgets import text
from studio.kit.widgets.card import Card
from studio.kit.widgets.flow import Columns
from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_STEPS = (
    (
        "film",
        mark("Prepared here"),
        mark("Checked, cut into parts of about ten seconds and encrypted, on this computer."),
    ),
    ("tag", mark("Priced by you"), mark("A price for ten seconds, and as many free parts at the start as you like.")),
    (
        "payouts",
        mark("Paid at once"),
        mark("Nine tenths of every part that somebody watches are yours within seconds."),
    ),
)


def steps() -> QWidget:
    """Three cards, side by side where there is room."""
    return Columns(*(_card(*step) for step in _STEPS), least=240)


def _card(icon: str, title: str, sentence: str) -> Card:
    card = Card(spacing=8)
    card.body.addWidget(Icon(icon, "neutral", 24), 0, Qt.AlignmentFlag.AlignLeft)
    card.body.addWidget(text.lead(tr(title)))
    card.body.addWidget(text.muted(tr(sentence)))
    card.body.addStretch(1)
    return card
