"""Films to find."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit, QMenu

from player.parts.continue_card import ContinueCard
from player.parts.film_list import FilmList
from player.parts.film_skeleton import FilmSkeleton
from player.parts.films_view_model import FilmsState, FilmsViewModel
from player.parts.filter_bar import FilterBar
from player.parts.missing_nodes import MissingNodes
from player.parts.report_menu import add_report_menu
from studio.kit.format import moment
from studio.kit.theme import scaled
from studio.kit.widgets import text
from studio.kit.widgets.empty import EmptyState
from studio.kit.widgets.page import PageFrame
from studio.kit.words import tr, tr_count

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from services.client import DeskClient
    from services.wire.catalogue import ItemOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Action, Problem


# The next part is asked for so many heights of the window before the end is seen.
_AHEAD = 2


def _browse(desk: DeskClient, query: str) -> Awaitable[tuple[ItemOut, ...]]:
    return desk.catalogue.browse(query=query)


class DiscoverPage(PageFrame):
    """The film that was begun, then all films, newest first."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(tr("Discover"))
        self.model = FilmsViewModel(context, _browse, name="discover", is_home=True)
        self._search = QLineEdit()
        self._search.setObjectName("discover.search")
        self._search.setPlaceholderText(tr("Search films and creators"))
        self._search.setAccessibleName(tr("Search films and creators"))
        self._search.setClearButtonEnabled(True)
        self._search.setFixedWidth(scaled(280))
        self._search.textEdited.connect(self.model.search)
        self._search.textChanged.connect(self.model.search)
        self.buttons.addWidget(self._search)
        self._continue, self._waiting = ContinueCard(), FilmSkeleton()
        self._list = FilmList(name="discover.list", says=tr("Films"), has_menu=True)
        self._empty = EmptyState("", "", name="discover.again", ghost="cards")
        self._empty.setMinimumHeight(420)
        self._missing, self._filters = MissingNodes(context), FilterBar()
        self._fresh_head = text.lead(tr("New from channels you follow"))
        self._fresh = FilmList(name="discover.fresh", says=tr("New from channels you follow"))
        self._all_head = text.lead(tr("All films"))
        self._fresh.opened.connect(self.model.open_film)
        self._filters.tag_chosen.connect(self.model.choose_tag)
        self._filters.locked_hidden.connect(lambda hides: self.model.hide_locked(hides=hides))
        rows = (self._fresh_head, self._fresh, self._all_head, self._filters)
        for part in (self._missing, self._continue, *rows, self._list, self._waiting, self._empty):
            self.body.addWidget(part)
        self.body.addStretch(1)
        self.verticalScrollBar().valueChanged.connect(self._on_scroll)
        self.verticalScrollBar().rangeChanged.connect(self._on_range)
        self._continue.opened.connect(self.model.open_film)
        self._list.opened.connect(self.model.open_film)
        self._list.menu_wanted.connect(self._show_menu)
        self._empty.acted.connect(self._clear)
        self.banner.acted.connect(self._on_action)
        self.model.changed.connect(self._render)
        self._render()
        self.model.refresh()

    def _render(self) -> None:
        state = self.model.state
        self.banner.show_problem(state.problem)
        is_home = not state.query and not state.tag
        begun = state.unfinished if is_home else None
        self._continue.setVisible(begun is not None)
        if begun is not None:
            self._continue.show_film(begun, state.posters.get(begun.poster or ""))
        self._waiting.setVisible(state.items is None and state.problem is None)
        fresh, shown = state.fresh if is_home else (), state.shown
        for row in (self._fresh_head, self._fresh, self._all_head):
            row.setVisible(bool(fresh))
        self._fresh.show_films(fresh, state.posters)
        self._filters.show_state(state)
        self._list.setVisible(bool(shown))
        self._list.show_films(shown, state.posters)
        is_unseen = state.items is None and state.problem is not None
        self._empty.setVisible(is_unseen or (state.items is not None and not shown))
        if is_unseen:
            self._empty.sentence.setText(
                tr("No films were seen on this computer before. They come as soon as the service answers.")
            )
            self._empty.button.set_text(tr("Look again"))
        elif state.query or state.tag or state.locked_away:
            self._empty.sentence.setText(_nothing_found(state))
            self._empty.button.set_text(tr("Show all films"))
        else:
            self._empty.sentence.setText(tr("No film is for sale yet. As soon as a creator publishes one, it is here."))
            self._empty.button.set_text(tr("Look again"))
        self._empty.button.setVisible(True)
        self.subtitle.setText(_count(state))

    def _show_menu(self, item: ItemOut, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setObjectName("discover.menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("Watch")).triggered.connect(partial(self.model.open_film, item))
        menu.addAction(tr("The creator’s channel")).triggered.connect(partial(self.model.open_channel, item))
        menu.addSeparator()
        menu.addAction(tr("Hide this channel")).triggered.connect(partial(self.model.hide_channel, item))
        add_report_menu(menu, partial(self.model.report, item))
        menu.popup(place)

    def _on_scroll(self, value: int) -> None:
        bar = self.verticalScrollBar()
        if bar.maximum() - value < _AHEAD * self.viewport().height():
            self.model.load_more()

    def _on_range(self) -> None:
        self._on_scroll(self.verticalScrollBar().value())

    def _clear(self) -> None:
        state = self.model.state
        if state.query or state.tag or state.locked_away:
            self.model.choose_tag("")
            self.model.hide_locked(hides=False)
            self._search.clear()
        else:
            self.model.refresh()

    def _on_action(self, _action: Action, problem: Problem) -> None:
        self.model.context.handle(problem, self.model.refresh)


def _nothing_found(state: FilmsState) -> str:
    if state.query:
        return tr("No film matches “{query}”.", query=state.query)
    if state.tag:
        return tr("No film is tagged “{tag}”.", tag=state.tag)
    return tr(
        "{locked_away} hidden: they are for members only.",
        locked_away=tr_count(state.locked_away, "{count} film is", "{count} films are"),
    )


def _count(state: FilmsState) -> str:
    if not state.items:
        return ""
    words = tr_count(len(state.shown), "{count} film", "{count} films")
    if state.as_of is not None:
        return tr("{words}, as seen {as_of}", words=words, as_of=moment(state.as_of))
    return (
        tr("{words}, {locked_away} hidden", words=words, locked_away=state.locked_away) if state.locked_away else words
    )
