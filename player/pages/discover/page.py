"""Films to find."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit

from player.parts.continue_card import ContinueCard
from player.parts.film_list import FilmList
from player.parts.film_skeleton import FilmSkeleton
from player.parts.films import FilmsViewModel
from player.parts.missing_nodes import MissingNodes
from studio.kit.format import plural
from studio.kit.widgets.empty import EmptyState
from studio.kit.widgets.page import PageFrame

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from services.client import DeskClient
    from services.wire.catalogue import ItemOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Action, Problem


def _browse(desk: DeskClient, query: str) -> Awaitable[tuple[ItemOut, ...]]:
    return desk.catalogue.browse(query=query)


class DiscoverPage(PageFrame):
    """The film that was begun, then all films, newest first."""

    def __init__(self, context: PageContext) -> None:
        super().__init__("Discover")
        self.model = FilmsViewModel(context, _browse)
        self._search = QLineEdit()
        self._search.setObjectName("discover.search")
        self._search.setPlaceholderText("Search films and creators")
        self._search.setAccessibleName("Search films and creators")
        self._search.setClearButtonEnabled(True)
        self._search.setFixedWidth(280)
        self._search.textEdited.connect(self.model.search)
        self._search.textChanged.connect(self.model.search)
        self.buttons.addWidget(self._search)
        self._continue, self._waiting = ContinueCard(), FilmSkeleton()
        self._list = FilmList(name="discover.list", says="Films")
        self._empty = EmptyState("", "", name="discover.again", ghost="cards")
        self._empty.setMinimumHeight(420)
        self._missing = MissingNodes(context)
        for part in (self._missing, self._continue, self._list, self._waiting, self._empty):
            self.body.addWidget(part)
        self.body.addStretch(1)
        self._continue.opened.connect(self.model.open_film)
        self._list.opened.connect(self.model.open_film)
        self._empty.acted.connect(self._clear)
        self.banner.acted.connect(self._on_action)
        self.model.changed.connect(self._render)
        self._render()
        self.model.refresh()

    def _render(self) -> None:
        state = self.model.state
        self.banner.show_problem(state.problem)
        begun = state.unfinished if not state.query else None
        self._continue.setVisible(begun is not None)
        if begun is not None:
            self._continue.show_film(begun, state.posters.get(begun.poster or ""))
        self._waiting.setVisible(state.items is None and state.problem is None)
        self._list.setVisible(bool(state.items))
        self._list.show_films(state.items or (), state.posters)
        self._empty.setVisible(state.items is not None and not state.items)
        if state.query:
            self._empty.sentence.setText(f"No film matches “{state.query}”.")
            self._empty.button.set_text("Show all films")
        else:
            self._empty.sentence.setText("No film is for sale yet. As soon as a creator publishes one, it is here.")
            self._empty.button.set_text("Look again")
        self._empty.button.setVisible(True)
        self.subtitle.setText(plural(len(state.items), "film", "films") if state.items else "")

    def _clear(self) -> None:
        if self.model.state.query:
            self._search.clear()
        else:
            self.model.refresh()

    def _on_action(self, _action: Action, problem: Problem) -> None:
        self.model.context.handle(problem, self.model.refresh)
