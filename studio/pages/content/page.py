"""The list of films and uploads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from studio.kit.format import DASH, duration, moment, money_exact
from studio.kit.node_words import place_words
from studio.kit.pictures import PictureShelf
from studio.kit.table import Cell, Column, Table, TableModel
from studio.kit.widgets.awake_note import AwakeNote
from studio.kit.widgets.button import primary
from studio.kit.widgets.card import Card
from studio.kit.widgets.empty import EmptyState
from studio.kit.widgets.page import PageFrame
from studio.kit.widgets.skeleton import skeleton_lines
from studio.kit.words import mark, tr, tr_count
from studio.pages.content.access import AccessCard
from studio.pages.content.access_model import AccessViewModel
from studio.pages.content.films import FilmList, FilmTools
from studio.pages.content.films_model import FilmsViewModel
from studio.pages.content.place import PlaceCard
from studio.pages.content.revenue import RevenueCard, lines_of
from studio.pages.content.revenue_model import RevenueViewModel
from studio.pages.content.view_model import ContentRow, ContentViewModel, RowState

if TYPE_CHECKING:
    from PySide6.QtCore import QModelIndex

    from services.wire.figures import ItemRowOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Action, Problem
    from studio.kit.tokens import Tone

_STATES: dict[RowState, tuple[str, Tone]] = {
    "live": (mark("for sale"), "ok"),
    "queued": (mark("waiting"), "neutral"),
    "working": (mark("preparing"), "info"),
    "paused": (mark("paused"), "warn"),
    "ready": (mark("ready to publish"), "accent"),
    "publishing": (mark("publishing"), "info"),
    "failed": (mark("stopped"), "bad"),
    "cancelled": (mark("cancelled"), "neutral"),
}


def _state(row: ContentRow) -> Cell:
    words, tone = _STATES[row.state]
    if row.state != "live":
        return Cell(tr(words), tone, badge=True)
    if row.opens_at is not None:
        return Cell(tr("from {when}", when=moment(row.opens_at)), "info", badge=True, tip=tr("It is still to come."))
    tip = (
        tr("Sold by {node_name}.", node_name=row.node_name)
        if row.node_name
        else tr("Sold from this computer, while it is awake.")
    )
    return Cell(place_words(row.node_name, row.moving), "info" if row.moving else tone, badge=True, tip=tip)


def _parts(row: ContentRow) -> Cell:
    if row.chunk_count is None:
        return Cell(DASH, muted=True)
    free = tr(", {free_chunks} free", free_chunks=row.free_chunks) if row.free_chunks else ""
    words = f"{tr_count(row.chunk_count, '{count} part', '{count} parts')}{free}"
    return Cell(words, tip=words)


def _length(row: ContentRow) -> Cell:
    return Cell(DASH if row.duration_ms is None else duration(row.duration_ms))


def _columns(pictures: PictureShelf) -> list[Column[ContentRow]]:
    return [
        Column(tr("Title"), lambda row: Cell(row.title, tip=row.title, picture=pictures.of(row.poster)), width=0),
        Column(tr("State"), _state, width=184),
        Column(tr("Parts"), _parts, width=132, may_hide=True),
        Column(tr("Length"), _length, width=76, right=True, may_hide=True),
        Column(tr("Price per 10 s"), lambda row: Cell(money_exact(row.price)), width=112, right=True, at_need=True),
        Column(tr("Since"), lambda row: Cell(moment(row.at), muted=True), width=128, right=True, may_hide=True),
    ]


class ContentPage(PageFrame):
    """A creator's films and uploads."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(tr("Content"))
        self.model = ContentViewModel(context)
        self._pictures = PictureShelf(context)
        self._pictures.changed.connect(self._paint_pictures)
        self._awake = AwakeNote(name="content.awake")
        self._awake.wanted.connect(self._offer_node)
        upload = primary(tr("Upload"), name="content.upload", icon="upload")
        upload.clicked.connect(self._upload)
        self.buttons.addWidget(upload)
        self._ghost = Card()
        self._ghost.body.addWidget(skeleton_lines(100, 100, 100, 100, spacing=28, height=20))
        self._empty = EmptyState(
            tr("Your films live here. Upload the first one: it takes a minute."), tr("Upload a film"), ghost="rows"
        )
        self._empty.setMinimumHeight(400)
        self._empty.acted.connect(self._upload)
        self._card = Card(padding=12)
        self._rows: TableModel[ContentRow] = TableModel(_columns(self._pictures), self)
        self._table = Table(self._rows, name="content.table", says=tr("Films and uploads"))
        self._table.opened.connect(self._open)
        self._card.body.addWidget(self._table)
        self._place = PlaceCard()
        self._place.picked.connect(self.model.pick)
        self._place.move_wanted.connect(self.model.move)
        self._place.link_wanted.connect(self.model.copy_link)
        self._place.note.agreed.connect(self.model.agree)
        self.model.link.connect(self._on_link)
        self._table.selectionModel().currentRowChanged.connect(self._on_row)
        self._access, self._who = AccessCard(), AccessViewModel(context)
        self._access.visibility_chosen.connect(self._who.set_visibility)
        self._access.tier_chosen.connect(self._on_tier)
        self._who.changed.connect(self._render_access)
        self._revenue, self._earned = RevenueCard(), RevenueViewModel(context)
        self._earned.changed.connect(self._render_revenue)
        self._revenue.lines_wanted.connect(self._open_lines)
        self._tools, self._list, self._films = FilmTools(), FilmList(self._pictures), FilmsViewModel(context)
        self._connect_films()
        shown = (self._tools, self._card, self._list, self._revenue, self._place, self._access)
        for part in (self._awake, self._ghost, self._empty, *shown):
            self.body.addWidget(part)
        self.body.addStretch(1)
        self.banner.acted.connect(self._on_action)
        self.model.changed.connect(self._render)
        self._render()
        self.model.refresh()
        self._films.refresh()

    def _connect_films(self) -> None:
        films, tools, listed = self._films, self._tools, self._list
        tools.searched.connect(films.search)
        tools.filtered.connect(films.filter)
        tools.ordered.connect(films.sort)
        tools.several_wanted.connect(self._pick_several)
        listed.opened.connect(self._open_film)
        listed.picked.connect(self._choose)
        listed.marked.connect(films.mark)
        listed.page_wanted.connect(films.load)
        listed.pages_wanted.connect(films.load_marked)
        listed.access_wanted.connect(films.change_access)
        listed.undo_wanted.connect(films.take_back)
        listed.price_asked.connect(films.ask_price)
        listed.price_wanted.connect(films.change_price)
        films.listed.connect(listed.begin)
        films.paged.connect(listed.put)
        films.changed.connect(self._render)

    def _render(self) -> None:
        state = self.model.state
        rows = state.rows
        self.banner.show_problem(state.problem)
        self._ghost.setVisible(rows is None)
        self._empty.setVisible(rows == ())
        # One page is shown with uploads and films elsewhere; what is longer, or asked for, as the node lists it.
        films = self._films.state
        as_list = films.is_asked or films.is_long
        self._tools.setVisible(bool(rows))
        self._tools.show_count(films.total if as_list else None)
        self._tools.show_several(on=films.several)
        self._list.setVisible(bool(rows) and as_list)
        self._list.show_state(films)
        uploads = [row for row in rows or () if row.upload_id]
        self._card.setVisible(bool(uploads) if as_list else bool(rows))
        if rows is not None:
            live = sum(row.state == "live" for row in rows)
            count = max(live, films.total or 0) if not films.is_asked else live
            self.subtitle.setText(
                tr("{count} for sale", count=tr_count(count, "{count} film", "{count} films")) if rows else ""
            )
            self._rows.set_rows(uploads if as_list else rows)
            self._table.fit_rows()
        self._place.show_state(state)
        self._awake.show_films(state.here, has_nodes=bool(state.nodes))

    def _pick_several(self, on: bool) -> None:
        self._list.table.clearSelection()
        self._films.pick_several(on=on)

    def _open(self, row: ContentRow) -> None:
        if row.upload_id:
            self.model.context.navigate("upload", {"id": row.upload_id})
        else:
            self.model.context.navigate("item", {"content_id": row.content_id})

    def _on_row(self, index: QModelIndex) -> None:
        self._choose(self._rows.rows[index.row()].content_id if index.isValid() else "")

    def _open_film(self, film: ItemRowOut) -> None:
        self.model.context.navigate("item", {"content_id": str(film.content_id)})

    def _choose(self, film: str) -> None:
        self.model.choose(film)
        self._who.choose(film)
        chosen = self.model.state.chosen
        self._earned.choose(film, chosen.node if chosen is not None else "")

    def _render_access(self) -> None:
        self._access.show_state(self._who.state)

    def _open_lines(self, film: str) -> None:
        self.model.context.navigate("earnings", lines_of(film))

    def _render_revenue(self) -> None:
        self._revenue.show_state(self._earned.state)

    def _on_tier(self, tier_id: str, opens: bool) -> None:
        self._who.set_tier(tier_id, opens=opens)

    def _on_link(self, link: str, is_reachable: bool) -> None:
        QApplication.clipboard().setText(link)
        self.model.context.notify(
            tr("Link copied.")
            if is_reachable
            else tr("Link copied. It opens on this computer only, until you move the film.")
        )

    def _paint_pictures(self) -> None:
        for model, table in ((self._rows, self._table), (self._list.model, self._list.table)):
            model.forget()
            table.viewport().update()

    def _offer_node(self) -> None:
        self.model.context.navigate("settings", {"section": "nodes"})

    def _upload(self) -> None:
        self.model.context.navigate("upload")

    def _on_action(self, _action: Action, problem: Problem) -> None:
        self.model.context.handle(problem, self.model.refresh)
