"""What both sides of the pass stand in: its title, its width, and the words for a node that sells none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.kit.widgets.card import Card
from studio.kit.widgets.page import PageFrame
from studio.kit.widgets.skeleton import skeleton_lines
from studio.kit.words import tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from studio.kit.context import PageContext
    from studio.kit.problems import Action, Problem
    from studio.kit.widgets.empty import EmptyState

_WIDTH, _NONE_HEIGHT = 900, 360


class PassFrame(PageFrame):
    """A page of the pass. again: what a problem's action repeats."""

    def __init__(self, context: PageContext, *, about: str, none: EmptyState, again: Callable[[], None]) -> None:
        super().__init__(tr("Pass"), width=_WIDTH)
        self.context = context
        self._again = again
        self.subtitle.setText(about)
        self.none = none
        none.setMinimumHeight(_NONE_HEIGHT)
        self.banner.acted.connect(self._on_action)

    def stand(self, *parts: QWidget) -> None:
        """Put the parts below each other, hidden until there is something to show."""
        self._ghost = Card()
        self._ghost.body.addWidget(skeleton_lines(40, 100, 100, 70, spacing=24, height=20))
        self.body.addWidget(self._ghost)
        for part in (self.none, *parts):
            part.hide()
            self.body.addWidget(part)
        self.body.addStretch(1)

    def is_known(self) -> None:
        """Take the ghost away: what is to be shown has come."""
        self._ghost.hide()

    def _on_action(self, _action: Action, problem: Problem) -> None:
        self.context.handle(problem, self._again)
