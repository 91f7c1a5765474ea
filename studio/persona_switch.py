"""Who sits at this window, in demo mode."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QMenu, QWidget

from studio.kit.theme import font
from studio.kit.tokens import SMALL
from studio.kit.widgets import text
from studio.kit.widgets.badge import Badge
from studio.kit.widgets.button import Button
from studio.kit.widgets.text import set_property
from studio.kit.words import tr

if TYPE_CHECKING:
    from collections.abc import Mapping

_EDGE = 3
_CHIP_WIDE, _CHIP_NARROW = (10, 2, 10, 2), (2, 2, 2, 2)


class PersonaSwitch(QWidget):
    """Who sits at this window, in demo mode. Signal: ``chosen(desk_id)``."""

    chosen = Signal(str)

    def __init__(self, personas: Mapping[str, str], parent: QWidget) -> None:
        super().__init__(parent)
        self._buttons: dict[str, Button] = {}
        self._names = {desk_id: tr(name) for desk_id, name in personas.items()}
        self._group = QButtonGroup(self)
        self._title = text.caption(tr("You are"))
        self._demo = Badge(tr("Demo money"), "warn")
        self._demo.setObjectName("demo.badge")
        self._demo.setToolTip(tr("This money is for trying out. It has no value."))
        grid = QGridLayout(self)
        grid.setContentsMargins(_EDGE, 0, _EDGE, 0)
        grid.setSpacing(4)
        head = QHBoxLayout()
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self._demo)
        grid.addLayout(head, 0, 0, 1, 2)
        for number, (desk_id, name) in enumerate(self._names.items()):
            button = Button(name, "choice", name=f"persona.{desk_id}", says=tr("Be the {lower}", lower=name.lower()))
            button.setProperty("desk", desk_id)
            button.clicked.connect(self._on_click)
            set_property(button, "compact", "true")
            button.setFont(font(SMALL, text.Weight.Medium))
            self._group.addButton(button)
            grid.addWidget(button, 1 + number // 2, number % 2)
            self._buttons[desk_id] = button
        self._grid, self._sits = grid, ""
        self._is_narrow: bool | None = None

    @cached_property
    def _one(self) -> Button:
        """What stands for all of them where the rail is narrow: who sits here, and a menu of the others."""
        made = Button("", "choice", name="persona.menu")
        set_property(made, "compact", "true")
        made.setCheckable(False)
        made.setFont(font(SMALL, text.Weight.Medium))
        menu = QMenu(made)
        menu.setObjectName("persona.menu.names")
        for desk_id, name in self._names.items():
            menu.addAction(name).setData(desk_id)
        menu.triggered.connect(self._on_name)
        made.setMenu(menu)
        self._grid.addWidget(made, 1, 0, 1, 2)
        return made

    def mark(self, desk_id: str) -> None:
        """Show who sits here."""
        self._buttons[desk_id].setChecked(True)
        self._sits = self._names[desk_id]
        self._name_one()

    def _name_one(self) -> None:
        if self._is_narrow and self._sits:
            self._one.setText(_initials(self._sits))
            self._one.setToolTip(tr("You are: {name}", name=self._sits))
            self._one.setAccessibleName(tr("You are: {name}", name=self._sits))

    def set_narrow(self, *, narrow: bool) -> None:
        """Show who sits here by initials only, or all by their names."""
        if narrow or self._is_narrow:
            # Made when it is first needed: the usual window starts without it.
            self._one.setVisible(narrow)
        self._is_narrow = narrow
        self._name_one()
        self._title.setVisible(not narrow)
        self._demo.setText(tr("Demo") if narrow else tr("Demo money"))
        set_property(self._demo, "narrow", "true" if narrow else "false")
        # A label keeps the padding of its first style, which it has to have by now.
        self._demo.ensurePolished()
        self._demo.setContentsMargins(*(_CHIP_NARROW if narrow else _CHIP_WIDE))
        for button in self._buttons.values():
            button.setVisible(not narrow)

    @Slot()
    def _on_click(self) -> None:
        self.chosen.emit(str(self.sender().property("desk")))

    @Slot(QAction)
    def _on_name(self, action: QAction) -> None:
        self.chosen.emit(str(action.data()))


def _initials(name: str) -> str:
    """Give ``C`` for Creator and ``C2`` for Creator 2."""
    return "".join(word[:1] for word in name.split())
