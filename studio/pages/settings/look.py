"""How the window looks and speaks: theme, text size, language."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QButtonGroup, QWidget

from studio.kit.tokens import TEXT_SIZES
from studio.kit.widgets import text
from studio.kit.widgets.button import Button
from studio.kit.widgets.card import Card, holder
from studio.kit.widgets.choice import Choice
from studio.kit.widgets.flow import Flow
from studio.kit.words import LANGUAGE_NAMES, mark, tr

if TYPE_CHECKING:
    from studio.kit.context import PageContext
    from studio.kit.tokens import ThemeChoice

_THEMES: tuple[tuple[ThemeChoice, str, str], ...] = (
    ("dark", mark("Dark"), "moon"),
    ("light", mark("Light"), "sun"),
    ("system", mark("As the system"), "settings"),
)


class LookCard(Card):
    """Changes all of it at once; the application remembers it."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(tr("Look"))
        self._context = context
        self._themes, self._sizes = QButtonGroup(self), QButtonGroup(self)
        self._add(tr("Theme"), holder(self._theme_buttons()))
        self._add(tr("Text size"), holder(self._size_buttons()))
        languages = Choice(
            [("", tr("As the system")), *LANGUAGE_NAMES.items()], name="settings.language", says=tr("Language")
        )
        languages.choose(context.theme.language or "")
        languages.picked.connect(self._on_language)
        self._add(tr("Language"), languages)

    def _add(self, name: str, control: QWidget) -> None:
        self.body.addLayout(Flow(text.body(name, wrap=False), control, spacing=16, apart=True))

    def _theme_buttons(self) -> Flow:
        buttons = Flow(spacing=4)
        for choice, words, icon in _THEMES:
            says = tr("{name} theme", name=tr(words))
            button = Button(tr(words), "segment", name=f"settings.theme.{choice}", icon=icon, says=says)
            button.clicked.connect(partial(self._context.theme.use, choice))
            self._themes.addButton(button)
            button.setChecked(choice == self._context.theme.choice)
            buttons.addWidget(button)
        return buttons

    def _size_buttons(self) -> Flow:
        buttons = Flow(spacing=4)
        for percent in TEXT_SIZES:
            says = tr("Text at {percent} %", percent=percent)
            button = Button(f"{percent} %", "segment", name=f"settings.text.{percent}", says=says)
            button.clicked.connect(partial(self._context.theme.use_size, percent))
            self._sizes.addButton(button)
            button.setChecked(percent == self._context.theme.percent)
            buttons.addWidget(button)
        return buttons

    def _on_language(self, key: str) -> None:
        self._context.theme.use_language(next((one for one in LANGUAGE_NAMES if one == key), None))
