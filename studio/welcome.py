"""The first run: one question."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from studio.kit.icons import Icon
from studio.kit.theme import scaled
from studio.kit.tokens import FIGURE, GUTTER
from studio.kit.widgets import text
from studio.kit.widgets.button import Button, primary, secondary
from studio.kit.widgets.card import Card, row
from studio.kit.widgets.flow import Columns
from studio.kit.words import mark, tr

_CARD_WIDTH = 272
_CHOICES = (
    (
        "watch",
        "play",
        mark("Watch"),
        mark("Pay exactly for what you watch, ten seconds at a time."),
        mark("Start watching"),
    ),
    (
        "create",
        "upload",
        mark("Create"),
        mark("Sell your videos by the ten seconds and by membership."),
        mark("Start creating"),
    ),
    (
        "demo",
        "swap",
        mark("Try the demo"),
        mark("A creator, a viewer and demo money. Nothing real."),
        mark("Open the demo"),
    ),
)


class WelcomePage(QScrollArea):
    """Asks what the person came for; scrolled if letters are large. Signal: ``chosen`` with watch, create or demo."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("page.welcome")
        self.setAccessibleName(tr("Welcome"))
        ground = QWidget()
        ground.setProperty("kit", "ground")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(ground)
        layout = QVBoxLayout(ground)
        layout.setContentsMargins(GUTTER, GUTTER, GUTTER, GUTTER)
        layout.setSpacing(16)
        layout.addStretch(2)
        layout.addWidget(Icon("mark", "accent", 64), 0, Qt.AlignmentFlag.AlignHCenter)
        title = text.Text(tr("Welcome to Museclock"), size=FIGURE, weight=text.Weight.DemiBold)
        layout.addWidget(title, 0, Qt.AlignmentFlag.AlignHCenter)
        question = text.muted(tr("What would you like to do? You can do the others later."), wrap=False)
        layout.addWidget(question, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(GUTTER)
        cards = Columns(*(self._card(*choice) for choice in _CHOICES), least=200)
        cards.setMaximumWidth(3 * scaled(_CARD_WIDTH) + 2 * GUTTER)
        line = row(stretch=1)
        line.addStretch(1)
        line.addWidget(cards, 1000)
        line.addStretch(1)
        layout.addLayout(line)
        layout.addStretch(3)

    def _card(self, purpose: str, icon: str, title: str, sentence: str, action: str) -> Card:
        card = Card(spacing=12)
        card.setMinimumHeight(232)
        card.body.addWidget(Icon(icon, "accent" if purpose == "demo" else "neutral", 28))
        card.body.addWidget(text.lead(tr(title)))
        card.body.addWidget(text.muted(tr(sentence)))
        card.body.addStretch(1)
        button: Button = (primary if purpose == "demo" else secondary)(tr(action), name=f"welcome.{purpose}")
        button.setProperty("purpose", purpose)
        button.clicked.connect(self._on_click)
        card.body.addWidget(button)
        return card

    @Slot()
    def _on_click(self) -> None:
        self.chosen.emit(str(self.sender().property("purpose")))
