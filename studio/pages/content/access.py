"""Who can watch the film that is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from studio.kit.problems import advice
from studio.kit.widgets import text
from studio.kit.widgets.access_choice import AccessChoice
from studio.kit.widgets.card import Card
from studio.kit.words import tr

if TYPE_CHECKING:
    from studio.pages.content.access_model import AccessState


class AccessCard(Card):
    """Signals: ``visibility_chosen(visibility)``, ``tier_chosen(tier_id, opens)``. Hidden while no film is chosen."""

    visibility_chosen = Signal(str)
    tier_chosen = Signal(str, bool)

    def __init__(self) -> None:
        super().__init__(tr("Who can watch"))
        self.setObjectName("content.access")
        self._choice = AccessChoice(name="content.access")
        self._choice.visibility_chosen.connect(self.visibility_chosen)
        self._choice.tier_chosen.connect(self.tier_chosen)
        self.body.addWidget(self._choice)
        self._problem = text.muted()
        self._problem.set_ink("bad")
        self._problem.setObjectName("content.access.problem")
        self.body.addWidget(self._problem)
        self.hide()

    def show_state(self, state: AccessState) -> None:
        """Show the choice, and which tiers open the film."""
        access = state.access
        self.setVisible(bool(state.film) and access is not None)
        self._problem.setVisible(state.problem is not None)
        self._problem.setText("" if state.problem is None else advice(state.problem).sentence)
        if access is not None:
            self._choice.show_access(access.visibility, access.tiers, state.tiers or (), busy=state.saving)
