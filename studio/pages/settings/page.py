"""The settings: sections of cards, one section at a time; each card is made when its section is shown first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QButtonGroup

from studio.kit.widgets.button import Button
from studio.kit.widgets.flow import Flow
from studio.kit.widgets.page import PageFrame
from studio.kit.words import mark, tr
from studio.pages.settings.about import AboutCard
from studio.pages.settings.backup import BackupCard
from studio.pages.settings.blocked import BlockedCard
from studio.pages.settings.channel import ChannelCard
from studio.pages.settings.data import DataCard
from studio.pages.settings.deletion import DeletionCard
from studio.pages.settings.log import LogCard
from studio.pages.settings.look import LookCard
from studio.pages.settings.nodes import NodesCard
from studio.pages.settings.notices import NoticesCard
from studio.pages.settings.storage import StorageCard
from studio.pages.settings.view_model import SettingsViewModel
from studio.pages.settings.wallet import WalletCard

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from studio.kit.context import PageContext
    from studio.kit.problems import Action, Problem
    from studio.kit.widgets.card import Card

# The sections in their order, each with its cards. A new card is its name here and a line in ``_CARDS``.
SECTIONS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("general", mark("General"), ("look", "blocked", "about")),
    ("channel", mark("Channel"), ("channel",)),
    ("wallet", mark("Wallet"), ("wallet", "backup")),
    ("notices", mark("Notifications"), ("notices",)),
    ("network", mark("Network"), ("nodes", "storage")),
    ("data", mark("Data"), ("data", "log", "deletion")),
)
_WIDTH = 760


class SettingsPage(PageFrame):
    """``open`` takes {"section": a section or a card}."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(tr("Settings"), width=_WIDTH)
        self._context = context
        self.model = SettingsViewModel(context)
        self.cards: dict[str, Card] = {}
        self.section = ""
        self._tabs = QButtonGroup(self)
        tabs = Flow(spacing=4)
        for at, (key, words, _) in enumerate(SECTIONS):
            button = Button(tr(words), "segment", name=f"settings.section.{key}")
            button.clicked.connect(self._on_tab)
            self._tabs.addButton(button, at)
            tabs.addWidget(button)
        self.body.addLayout(tabs)
        self.body.addStretch(1)
        self.banner.acted.connect(self._on_action)
        self.model.changed.connect(self._render)
        self.show_section("general")
        self._render()
        self.model.refresh()

    def open(self, params: Mapping[str, str]) -> None:
        """Show a section, or the card of that name in its own."""
        wanted = params.get("section", "")
        for key, _, names in SECTIONS:
            if wanted == key or wanted in names:
                self.show_section(key)
                if wanted in names:
                    self.ensureWidgetVisible(self.cards[wanted], 0, 0)
                return

    def show_section(self, section: str) -> None:
        """Show the cards of a section; they are made the first time."""
        self.section = section
        for at, (key, _, names) in enumerate(SECTIONS):
            shown = key == section
            if shown:
                self._tabs.button(at).setChecked(True)
            for name in names:
                if shown and name not in self.cards:
                    self._add(name)
                if name in self.cards:
                    self.cards[name].setVisible(shown and not self._is_hidden(name))
        self.verticalScrollBar().setValue(0)

    def _add(self, name: str) -> None:
        self.cards[name] = card = self._make(name)
        self.body.insertWidget(self.body.count() - 1, card)

    def _make(self, name: str) -> Card:
        match name:
            case "wallet":
                return WalletCard(self._context, self.model)
            case "about":
                return AboutCard(self._context, self.model)
            case "log":
                return LogCard(self._context, self.model)
        return _CARDS[name](self._context)

    def _is_hidden(self, name: str) -> bool:
        # A demo's world is begun anew by its bar.
        return name == "deletion" and self._context.demo

    def _render(self) -> None:
        self.banner.show_problem(self.model.state.problem)

    def _on_tab(self) -> None:
        self.show_section(SECTIONS[self._tabs.checkedId()][0])

    def _on_action(self, _action: Action, problem: Problem) -> None:
        self._context.handle(problem, self.model.refresh)


_CARDS: dict[str, Callable[[PageContext], Card]] = {
    "look": LookCard,
    "channel": ChannelCard,
    "backup": BackupCard,
    "blocked": BlockedCard,
    "notices": NoticesCard,
    "nodes": NodesCard,
    "storage": StorageCard,
    "data": DataCard,
    "deletion": DeletionCard,
}
