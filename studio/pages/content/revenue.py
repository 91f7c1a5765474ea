"""What the chosen film earned along its timeline: where people pay, and where they stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from services.units.money import ZERO, Money
from studio.kit.chart import Chart, Series
from studio.kit.format import duration, money, money_exact
from studio.kit.metrics import span
from studio.kit.problems import advice
from studio.kit.widgets import text
from studio.kit.widgets.button import bare
from studio.kit.widgets.card import Card, column
from studio.kit.widgets.figure import Figure
from studio.kit.widgets.flow import Beside, Columns
from studio.kit.words import tr, tr_count

if TYPE_CHECKING:
    from services.wire.figures import ItemFiguresOut
    from studio.pages.content.revenue_model import RevenueState


class RevenueCard(Card):
    """Hidden while no film is chosen. The area of the chart and what has no place add up to the film's earnings.

    Signal: ``lines_wanted(film)``, to the payments behind the sum.
    """

    lines_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__(spacing=12)
        self.setObjectName("content.revenue")
        self._film = ""
        self._lines = bare(tr("See its payments"), name="content.revenue.lines", icon="arrow-right")
        self._lines.clicked.connect(self._on_lines)
        named = column(
            text.lead(tr("Earned along the film")),
            text.caption(tr("your share for each part of about ten seconds"), wrap=True),
            spacing=2,
        )
        self.body.addWidget(Beside(named, self._lines, least=420))
        self._net = Figure(tr("Earned by the part"), name="content.revenue.net")
        self._paid = Figure(tr("Paid watch time"))
        self._stop = Figure(tr("Where half of the money is in"))
        self._facts = Columns(self._net, self._paid, self._stop, least=132)
        self.body.addWidget(self._facts)
        self._chart = Chart(tr("Earned along the film"), name="content.revenue.chart", height=200)
        self.body.addWidget(self._chart)
        self._words = text.muted()
        self._words.setObjectName("content.revenue.words")
        self.body.addWidget(self._words)
        self.hide()

    def show_state(self, state: RevenueState) -> None:
        """Show a film's figures, or why there are none."""
        self.setVisible(bool(state.film) and (state.figures is not None or state.problem is not None))
        figures, self._film = state.figures, state.film
        for part in (self._facts, self._chart, self._lines):
            part.setVisible(figures is not None)
        if state.problem is not None:
            self._words.setText(advice(state.problem).sentence)
            self._words.show()
        if figures is not None:
            self._show(figures)

    def _on_lines(self) -> None:
        self.lines_wanted.emit(self._film)

    def _show(self, figures: ItemFiguresOut) -> None:
        self._net.show_value(money(figures.net), money_exact(figures.net))
        self._paid.show_value(span(figures.paid_ms))
        self._stop.show_value(_half(figures))
        self._chart.show_series(series_of(figures))
        words = tr_count(figures.payments, "{count} payment", "{count} payments") + "."
        if figures.outside:
            words += tr(
                " {outside} came past this node, for no part that it knows.", outside=money_exact(figures.outside)
            )
        self._words.setText(words if figures.payments else tr("Nobody has bought a part of this film yet."))
        self._words.show()


def lines_of(film: str) -> dict[str, str]:
    """Say what the earnings page shows of a film: a year's payments."""
    return {"days": "365", "by": "item", "key": film}


def series_of(figures: ItemFiguresOut) -> Series:
    """Make the chart of a film's timeline."""
    return Series(
        labels=tuple(duration(place.start_ms) for place in figures.places),
        values=tuple(place.net.micros for place in figures.places),
        before=(),
        unit=_dollars,
        least=10_000,
        last_is_open=False,
        places=tr("parts"),
        gaps=frozenset(range(figures.free_chunks)),
    )


def _dollars(value: int) -> str:
    return money(Money(value))


def _half(figures: ItemFiguresOut) -> str:
    """Say by which part half of the money came in."""
    placed, reached = figures.net - figures.outside, ZERO
    if not placed:
        return "–"
    for place in figures.places:
        reached = reached + place.net
        if reached * 2 >= placed:
            return duration(place.end_ms)
    return "–"
