"""How the window looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QButtonGroup

from studio.kit.widgets import text
from studio.kit.widgets.button import Button
from studio.kit.widgets.card import Card, row
from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from studio.kit.context import PageContext

_THEMES = (("dark", mark("Dark"), "moon"), ("light", mark("Light"), "sun"))


class LookCard(Card):
    """Changes the theme at once; the application remembers it."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(tr("Look"))
        self._context = context
        self._group = QButtonGroup(self)
        line = row(text.body(tr("Theme")), spacing=4)
        line.addStretch(1)
        for name, words, icon in _THEMES:
            says = tr("{name} theme", name=tr(words))
            button = Button(tr(words), "segment", name=f"settings.theme.{name}", icon=icon, says=says)
            button.setProperty("theme", name)
            button.clicked.connect(self._on_theme)
            self._group.addButton(button)
            button.setChecked(name == context.theme.name)
            line.addWidget(button)
        self.body.addLayout(line)

    def _on_theme(self) -> None:
        self._context.theme.use("light" if self.sender().property("theme") == "light" else "dark")
