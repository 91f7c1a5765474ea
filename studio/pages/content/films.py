"""The table of own films with its tools: search, filter, order, and what is done with many at once."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Signal
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QWidget

from studio.kit.format import duration, moment, money, money_exact, number
from studio.kit.paged import MOST_HERE, PagedTableModel
from studio.kit.problems import advice
from studio.kit.table import Cell, Column, Table
from studio.kit.theme import scaled
from studio.kit.widgets import text
from studio.kit.widgets.ask_back import AskBack
from studio.kit.widgets.button import bare, ghost, secondary
from studio.kit.widgets.card import Card
from studio.kit.widgets.choice import Choice
from studio.kit.widgets.flow import Flow
from studio.kit.widgets.money_field import MoneyField
from studio.kit.words import mark, tr, tr_count

if TYPE_CHECKING:
    from services.wire.figures import ItemPageOut, ItemRowOut
    from studio.kit.pictures import PictureShelf
    from studio.kit.tokens import Tone
    from studio.pages.content.films_model import FilmsState

ACCESS = (
    ("", mark("All films")),
    ("chunks", mark("By the part")),
    ("members", mark("Members only")),
    ("public", mark("For everybody")),
)
ARCHIVED = ("archived", mark("Archived"))
ORDERS = (
    ("newest", mark("Newest first")),
    ("earned", mark("Earned most")),
    ("title", mark("By title")),
    ("price", mark("Dearest first")),
    ("length", mark("Longest first")),
)
_BADGES: dict[str, tuple[str, Tone]] = {
    "chunks": (mark("by the part"), "ok"),
    "members": (mark("members only"), "accent"),
    "public": (mark("for everybody"), "info"),
}
_SEEN = 10


def _access(film: ItemRowOut) -> Cell:
    if film.takedown:
        return Cell(tr("taken down"), "bad", badge=True, tip=tr("A moderator of the node took it down."))
    if film.is_archived:
        return Cell(tr("archived"), "neutral", badge=True, tip=tr("Open it to bring it back."))
    if film.opens_at is not None:
        return Cell(tr("from {when}", when=moment(film.opens_at)), "info", badge=True, tip=tr("It is still to come."))
    words, tone = _BADGES[film.visibility]
    return Cell(tr(words), tone, badge=True)


def film_columns(pictures: PictureShelf | None) -> list[Column[ItemRowOut]]:
    """Give the columns of the films; without a shelf there are no pictures before the titles."""

    def title(film: ItemRowOut) -> Cell:
        return Cell(film.title, tip=film.title, picture=pictures.of(film.poster) if pictures else None)

    return [
        Column(tr("Title"), title, width=0),
        Column(tr("Who can watch"), _access, width=132),
        Column(tr("Length"), lambda film: Cell(duration(film.duration_ms)), width=72, right=True, may_hide=True),
        Column(
            tr("Price per 10 s"),
            lambda film: Cell(money_exact(film.price_per_ten_seconds)),
            width=110,
            right=True,
            at_need=True,
        ),
        Column(
            tr("Payments"), lambda film: Cell(number(film.payments), muted=True), width=84, right=True, may_hide=True
        ),
        Column(tr("Earned"), lambda film: Cell(money(film.net), tip=money_exact(film.net)), width=92, right=True),
        Column(
            tr("Since"), lambda film: Cell(moment(film.published_at), muted=True), width=124, right=True, may_hide=True
        ),
    ]


class FilmTools(Card):
    """Signals: ``searched(text)``, ``filtered(access)``, ``ordered(order)``, ``several_wanted(on)``."""

    searched = Signal(str)
    filtered = Signal(str)
    ordered = Signal(str)
    several_wanted = Signal(bool)

    def __init__(self) -> None:
        super().__init__(padding=12)
        self.search = QLineEdit()
        self.search.setObjectName("content.search")
        self.search.setAccessibleName(tr("Find a film by its title"))
        self.search.setPlaceholderText(tr("Find by title"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(scaled(320))
        self.search.textChanged.connect(self.searched)
        access = Choice(
            [(key, tr(words)) for key, words in (*ACCESS, ARCHIVED)], name="content.filter", says=tr("Which films")
        )
        access.picked.connect(self.filtered)
        order = Choice([(key, tr(words)) for key, words in ORDERS], name="content.order", says=tr("In which order"))
        order.picked.connect(self.ordered)
        self._several = ghost(tr("Change several"), name="content.several", icon="check")
        self._several.clicked.connect(self._on_several)
        self._is_several = False
        self._count = text.muted(wrap=False)
        self.search.setMinimumWidth(scaled(180))
        self.body.addLayout(Flow(self.search, access, order, self._several, self._count, spacing=8, apart=True))

    def show_several(self, *, on: bool) -> None:
        """Offer to pick several films, or the way back."""
        self._is_several = on
        self._several.set_text(tr("Done") if on else tr("Change several"))

    def _on_several(self) -> None:
        self.several_wanted.emit(not self._is_several)

    def show_count(self, total: int | None) -> None:
        """Say how many films fit."""
        self._count.setText("" if total is None else tr_count(total, "{count} film", "{count} films"))


class FilmList(Card):
    """All films that fit, however many.

    Signals: ``opened(film)``, ``picked(id)`` for one, ``marked(ids)`` for some, ``page_wanted(offset)`` for what is
    looked at, ``pages_wanted(offsets)`` for what is marked and not here,
    ``access_wanted(visibility)``, ``undo_wanted``, ``price_asked(price)`` with None to leave it, ``price_wanted``.
    """

    opened = Signal(object)
    picked = Signal(str)
    marked = Signal(object)
    page_wanted = Signal(int)
    pages_wanted = Signal(object)
    access_wanted = Signal(str)
    undo_wanted = Signal()
    price_asked = Signal(object)
    price_wanted = Signal(object)

    def __init__(self, pictures: PictureShelf | None = None) -> None:
        super().__init__(padding=12, spacing=8)
        self.model: PagedTableModel[ItemRowOut] = PagedTableModel(film_columns(pictures), self)
        self.model.page_wanted.connect(self.page_wanted)
        self.table = Table(self.model, name="content.films", says=tr("Films"))
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.opened.connect(self.opened)
        self.table.selectionModel().selectionChanged.connect(self._on_selection)
        self._busy = False
        self._awaited: set[int] = set()
        """Offsets of pages with marked films that are on their way."""
        self._none = text.muted(tr("No film fits these words and filters."))
        self._none.setContentsMargins(12, 8, 12, 16)
        self._words = text.muted(wrap=False)
        self._changes = [secondary(tr(words), name=f"content.many.{key}") for key, words in ACCESS[1:]]
        for (key, _), button in zip(ACCESS[1:], self._changes, strict=True):
            button.clicked.connect(partial(self.access_wanted.emit, key))
        self._undo = bare(tr("Undo"), name="content.many.undo", icon="retry")
        self._undo.clicked.connect(self.undo_wanted)
        self._build_price()
        self._all = ghost(tr("Mark all"), name="content.many.all")
        self._all.clicked.connect(self._on_all)
        line = Flow(self._words, self._all, *self._changes, self._amount, self._reprice, self._undo, spacing=8)
        self._bar = QWidget()
        self._bar.setLayout(line)
        line.setContentsMargins(12, 4, 12, 4)
        self._problem = text.Text(ink="bad", wrap=True)
        for part in (self._bar, self._ask, self._problem, self.table, self._none):
            self.body.addWidget(part)

    def _build_price(self) -> None:
        self._amount = MoneyField(name="content.many.amount", says=tr("Price per 10 seconds for all of them"))
        self._amount.setMaximumWidth(scaled(120))
        self._amount.edited.connect(self._show_can_price)
        self._reprice = secondary(tr("Set price"), name="content.many.price")
        self._reprice.clicked.connect(self._on_price)
        self._ask = AskBack(tr("Yes, from now on"), tr("Keep the prices"), name="content.many.price")
        self._ask.setContentsMargins(12, 4, 12, 8)
        self._ask.sure.connect(self._on_sure)
        self._ask.kept.connect(self._on_keep)

    def begin(self, page: ItemPageOut) -> None:
        """Show another list."""
        self.model.begin(page.total, page.rows)
        self._awaited.clear()
        self._all.set_text(
            tr("Mark all {count}", count=number(page.total))
            if page.total <= MOST_HERE
            else tr("Mark the first {count}", count=number(MOST_HERE))
        )
        self.table.setVisible(page.total > 0)
        self._none.setVisible(page.total == 0)
        self.table.fit_rows(_SEEN)

    def put(self, page: ItemPageOut) -> None:
        """Take over another page of the list."""
        self.model.put(page.offset, page.rows)
        if page.offset in self._awaited:
            self._awaited.discard(page.offset)
            self._on_selection()

    def show_state(self, state: FilmsState) -> None:
        """Show what can be done with the marked films, and what went wrong."""
        count = len(state.chosen)
        self._bar.setVisible(count > 1 or state.can_undo or state.several)
        self._all.setVisible(state.several)
        self._busy = state.busy
        for part in (self._amount, self._reprice):
            part.setVisible(count > 1)
        self._show_can_price()
        self._ask.setVisible(state.price is not None and count > 1)
        if state.price is not None:
            self._ask.say(
                tr(
                    "From now on {films} cost {price} per 10 seconds. What was bought stays bought. Who is watching is "
                    "shown the new price before anything is paid.",
                    films=tr_count(count, "{count} film", "{count} films"),
                    price=money_exact(state.price),
                )
            )
        if count > 1:
            self._words.setText(tr_count(count, "{count} film:", "{count} films:"))
        else:
            hint = tr("Reading the films…") if state.reading else tr("Mark films with Ctrl or Shift, or all of them.")
            self._words.setText(tr("Changed.") if state.can_undo and not state.reading else hint)
        for button in self._changes:
            button.setVisible(count > 1)
            button.setEnabled(not state.busy)
        self._undo.setVisible(state.can_undo)
        self._undo.setEnabled(not state.busy)
        said = self._what_failed(state)
        self._problem.setVisible(bool(said))
        self._problem.setText(said)

    def _what_failed(self, state: FilmsState) -> str:
        problem = state.unchanged or state.problem
        lines = [] if problem is None else [advice(problem).sentence]
        if state.failed:
            lines.append(self._what_was_done(state))
            lines += [f"“{title}”: {advice(why).sentence}" for title, why in state.failed]
        return "\n".join(lines)

    @staticmethod
    def _what_was_done(state: FilmsState) -> str:
        if state.repriced is None:
            return tr("These keep the new price:")
        done = tr_count(state.repriced, "{count} film has the new price.", "{count} films have the new price.")
        return tr("{done} Not changed:", done=done)

    def _show_can_price(self) -> None:
        self._reprice.setEnabled(bool(self._amount.money) and not self._busy)

    def _on_price(self) -> None:
        self.price_asked.emit(self._amount.money)

    def _on_keep(self) -> None:
        self.price_asked.emit(None)

    def _on_sure(self) -> None:
        films = [self.model.row_at(row) for row in self._marked()]
        self.price_wanted.emit({str(film.content_id): film.title for film in films if film is not None})

    def _on_all(self) -> None:
        """Mark all that fit, also those that were never looked at, as far as they can be here at once."""
        last = min(self.model.rowCount(), MOST_HERE) - 1
        whole = QItemSelection(self.model.index(0, 0), self.model.index(last, self.model.columnCount() - 1))
        self.table.selectionModel().select(whole, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _marked(self) -> tuple[int, ...]:
        spans: Any = self.table.selectionModel().selection()  # a list of ranges, though its types don't say so
        rows = (row for span in spans for row in range(span.top(), span.bottom() + 1))
        return tuple(islice(rows, MOST_HERE))

    def _on_selection(self) -> None:
        rows = self._marked()
        lacking = self.model.lacking(rows)
        if lacking:
            # Nothing is marked by halves: what is counted is what a change will reach.
            self.marked.emit(())
            wanted = tuple(offset for offset in lacking if offset not in self._awaited)
            self._awaited |= set(lacking)
            if wanted:
                self.pages_wanted.emit(wanted)
            return
        films = [self.model.row_at(row) for row in rows]
        ids = tuple(str(film.content_id) for film in films if film is not None)
        self.marked.emit(ids)
        self.picked.emit(ids[0] if len(ids) == 1 else "")
