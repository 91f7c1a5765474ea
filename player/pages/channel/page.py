"""A creator as viewers see them: name and films."""

from __future__ import annotations

from typing import TYPE_CHECKING

from player.parts.film_list import FilmList
from player.parts.film_skeleton import FilmSkeleton
from player.parts.films import FilmsViewModel
from studio.kit.format import plural, short
from studio.kit.widgets.empty import EmptyState
from studio.kit.widgets.page import PageFrame

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

    from services.client import DeskClient
    from services.wire.catalogue import ItemOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Action, Problem


def _browse(desk: DeskClient, _query: str) -> Awaitable[tuple[ItemOut, ...]]:
    return desk.catalogue.browse(limit=100)


class ChannelPage(PageFrame):
    """``open`` takes {"creator": address, "name": …}."""

    def __init__(self, context: PageContext) -> None:
        super().__init__("Channel")
        self._creator = ""
        self.model = FilmsViewModel(context, _browse, self._is_theirs)
        self._waiting = FilmSkeleton()
        self._list = FilmList(name="channel.list", says="Films of this creator")
        self._empty = EmptyState("This creator has no film for sale.", "Discover films", ghost="cards")
        self._empty.setMinimumHeight(420)
        for part in (self._list, self._waiting, self._empty):
            self.body.addWidget(part)
        self.body.addStretch(1)
        self._list.opened.connect(self.model.open_film)
        self._empty.acted.connect(self._discover)
        self.banner.acted.connect(self._on_action)
        self.model.changed.connect(self._render)
        self._render()

    def open(self, params: Mapping[str, str]) -> None:
        """Show a creator."""
        self._creator = params.get("creator", "")
        self.title.setText(params.get("name") or short(self._creator))
        self.model.refresh()

    def _is_theirs(self, item: ItemOut) -> bool:
        return item.creator == self._creator

    def _render(self) -> None:
        state = self.model.state
        self.banner.show_problem(state.problem)
        self._waiting.setVisible(state.items is None and state.problem is None)
        self._list.setVisible(bool(state.items))
        self._list.show_films(state.items or (), state.posters)
        self._empty.setVisible(state.items is not None and not state.items)
        self.subtitle.setText(plural(len(state.items), "film", "films") if state.items else "")

    def _discover(self) -> None:
        self.model.context.navigate("discover")

    def _on_action(self, _action: Action, problem: Problem) -> None:
        self.model.context.handle(problem, self.model.refresh)
