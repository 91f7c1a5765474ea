"""The months of the pass, each in a sentence, with what keeps it from being paid; and earned against paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from services.units.money import Money, total
from studio.kit.chart import Chart, Series
from studio.kit.format import day, money, money_exact, month, plural
from studio.kit.widgets import text
from studio.kit.widgets.ask_back import AskBack
from studio.kit.widgets.badge import Badge
from studio.kit.widgets.button import bare, primary
from studio.kit.widgets.card import Card, column, hairline, holder, row
from studio.kit.widgets.fields import Fact
from studio.kit.widgets.tick import Tick
from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from services.wire.passes import MonthShareOut, SharingOut
    from studio.kit.tokens import Tone

_TASKS: dict[str, str] = {
    "kyc:not_started": mark("Ask for verification"),
    "kyc:pending": mark("The node's operator has to decide about your verification"),
    "kyc:rejected": mark("Ask for verification again"),
    "kyc:expired": mark("Renew your verification"),
    "document:identity": mark("Bring a document that shows who you are"),
    "document:residence": mark("Bring a document that shows where you live"),
    "document:business": mark("Bring your business' papers"),
    "listed": mark("Write to the node's operator: this account is on a list that must not be paid"),
}
_STATES: dict[str, tuple[str, Tone]] = {
    "due": (mark("Due"), "warn"),
    "planned": (mark("Announced"), "neutral"),
    "paid": (mark("Paid"), "ok"),
}


class MonthsCard(Card):
    """Asks back before anything moves. Signals: ``pay_wanted``, ``tasks_wanted`` (to the page where they are done)."""

    pay_wanted = Signal()
    tasks_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(tr("Months"))
        self.setObjectName("sharing.months")
        self._due = text.Text(tabular=True, weight=text.Weight.DemiBold)
        self._pay = primary(tr("Pay now"), name="sharing.pay", icon="payouts")
        self._pay.clicked.connect(self._on_pay)
        self._ask = AskBack(tr("Pay now"), tr("Not now"), name="sharing.pay")
        self._ask.sure.connect(self._on_sure)
        self._ask.kept.connect(self._on_kept)
        self._ask.hide()
        self.head.addWidget(self._due)
        self.head.addWidget(self._pay)
        self.body.addWidget(self._ask)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(12)
        self.body.addLayout(self._lines)
        self._shown: tuple[MonthShareOut, ...] | None = None

    def show_sharing(self, sharing: SharingOut, *, busy: bool) -> None:
        """Show the months; what can go out is offered at the top."""
        due = [one.paid for one in sharing.months if one.state == "due" and not one.missing]
        ready = bool(due)
        self._due.setText(tr("{due} due", due=money(sharing.due)) if sharing.due else "")
        if not ready:
            self._ask.hide()
        self._pay.setVisible(ready and self._ask.isHidden())
        self._pay.setEnabled(not busy)
        self._ask.say(
            tr(
                "{sum} goes from the Escrow's pool to your own balance there, less the platform's tenth. The node pays "
                "the network's fee; you pay none.",
                sum=money_exact(total(due)),
            )
        )
        if sharing.months == self._shown:
            return
        self._shown = sharing.months
        while (item := self._lines.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        if not sharing.months:
            self._lines.addWidget(text.muted(tr("A month is shared out a day after its end; yours will be here.")))
        for at, one in enumerate(sharing.months):
            if at:
                self._lines.addWidget(hairline())
            self._lines.addWidget(self._line(one))

    def _on_pay(self) -> None:
        self._ask.show()
        self._pay.hide()

    def _on_kept(self) -> None:
        self._ask.hide()
        self._pay.show()

    def _on_sure(self) -> None:
        self._on_kept()
        self.pay_wanted.emit()

    def _line(self, one: MonthShareOut) -> QWidget:
        words, tone = _STATES[one.state]
        head = row(text.Text(_name(one), weight=text.Weight.DemiBold), Badge(tr(words), tone))
        head.addStretch(1)
        head.addWidget(text.Text(money(one.paid), tabular=True, weight=text.Weight.DemiBold))
        told = column(spacing=4)
        told.addLayout(head)
        told.addWidget(text.muted(explained(one)))
        if one.missing:
            told.addWidget(self._tasks(one))
        return holder(told)

    def _tasks(self, one: MonthShareOut) -> QWidget:
        """List what is missing for a payout, each as a task."""
        tasks = column(spacing=2)
        for missing in one.missing:
            known = tr(_TASKS[missing]) if missing in _TASKS else tr("Wait for the case below, or object to it")
            tasks.addWidget(text.body(f"○  {known}"))
        if any(missing.startswith(("kyc", "document")) for missing in one.missing):
            go = bare(tr("Go to verification"), name=f"sharing.tasks.{one.month}", icon="arrow-right")
            go.clicked.connect(self.tasks_wanted)
            line = row(go)
            line.addStretch(1)
            tasks.addLayout(line)
        return holder(tasks)


class SmoothingCard(Card):
    """Earned against paid, month by month, with what is held. Signal: ``chosen(is_on)``."""

    chosen = Signal(bool)

    def __init__(self) -> None:
        super().__init__(tr("Smoothed payouts"))
        self.setObjectName("sharing.smoothing")
        self._switch = Tick(tr("Even my payouts out"))
        self._switch.setObjectName("sharing.smooth")
        self._switch.setAccessibleName(tr("Even my payouts out"))
        self._switch.clicked.connect(self.chosen)
        self.head.addWidget(self._switch)
        self.body.addWidget(
            text.muted(tr("Part of a good month waits for a weaker one, at most one and a half months' level. It is "
                          "your own money only: nobody is advanced anything, and switching it off pays all of it."))
        )  # fmt: skip
        self._held, self._level = Fact(tr("Held for you"), strong=True), Fact(tr("Level of your payouts"))
        self.body.addWidget(self._held)
        self.body.addWidget(self._level)
        self._legend = text.caption(tr("Bars: paid out. Dashed: earned."))
        self._chart = Chart(tr("Earned against paid"), name="sharing.chart", height=220)
        self._reserve_title = text.caption(tr("Held afterwards"))
        self._reserve = Chart(tr("Held afterwards"), name="sharing.reserve", height=130)
        for part in (self._legend, self._chart, self._reserve_title, self._reserve):
            self.body.addWidget(part)

    def show_sharing(self, sharing: SharingOut, *, busy: bool) -> None:
        """Show how it stands."""
        self._switch.setChecked(sharing.is_smoothed)
        self._switch.setEnabled(not busy)
        self._held.show_value(money(sharing.reserve))
        self._level.show_value(tr("from the next month on") if sharing.level is None else money(sharing.level))
        self._level.setVisible(sharing.is_smoothed)
        months = tuple(reversed(sharing.months))
        for part in (self._legend, self._chart):
            part.setVisible(bool(months))
        has_reserve = any(one.reserve for one in months)
        for part in (self._reserve_title, self._reserve):
            part.setVisible(has_reserve)
        if months:
            self._chart.show_series(_series(months, "paid"))
        if has_reserve:
            self._reserve.show_series(_series(months, "reserve"))


def explained(one: MonthShareOut) -> str:
    """Say in a sentence where a month's money came from, and what became of it."""
    if one.month.endswith("/left"):
        return tr("You ended smoothing: all that was held for you.")
    if "/refund-" in one.month:
        return tr("You gave this back to a holder; the pool returns it to you.")
    people = plural(one.watchers, tr("person"), tr("people"))
    told = tr(
        "{people} watched you; your share of their fees was {earned}, a tenth of it the platform's.",
        people=people, earned=money(one.earned),
    )  # fmt: skip
    if one.paid != one.earned:
        told += " " + tr("Paid out: {paid}; held: {reserve}.", paid=money(one.paid), reserve=money(one.reserve))
    if one.state == "planned" and one.ready_at is not None:
        told += " " + tr("The Escrow pays on {day}.", day=day(one.ready_at))
    return told


def _name(one: MonthShareOut) -> str:
    return month(one.month.partition("/")[0])


def _series(months: tuple[MonthShareOut, ...], of: str) -> Series:
    values = tuple(one.paid.micros if of == "paid" else one.reserve.micros for one in months)
    return Series(
        labels=tuple(_name(one) for one in months),
        values=values,
        before=tuple(one.earned.micros for one in months) if of == "paid" else (),
        unit=lambda value: money(Money(value)),
        last_is_open=False,
        adds_up=of == "paid",
        places=tr("months"),
        before_is=tr("earned"),
    )
