"""Who can watch a film: everybody, by the part, or members; and which tiers open it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget

from studio.kit.format import money
from studio.kit.widgets import text
from studio.kit.widgets.button import Button
from studio.kit.widgets.flow import Flow
from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from collections.abc import Collection

    from services.wire.access import Visibility
    from services.wire.tiers import TierOut

_WORDS: dict[Visibility, str] = {
    "public": mark("Everybody watches it for nothing."),
    "chunks": mark("Each part is paid for; members of the tiers below watch it without paying for parts."),
    "members": mark("Only members of the tiers below watch it; no part is sold."),
}


class AccessChoice(QWidget):
    """Signals: ``visibility_chosen(visibility)``, ``tier_chosen(tier_id, opens)``. name: how its parts' names begin."""

    visibility_chosen = Signal(str)
    tier_chosen = Signal(str, bool)

    def __init__(self, *, name: str) -> None:
        super().__init__()
        self._name = name
        self._tiers: tuple[TierOut, ...] | None = None
        self._choices: dict[Visibility, Button] = {
            "public": Button(tr("Everybody"), "choice", name=f"{name}.public"),
            "chunks": Button(tr("By the part"), "choice", name=f"{name}.chunks"),
            "members": Button(tr("Members only"), "choice", name=f"{name}.members"),
        }
        group = QButtonGroup(self)
        for visibility, button in self._choices.items():
            group.addButton(button)
            button.clicked.connect(partial(self.visibility_chosen.emit, visibility))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(Flow(*self._choices.values(), spacing=8))
        self._words = text.muted()
        self._words.setObjectName(f"{name}.words")
        layout.addWidget(self._words)
        self._line = QWidget()
        self._lines = Flow(spacing=8)
        self._line.setLayout(self._lines)
        layout.addWidget(self._line)
        self._buttons: dict[str, Button] = {}

    def show_access(
        self, visibility: Visibility, opened_by: Collection[str], tiers: tuple[TierOut, ...], *, busy: bool = False
    ) -> None:
        """Show the choice, and which of the tiers open the film."""
        if tiers != self._tiers:
            self._lay_out(tiers)
        self._choices[visibility].setChecked(True)
        for button in (*self._choices.values(), *self._buttons.values()):
            button.setEnabled(not busy)
        has_tiers = bool(tiers)
        self._choices["members"].setEnabled(has_tiers and not busy)
        self._choices["members"].setToolTip("" if has_tiers else tr("Make a tier first."))
        alone = visibility == "chunks" and not has_tiers
        self._words.setText(tr("Each part is paid for.") if alone else tr(_WORDS[visibility]))
        self._line.setVisible(has_tiers and visibility != "public")
        for tier_id, button in self._buttons.items():
            button.setChecked(tier_id in opened_by)

    def _lay_out(self, tiers: tuple[TierOut, ...]) -> None:
        self._tiers, self._buttons = tiers, {}
        while (item := self._lines.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for tier in tiers:
            words = tr("{tier} – {sum} a month", tier=tier.name, sum=money(tier.price))
            button = Button(words, "choice", name=f"{self._name}.tier")
            button.clicked.connect(partial(self._on_tier, tier.id))
            self._lines.addWidget(button)
            self._buttons[tier.id] = button

    def _on_tier(self, tier_id: str) -> None:
        self.tier_chosen.emit(tier_id, self._buttons[tier_id].isChecked())
