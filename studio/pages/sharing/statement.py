"""The three-way statement: a line for each settlement by chain, node and desk, and where they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QGridLayout, QWidget

from studio.kit.format import chunks, day, money, short
from studio.kit.widgets import text
from studio.kit.widgets.badge import Badge
from studio.kit.widgets.button import ghost, secondary
from studio.kit.widgets.card import Card, hairline, holder
from studio.kit.widgets.choice import Choice
from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from services.units.money import Money
    from services.wire.three_way import DifferenceOut, SettlementOut, ThreeWayOut
    from studio.kit.tokens import Tone

_MOST = 60
STATEMENT_DAYS, ALL_DAYS = 90, 3_650
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_SOURCES: dict[str, str] = {
    "paid": mark("Sold by the part"),
    "subscribed": mark("Membership"),
    "collected": mark("Vouchers settled"),
    "allocated": mark("Share of the pass"),
    "withdrawn": mark("Withdrawal"),
    "charge": mark("Vouchers on their way"),
    "transfer": mark("Paid by transfer"),
    "tip": mark("Tip"),
    "membership": mark("Membership"),
    "purchase": mark("Bought by the part"),
    "refunded": mark("Given back"),
}
_CAUSES: dict[str, tuple[str, Tone]] = {
    "in_flight": (mark("in flight"), "neutral"),
    "refunded": (mark("given back"), "neutral"),
    "missing": (mark("missing"), "bad"),
    "duplicate": (mark("twice"), "bad"),
    "amount": (mark("another sum"), "bad"),
}
_BOOKS = {"chain": mark("chain"), "node": mark("node"), "desk": mark("desk")}


class StatementCard(Card):
    """Signals: ``wanted(days)``, up to today; ``kept(path)``."""

    wanted = Signal(int)
    kept = Signal(str)

    def __init__(self) -> None:
        super().__init__(tr("Three-way statement"))
        self.setObjectName("sharing.statement")
        self._make = secondary(tr("Make one"), name="sharing.statement.make", icon="receipt")
        self._save = ghost(tr("Save"), name="sharing.statement.save", icon="download")
        self._period = Choice(_periods(), name="sharing.statement.period", says=tr("Period of the statement"))
        self._make.clicked.connect(self._on_make)
        self._save.clicked.connect(self._on_save)
        for part in (self._save, self._period, self._make):
            self.head.addWidget(part)
        self._about = text.muted(
            tr("Chain, node and this desk side by side, signed. Anybody can check the file offline: "
               "museclock-node statement verify FILE.")
        )  # fmt: skip
        self.body.addWidget(self._about)
        self._sheet: QWidget | None = None
        self._shown: ThreeWayOut | None = None

    def show_statement(self, statement: ThreeWayOut | None, *, making: bool) -> None:
        """Show a statement's lines; ``making``: one is on its way."""
        self._make.setEnabled(not making)
        self._save.setVisible(statement is not None)
        if statement is self._shown:
            return
        if self._sheet is not None:
            self.body.removeWidget(self._sheet)
            self._sheet.deleteLater()
            self._sheet = None
        self._shown = statement
        if statement is not None:
            self._sheet = _sheet(statement)
            self.body.addWidget(self._sheet)

    def _on_make(self) -> None:
        self.wanted.emit(int(self._period.key))

    def _on_save(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, tr("Save the statement"), "museclock-statement.json")
        if path:
            self.kept.emit(path)


def _periods() -> tuple[tuple[str, str], ...]:
    return (
        (str(STATEMENT_DAYS), tr("Ninety days")), ("30", tr("Thirty days")), ("365", tr("A year")),
        (str(ALL_DAYS), tr("All of it")),
    )  # fmt: skip


def _sheet(statement: ThreeWayOut) -> QWidget:
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(8)
    grid.setColumnStretch(1, 1)
    for at, name in enumerate((tr("Day"), tr("Settlement"), tr("Chain"), tr("Node"), tr("Desk"))):
        head = text.caption(name)
        if at > 1:
            head.setAlignment(RIGHT)
        grid.addWidget(head, 0, at)
    grid.addWidget(hairline(), 1, 0, 1, 6)
    differences = {(one.kind, one.ref): one for one in statement.differences}
    for number, line in enumerate(reversed(statement.lines[-_MOST:])):
        _put(grid, 2 * number + 2, line, statement, differences.get((line.kind, line.ref)))
    return holder(grid)


def _put(
    grid: QGridLayout, at: int, line: SettlementOut, statement: ThreeWayOut, difference: DifferenceOut | None
) -> None:
    receipts = statement.receipts.get(line.ref, ())
    drilled = ", ".join(
        f"{short(one.content_id)} {chunks(one.first_chunk, one.chunk_count)}"
        for one in receipts[:3]
        if one.first_chunk is not None and one.chunk_count is not None
    )
    more = tr(" and {count} more", count=len(receipts) - 3) if len(receipts) > 3 else ""
    is_bought = (line.kind, line.source) == ("payment", "charge")
    what = text.Text(tr("Bought by voucher") if is_bought else tr(_SOURCES.get(line.source, line.source)))
    what.setToolTip(line.ref)
    grid.addWidget(text.Text(day(line.at), ink="muted"), at, 0)
    grid.addWidget(what, at, 1)
    for column, amount in enumerate((line.chain, line.node, line.desk), 2):
        grid.addWidget(_amount(amount), at, column)
    if difference is not None:
        words, tone = _CAUSES[difference.cause]
        told = Badge(tr(words), tone)
        told.setToolTip(tr(_BOOKS[difference.book]))
        grid.addWidget(told, at, 5)
    if drilled:
        grid.addWidget(text.muted(drilled + more), at + 1, 1, 1, 5)


def _amount(amount: Money | None) -> text.Text:
    made = text.Text("—" if amount is None else money(amount), tabular=True, ink="muted" if amount is None else "text")
    made.setAlignment(RIGHT)
    return made
