"""The panel beside the film: what was paid for it, sitting by sitting and part by part."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QMenu, QScrollArea, QVBoxLayout, QWidget

from player.core.sittings import Sitting, sittings
from player.parts.receipt_states import STATES, paid_by
from studio.kit.format import DASH, chunks, moment, money_exact
from studio.kit.theme import eased
from studio.kit.widgets import text
from studio.kit.widgets.badge import Badge
from studio.kit.widgets.button import bare
from studio.kit.widgets.card import column, hairline, row
from studio.kit.widgets.skeleton import skeleton_lines
from studio.kit.words import mark, tr, tr_count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.units.money import Money
    from services.wire.desk import ReceiptOut
    from studio.kit.tokens import Tone

WIDTH = 320


_REASONS = (mark("It did not play"), mark("It is not what it says it is"), mark("Paid by mistake"))
_ASKED: dict[str, tuple[str, Tone]] = {
    "asked": (mark("money asked back"), "info"),
    "received": (mark("on its way back"), "info"),
    "paid": (mark("given back"), "ok"),
    "refused": (mark("not given back"), "bad"),
    "failed": (mark("being looked up"), "warn"),
}


class ReceiptPanel(QFrame):
    """Newest first. Signal: ``report_wanted(receipt, reason)`` asks the creator for the money of a line."""

    report_wanted = Signal(object, str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("watch.receipts")
        self.setProperty("kit", "rail")
        self.setFixedWidth(eased(WIDTH))
        self._shown: tuple[ReceiptOut, ...] | None = None
        self._asked: dict[str, str] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 20)
        layout.setSpacing(12)
        self._total = text.figure(size=20)
        layout.addWidget(text.lead(tr("Receipts")))
        layout.addLayout(column(self._total, text.caption(tr("paid for this film, ever")), spacing=2))
        layout.addWidget(hairline())
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # The panel's own ground shows through; the view's style would lay the page's over it.
        self._area.setStyleSheet("QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; }")
        layout.addWidget(self._area, 1)
        self._area.setWidget(skeleton_lines(90, 60, 90, 60))

    def show_receipts(
        self, receipts: tuple[ReceiptOut, ...] | None, spent: Money, asked: Mapping[str, str] | None = None
    ) -> None:
        """Show the lines and their sum; None while they are being read. asked: by receipt, how a refund stands."""
        self._total.setText(money_exact(spent))
        known = dict(asked or {})
        if receipts is None or (receipts, known) == (self._shown, self._asked):
            return
        self._shown, self._asked = receipts, known
        lines = QWidget()
        layout = QVBoxLayout(lines)
        layout.setContentsMargins(0, 0, 8, 0)
        layout.setSpacing(12)
        for at, sitting in enumerate(sittings(receipts)):
            if at:
                layout.addWidget(hairline())
            layout.addLayout(_head(sitting))
            for receipt in sitting.receipts:
                layout.addLayout(self._line(receipt, known.get(receipt.receipt, "")))
        if not receipts:
            layout.addWidget(text.muted(tr("Nothing yet. Free parts need no receipt.")))
        layout.addStretch(1)
        self._area.setWidget(lines)

    def _line(self, receipt: ReceiptOut, asked: str) -> QVBoxLayout:
        made = _line(receipt, asked)
        if receipt.state in ("keyed", "disputed") and receipt.receipt and receipt.amount and not asked:
            report = bare(tr("Report a problem"), name="watch.receipt.report")
            report.clicked.connect(partial(self._ask_why, receipt, report))
            made.addWidget(report, 0, Qt.AlignmentFlag.AlignLeft)
        return made

    def _ask_why(self, receipt: ReceiptOut, button: QWidget) -> None:
        menu = QMenu(self)
        menu.setObjectName("watch.receipt.reasons")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addSection(tr("Ask for {amount} back", amount=money_exact(receipt.amount)))
        for reason in _REASONS:
            menu.addAction(tr(reason)).triggered.connect(partial(self.report_wanted.emit, receipt, reason))
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))


def _head(sitting: Sitting) -> QVBoxLayout:
    parts = tr_count(sitting.parts, "{count} part", "{count} parts")
    words = tr("{paid} for {parts}", paid=money_exact(sitting.paid), parts=parts)
    sum_line = text.caption(words)
    sum_line.setObjectName("watch.sitting")
    return column(
        text.Text(tr("Sitting of {moment}", moment=moment(sitting.began_at)), weight=text.Weight.DemiBold),
        sum_line,
        spacing=2,
    )


def _line(receipt: ReceiptOut, asked: str) -> QVBoxLayout:
    word, tone = _ASKED.get(asked) or STATES[receipt.state]
    name = text.body(chunks(receipt.first_chunk, receipt.chunk_count).capitalize(), wrap=False)
    amount = text.figure(money_exact(receipt.amount), size=14)
    first = row(name)
    first.addStretch(1)
    first.addWidget(amount)
    way, tip = paid_by(receipt)
    when = text.caption(moment(receipt.at) if way == DASH else f"{moment(receipt.at)} · {way}")
    when.setToolTip(tip)
    second = row(when)
    second.addStretch(1)
    second.addWidget(Badge(tr(word), tone))
    made = column(spacing=4)
    made.addLayout(first)
    made.addLayout(second)
    if receipt.state == "refused":
        back = tr("Not delivered, so not charged: {amount} is yours again.", amount=money_exact(receipt.amount))
        made.addWidget(text.caption(back, wrap=True))
    return made
