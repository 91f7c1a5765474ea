"""Films to go on with, what is owned of them, what was watched, and what is kept on this disk."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog, QMenu

from player.pages.library.downloads import DownloadsCard
from player.pages.library.downloads_model import DownloadsViewModel
from player.parts.continue_card import ContinueCard
from player.parts.film_list import FilmList
from player.parts.film_skeleton import FilmSkeleton
from player.parts.films_view_model import FilmsState, FilmsViewModel, Shelf
from player.parts.report_menu import add_report_menu
from studio.kit.format import moment
from studio.kit.widgets import text
from studio.kit.widgets.button import Button
from studio.kit.widgets.card import holder, row
from studio.kit.widgets.empty import EmptyState
from studio.kit.widgets.page import PageFrame
from studio.kit.words import mark, tr, tr_count

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from services.client import DeskClient
    from services.wire.catalogue import ItemOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Action, Problem


_SHELVES: dict[Shelf, str] = {
    "all": mark("All"),
    "begun": mark("Begun"),
    "owned": mark("Yours"),
    "history": mark("History"),
    "disk": mark("On this disk"),
}
_NOTHING: dict[Shelf, str] = {
    "begun": mark("No film waits for you to go on with it."),
    "owned": mark("You own no part of a film yet. What you buy stays yours and plays again without paying."),
    "history": mark("Nothing was watched on this device yet."),
    "disk": "",
}
_KEEPS = ("waiting", "coming", "here")


def _library(desk: DeskClient, _query: str) -> Awaitable[tuple[ItemOut, ...]]:
    return desk.catalogue.library()


class LibraryPage(PageFrame):
    """Latest first."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(tr("Library"))
        self.model = FilmsViewModel(context, _library, name="library")
        self._continue, self._waiting = ContinueCard(), FilmSkeleton()
        self._list = FilmList(name="library.list", says=tr("Your films"), has_menu=True)
        self._kept, self._disk = DownloadsViewModel(context), DownloadsCard()
        self._empty = EmptyState(
            tr("What you watch and buy is kept here, and plays again without paying."),
            tr("Discover films"),
            name="library.discover",
            ghost="cards",
        )
        self._unseen = EmptyState(
            tr("Nothing of your library is lost: it comes as soon as the service answers."),
            tr("Look again"),
            name="library.again",
            ghost="cards",
        )
        for none in (self._empty, self._unseen):
            none.setMinimumHeight(420)
        self._shelves: dict[Shelf, Button] = {}
        bar = row(spacing=8)
        for shelf, words in _SHELVES.items():
            button = Button(tr(words), "segment", name=f"library.{shelf}")
            button.clicked.connect(partial(self.model.choose_shelf, shelf))
            self._shelves[shelf] = button
            bar.addWidget(button)
        bar.addStretch(1)
        self._bar = holder(bar)
        self._none = text.muted()
        self._list.menu_wanted.connect(self._show_menu)
        nothing = (self._none, self._waiting, self._empty, self._unseen)
        for part in (self._continue, self._bar, self._list, self._disk, *nothing):
            self.body.addWidget(part)
        self.body.addStretch(1)
        self._disk.film_wanted.connect(self._watch)
        self._disk.again.connect(self._kept.keep)
        self._disk.free.connect(self._kept.free)
        self._disk.limited.connect(self._kept.limit)
        self._kept.changed.connect(self._render)
        self._continue.opened.connect(self.model.open_film)
        self._list.opened.connect(self.model.open_film)
        self._empty.acted.connect(self._discover)
        self._unseen.acted.connect(self.model.refresh)
        self.banner.acted.connect(self._on_action)
        self.model.changed.connect(self._render)
        self._render()
        self.model.refresh()
        self._kept.refresh()

    def _render(self) -> None:
        state = self.model.state
        self.banner.show_problem(state.problem)
        begun = state.unfinished
        self._continue.setVisible(begun is not None and state.shelf == "all")
        if begun is not None:
            self._continue.show_film(begun, state.posters.get(begun.poster or ""))
        self._waiting.setVisible(state.items is None and state.problem is None)
        shown = state.shown
        self._bar.setVisible(bool(state.items))
        for shelf, button in self._shelves.items():
            button.setChecked(shelf == state.shelf)
        is_disk = state.shelf == "disk" and bool(state.items)
        self._disk.setVisible(is_disk)
        self._disk.show_state(self._kept.state)
        self._none.setVisible(bool(state.items) and not shown and not is_disk)
        self._none.setText(tr(_NOTHING[state.shelf]) if state.shelf in _NOTHING and not is_disk else "")
        self._list.setVisible(bool(shown) and not is_disk)
        self._list.show_films(() if is_disk else shown, state.posters)
        self._empty.setVisible(state.items is not None and not state.items)
        self._unseen.setVisible(state.items is None and state.problem is not None)
        self.subtitle.setText(_count(state))

    def _show_menu(self, item: ItemOut, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setObjectName("library.menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("Watch")).triggered.connect(partial(self.model.open_film, item))
        menu.addAction(tr("The creator’s channel")).triggered.connect(partial(self.model.open_channel, item))
        menu.addSeparator()
        if item.kept in _KEEPS:
            menu.addAction(tr("Take off this disk")).triggered.connect(partial(self._kept.free, item.content_id))
        else:
            keep = menu.addAction(tr("Keep on this disk"))
            keep.setEnabled(item.may_keep)
            keep.triggered.connect(partial(self._keep, item))
        save = menu.addAction(tr("Save what is yours to a file…"))
        save.setEnabled(item.owned_chunks > 0)
        save.triggered.connect(partial(self._choose_file, item))
        if item.owned_chunks:
            menu.addAction(tr("Receipts, and money back…")).triggered.connect(partial(self._show_receipts, item))
        add_report_menu(menu, partial(self.model.report, item))
        menu.popup(place)

    def _keep(self, item: ItemOut) -> None:
        self.model.choose_shelf("disk")
        self._kept.keep(item.content_id)

    def _watch(self, content_id: str) -> None:
        self.model.context.navigate("watch", {"content_id": content_id})

    def _show_receipts(self, item: ItemOut) -> None:
        self.model.context.navigate("watch", {"content_id": item.content_id, "beside": "receipts"})

    def _choose_file(self, item: ItemOut) -> None:
        dialog = QFileDialog(self, tr("Save what is yours"), f"{item.title}.museclock")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(partial(self.model.export, item))
        dialog.open()

    def _discover(self) -> None:
        self.model.context.navigate("discover")

    def _on_action(self, _action: Action, problem: Problem) -> None:
        self.model.context.handle(problem, self.model.refresh)


def _count(state: FilmsState) -> str:
    if not state.items:
        return ""
    words = tr_count(len(state.shown), "{count} film", "{count} films")
    return words if state.as_of is None else tr("{films}, as seen {moment}", films=words, moment=moment(state.as_of))
