"""Films to go on with, and what is owned of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from player.parts.continue_card import ContinueCard
from player.parts.film_list import FilmList
from player.parts.film_skeleton import FilmSkeleton
from player.parts.films import FilmsViewModel
from studio.kit.format import plural
from studio.kit.widgets.empty import EmptyState
from studio.kit.widgets.page import PageFrame

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from services.client import DeskClient
    from services.wire.catalogue import ItemOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Action, Problem


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
        for part in (self._continue, self._list, self._waiting, self._empty):
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
        self._list.setVisible(bool(state.items))
        self._list.show_films(state.items or (), state.posters)
        self._empty.setVisible(state.items is not None and not state.items)
        self.subtitle.setText(plural(len(state.items), "film", "films") if state.items else "")

    def _discover(self) -> None:
        self.model.context.navigate("discover")

    def _on_action(self, _action: Action, problem: Problem) -> None:
        self.model.context.handle(problem, self.model.refresh)
