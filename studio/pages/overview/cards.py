"""The cards below and beside the chart."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from services.units.money import ZERO, Money
from studio.kit.format import chunks, moment, money, money_exact, short
from studio.kit.icons import Icon
from studio.kit.metrics import moved
from studio.kit.table import Cell, Column, Table, TableModel
from studio.kit.widgets import text
from studio.kit.widgets.button import Button, bare
from studio.kit.widgets.card import Card, column, reveal, row
from studio.kit.widgets.poster import Poster
from studio.kit.widgets.skeleton import skeleton_lines
from studio.kit.words import mark, tr
from studio.pages.overview.needs import NEEDS, behind, told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.wire.earnings import LatestItem, NeedOut, SaleOut, TileOut


_HELD = {"in_flight": mark("sold, on its way to the chain"), "available": mark("yours to withdraw")}


class NeedsCard(Card):
    """What waits for the creator. Signal: ``wanted(route, params)``."""

    wanted = Signal(str, dict)

    def __init__(self) -> None:
        super().__init__(tr("Needs you"))
        self._list = QVBoxLayout()
        self._list.setSpacing(12)
        self._ghost = skeleton_lines(90, 70, 80)
        self.body.addLayout(self._list)
        self._list.addWidget(self._ghost)
        self.body.addStretch(1)
        self._shown: tuple[NeedOut, ...] | None = None

    def show_needs(self, needs: tuple[NeedOut, ...]) -> None:
        """Show what waits, or that nothing does."""
        if needs == self._shown:
            return
        self._shown = needs
        while (item := self._list.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for need in needs:
            self._list.addWidget(self._line(need))
        if not needs:
            self._list.addWidget(_quiet(tr("All is well. Nothing waits for you.")))

    def _line(self, need: NeedOut) -> QWidget:
        icon, tone, _, action, route = NEEDS[need.code]
        holder = QWidget()
        button: Button = bare(tr(action), name=f"need.{need.code}", icon="arrow-right")
        button.clicked.connect(partial(self.wanted.emit, route, behind(need)))
        words = column(text.body(told(need)), spacing=4)
        words.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        line = row(spacing=12)
        line.addWidget(Icon(icon, tone), 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 1)
        holder.setLayout(line)
        return holder


def _quiet(sentence: str) -> QWidget:
    holder = QWidget()
    line = row(Icon("check", "ok"), text.muted(sentence), spacing=12)
    holder.setLayout(line)
    return holder


class LatestCard(Card):
    """The newest film and its place among the last ten. Signal: ``opened(content_id)``."""

    opened = Signal(str)

    def __init__(self) -> None:
        super().__init__(tr("Latest film"))
        self._poster = Poster(128, 72)
        self._title = text.Text(weight=text.Weight.DemiBold, wrap=True)
        self._when = text.caption()
        words = column(self._title, self._when, spacing=4)
        words.addStretch(1)
        head = row(self._poster, spacing=16)
        head.addLayout(words, 1)
        self.body.addLayout(head)
        self._earned = text.MoneyText(size=20, weight=text.Weight.DemiBold)
        self._rank = text.muted()
        self.body.addWidget(self._earned)
        self.body.addWidget(self._rank)
        self._content_id = ""
        self._open = bare(tr("Open the film"), name="overview.latest", icon="arrow-right")
        self._open.clicked.connect(self._on_open)
        self.body.addWidget(self._open, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addStretch(1)

    def _on_open(self) -> None:
        self.opened.emit(self._content_id)

    def show_latest(self, latest: LatestItem | None, poster: bytes | None) -> None:
        """Show a film, or what will be here."""
        self._poster.show_picture(poster)
        if latest is None:
            self._title.setText(tr("No film yet"))
            self._when.setText(tr("The first one you publish shows up here."))
        else:
            self._title.setText(latest.title)
            self._when.setText(tr("Published {published_at}", published_at=moment(latest.published_at)))
            self._earned.set_money(latest.earned)
            place = (
                tr("Number {rank} of your last {of} films", rank=latest.rank, of=latest.of)
                if latest.of > 1
                else tr("Your first film")
            )
            self._rank.setText(tr("{place}, by what it earned.", place=place))
        self._content_id = "" if latest is None else latest.content_id
        for part in (self._open, self._earned, self._rank):
            reveal(part, when=latest is not None)


class SalesCard(Card):
    """The last receipts. Signal: ``opened(content_id)``, of a line's film."""

    opened = Signal(str)

    def __init__(self) -> None:
        super().__init__(tr("Last receipts"), spacing=8)
        self._none = text.muted(tr("Each part that somebody buys becomes a line here."))
        self.body.addWidget(self._none)
        self.body.addStretch(1)
        self._model: TableModel[SaleOut] = TableModel(self._columns(), self)
        self._table: Table | None = None

    @property
    def table(self) -> Table:
        """The receipts; made with the first of them, for it is a third of what the page costs to make."""
        if self._table is None:
            self._table = Table(self._model, name="overview.sales", says=tr("Last receipts"))
            self._table.opened.connect(self._on_opened)
            self.body.insertWidget(self.body.indexOf(self._none) + 1, self._table)
        return self._table

    @staticmethod
    def _columns() -> list[Column[SaleOut]]:
        return [
            Column(tr("When"), lambda sale: Cell(moment(sale.at), muted=True), width=120),
            Column(tr("Film"), lambda sale: Cell(sale.title, tip=sale.title), width=0),
            Column(
                tr("Bought"), lambda sale: Cell(chunks(sale.first_chunk, sale.chunk_count)), width=100, at_need=True
            ),
            Column(tr("By"), lambda sale: Cell(short(sale.payer), muted=True, tip=sale.payer), width=116, at_need=True),
            Column(
                tr("Your share"),
                lambda sale: Cell(money_exact(sale.share), tip=tr("of {gross} paid", gross=money_exact(sale.gross))),
                width=96,
                right=True,
            ),
        ]

    def _on_opened(self, sale: SaleOut) -> None:
        self.opened.emit(sale.content_id)

    def show_sales(self, sales: Sequence[SaleOut]) -> None:
        """Show these receipts."""
        reveal(self._none, when=not sales)
        if sales:
            self._model.set_rows(sales[:6])
            self.table.fit_rows()
        if self._table is not None:
            reveal(self._table, when=bool(sales))


def tile_note(tile: TileOut, days: int) -> str:
    """Say how a figure moved, by the day or the period before; of a sum that is held and did not move, what it is."""
    if tile.name in _HELD and tile.previous in (None, tile.value):
        return tr(_HELD[tile.name])
    than = {"today": tr("than yesterday"), "period": tr("than before")}.get(tile.name)
    before = ZERO if tile.previous is None else tile.previous
    return moved(tile.value.micros, before.micros, than=than or tr("than {days} days ago", days=days))


def money_of(units: int) -> str:
    """Write a chart's value."""
    return money(Money(units))
