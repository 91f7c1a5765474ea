"""Films to go on with, and what is owned of them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog, QMenu

from player.parts.continue_card import ContinueCard
from player.parts.film_list import FilmList
from player.parts.film_skeleton import FilmSkeleton
from player.parts.films_view_model import FilmsViewModel, Shelf
from studio.kit.format import moment, plural
from studio.kit.widgets import text
from studio.kit.widgets.button import Button
from studio.kit.widgets.card import holder, row
from studio.kit.widgets.empty import EmptyState
from studio.kit.widgets.page import PageFrame

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from services.client import DeskClient
    from services.wire.catalogue import ItemOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Action, Problem


_SHELVES: dict[Shelf, str] = {"all": "All", "begun": "Begun", "owned": "Yours"}
_NOTHING: dict[Shelf, str] = {
    "begun": "No film waits for you to go on with it.",
    "owned": "You own no part of a film yet. What you buy stays yours and plays again without paying.",
}


def _library(desk: DeskClient, _query: str) -> Awaitable[tuple[ItemOut, ...]]:
    return desk.catalogue.library()


class LibraryPage(PageFrame):
    """Latest first."""

    def __init__(self, context: PageContext) -> None:
        super().__init__("Library")
        self.model = FilmsViewModel(context, _library, name="library")
        self._continue, self._waiting = ContinueCard(), FilmSkeleton()
        self._list = FilmList(name="library.list", says="Your films")
        self._empty = EmptyState(
            "What you watch and buy is kept here, and plays again without paying.",
            "Discover films",
            name="library.discover",
            ghost="cards",
        )
        self._empty.setMinimumHeight(420)
        self._shelves: dict[Shelf, Button] = {}
        bar = row(spacing=8)
        for shelf, words in _SHELVES.items():
            button = Button(words, "segment", name=f"library.{shelf}")
            button.clicked.connect(partial(self.model.choose_shelf, shelf))
            self._shelves[shelf] = button
            bar.addWidget(button)
        bar.addStretch(1)
        self._bar = holder(bar)
        self._none = text.muted()
        self._list.menu_wanted.connect(self._show_menu)
        for part in (self._continue, self._bar, self._list, self._none, self._waiting, self._empty):
            self.body.addWidget(part)
        self.body.addStretch(1)
        self._continue.opened.connect(self.model.open_film)
        self._list.opened.connect(self.model.open_film)
        self._empty.acted.connect(self._discover)
        self.banner.acted.connect(self._on_action)
        self.model.changed.connect(self._render)
        self._render()
        self.model.refresh()

    def _render(self) -> None:
        state = self.model.state
        self.banner.show_problem(state.problem)
        begun = state.unfinished
        self._continue.setVisible(begun is not None)
        if begun is not None:
            self._continue.show_film(begun, state.posters.get(begun.poster or ""))
        self._waiting.setVisible(state.items is None and state.problem is None)
        shown = state.shown
        self._bar.setVisible(bool(state.items))
        for shelf, button in self._shelves.items():
            button.setChecked(shelf == state.shelf)
        self._none.setVisible(bool(state.items) and not shown)
        self._none.setText(_NOTHING.get(state.shelf, ""))
        self._list.setVisible(bool(shown))
        self._list.show_films(shown, state.posters)
        self._empty.setVisible(state.items is not None and not state.items)
        words = plural(len(shown), "film", "films") if state.items else ""
        self.subtitle.setText(f"{words}, as seen {moment(state.as_of)}" if state.as_of is not None else words)

    def _show_menu(self, item: ItemOut, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setObjectName("library.menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Watch").triggered.connect(partial(self.model.open_film, item))
        menu.addAction("The creator’s channel").triggered.connect(partial(self.model.open_channel, item))
        save = menu.addAction("Save what is yours to a file…")
        save.setEnabled(item.owned_chunks > 0)
        save.triggered.connect(partial(self._choose_file, item))
        menu.popup(place)

    def _choose_file(self, item: ItemOut) -> None:
        dialog = QFileDialog(self, "Save what is yours", f"{item.title}.museclock")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(partial(self.model.export, item))
        dialog.open()

    def _discover(self) -> None:
        self.model.context.navigate("discover")

    def _on_action(self, _action: Action, problem: Problem) -> None:
        self.model.context.handle(problem, self.model.refresh)
