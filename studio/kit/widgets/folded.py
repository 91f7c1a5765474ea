"""Buttons that a line has no room for, in the menu of one that it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtWidgets import QMenu

from studio.kit.widgets.button import Button

if TYPE_CHECKING:
    from collections.abc import Sequence


class FoldedButtons(Button):
    """Hidden while nothing is folded. Its menu says what the buttons say and presses them."""

    def __init__(self, says: str, *, name: str) -> None:
        super().__init__("", "ghost", name=name, icon="more", says=says, tip=says)
        self.folded: tuple[Button, ...] = ()
        self._menu = QMenu(self)
        self._menu.setObjectName(f"{name}.menu")
        self._menu.aboutToShow.connect(self._fill)
        self.setMenu(self._menu)
        self.hide()

    def fold(self, buttons: Sequence[Button]) -> None:
        """Take these into the menu, and only these."""
        self.folded = tuple(buttons)
        if self.isHidden() == bool(buttons):
            self.setVisible(bool(buttons))

    def _fill(self) -> None:
        self._menu.clear()
        for button in self.folded:
            own = cast("QMenu | None", button.menu())
            if own is not None and button.isEnabled():
                own.setTitle(button.text())
                self._menu.addMenu(own)
                continue
            action = self._menu.addAction(button.icon(), button.text())
            action.setEnabled(button.isEnabled())
            action.triggered.connect(button.click)
