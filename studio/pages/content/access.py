"""Who can watch the film that is chosen in the list."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout

from studio.kit.format import money
from studio.kit.problems import advice
from studio.kit.widgets import text
from studio.kit.widgets.button import Button
from studio.kit.widgets.card import Card, holder, row

if TYPE_CHECKING:
    from services.wire.access import Visibility
    from services.wire.tiers import TierOut
    from studio.pages.content.access_model import AccessState

_WORDS: dict[Visibility, str] = {
    "public": "Everybody watches it for nothing.",
    "chunks": "Each part is paid for; members of the tiers below watch it without paying for parts.",
    "members": "Only members of the tiers below watch it; no part is sold.",
}


class AccessCard(Card):
    """Signals: ``visibility_chosen(visibility)``, ``tier_chosen(tier_id, opens)``. Hidden while no film is chosen."""

    visibility_chosen = Signal(str)
    tier_chosen = Signal(str, bool)

    def __init__(self) -> None:
        super().__init__("Who can watch")
        self.setObjectName("content.access")
        self._tiers: tuple[TierOut, ...] | None = None
        self._choices: dict[Visibility, Button] = {
            "public": Button("Everybody", "choice", name="content.access.public"),
            "chunks": Button("By the part", "choice", name="content.access.chunks"),
            "members": Button("Members only", "choice", name="content.access.members"),
        }
        group = QButtonGroup(self)
        for visibility, button in self._choices.items():
            group.addButton(button)
            button.clicked.connect(partial(self.visibility_chosen.emit, visibility))
        choices = row(*self._choices.values(), spacing=8)
        choices.addStretch(1)
        self.body.addLayout(choices)
        self._words = text.muted()
        self._words.setObjectName("content.access.words")
        self.body.addWidget(self._words)
        self._lines = QHBoxLayout()
        self._lines.setSpacing(8)
        self._tier_line = holder(self._lines)
        self.body.addWidget(self._tier_line)
        self._problem = text.muted()
        self._problem.set_ink("bad")
        self._problem.setObjectName("content.access.problem")
        self.body.addWidget(self._problem)
        self._buttons: dict[str, Button] = {}
        self.hide()

    def show_state(self, state: AccessState) -> None:
        """Show the choice, and which tiers open the film."""
        access = state.access
        self.setVisible(bool(state.film) and access is not None)
        self._problem.setVisible(state.problem is not None)
        self._problem.setText("" if state.problem is None else advice(state.problem).sentence)
        if access is None:
            return
        if state.tiers != self._tiers:
            self._lay_out(state.tiers or ())
        self._choices[access.visibility].setChecked(True)
        for button in (*self._choices.values(), *self._buttons.values()):
            button.setEnabled(not state.saving)
        has_tiers = bool(state.tiers)
        self._choices["members"].setEnabled(has_tiers and not state.saving)
        self._choices["members"].setToolTip("" if has_tiers else "Make a tier first.")
        words = _WORDS[access.visibility]
        self._words.setText(words if has_tiers or access.visibility != "chunks" else "Each part is paid for.")
        self._tier_line.setVisible(has_tiers and access.visibility != "public")
        for tier_id, button in self._buttons.items():
            button.setChecked(tier_id in access.tiers)

    def _lay_out(self, tiers: tuple[TierOut, ...]) -> None:
        self._tiers, self._buttons = tiers, {}
        while (item := self._lines.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for tier in tiers:
            button = Button(f"{tier.name} – {money(tier.price)} a month", "choice", name="content.access.tier")
            button.clicked.connect(partial(self._on_tier, tier.id))
            self._lines.addWidget(button)
            self._buttons[tier.id] = button
        self._lines.addStretch(1)

    def _on_tier(self, tier_id: str) -> None:
        self.tier_chosen.emit(tier_id, self._buttons[tier_id].isChecked())
