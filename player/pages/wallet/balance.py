"""What changed the balance: a line each, with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.kit.format import DASH, moment, money_exact
from studio.kit.table import Cell, Column, Table, TableModel
from studio.kit.widgets import text
from studio.kit.widgets.card import Card
from studio.kit.widgets.skeleton import skeleton_lines
from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from services.units.money import Money
    from services.wire.desk import BalanceLineOut, BalanceOut

# services.desk.money
REASONS: dict[str, str] = {
    "purchase.signed": mark("Set aside for a part"),
    "purchase.paid": mark("Paid for a part"),
    "purchase.released": mark("A part was not delivered: back"),
    "deposit.signed": mark("On its way into a channel"),
    "deposit.landed": mark("Put into a channel"),
    "deposit.void": mark("The deposit did not happen: back"),
    "voucher.signed": mark("Promised for a part"),
    "voucher.keyed": mark("Paid for a part from the channel"),
    "voucher.released": mark("A part was not delivered: back"),
    "channel.total": mark("The channel's books brought in line"),
    "channel.balance": mark("Into or out of a channel, by the chain"),
    "membership.signed": mark("Set aside for a membership"),
    "membership.paid": mark("Paid for a membership"),
    "membership.released": mark("The membership was not paid: back"),
    "refund.signed": mark("Set aside for a refund"),
    "refund.paid": mark("Refund paid"),
    "refund.released": mark("The refund did not happen: back"),
    "refund.came": mark("Refund received"),
    "withdrawn": mark("Earnings paid out to you"),
    "tip.signed": mark("Tip"),
    "tip.released": mark("The tip did not happen: back"),
    "sending.signed": mark("Sent to an address"),
    "sending.released": mark("The payment did not happen: back"),
    "sending.fee": mark("Network fee"),
    "outside.in": mark("Came in from outside"),
    "outside.out": mark("Left by another program, or network fees"),
}


def reason(line: BalanceLineOut) -> str:
    """Say what a line is, in words."""
    return tr(REASONS.get(line.kind, line.kind.replace(".", " ").capitalize()))


def _what(line: BalanceLineOut) -> Cell:
    """Give the reason and what it was for; the time stands in the tip as well, for where its column has no room."""
    said = " · ".join(part for part in (reason(line), line.title) if part)
    return Cell(said, tip=f"{moment(line.at)} · {said}")


def _signed(amount: Money) -> Cell:
    if not amount:
        return Cell(DASH, muted=True)
    return Cell(f"+{money_exact(amount)}" if amount.micros > 0 else money_exact(amount))


class BalanceCard(Card):
    """The latest changes."""

    def __init__(self) -> None:
        super().__init__(tr("Where the money went"), spacing=8)
        columns: list[Column[BalanceLineOut]] = [
            Column(tr("When"), lambda row: Cell(moment(row.at)), width=140, may_hide=True),
            Column(tr("What"), _what, width=0),
            Column(tr("Available"), lambda row: _signed(row.amount), width=112, right=True),
            Column(tr("In channels"), lambda row: _signed(row.in_channels), width=112, right=True),
        ]
        self._model: TableModel[BalanceLineOut] = TableModel(columns, self)
        self.table = Table(self._model, name="wallet.balance", says=tr("Changes of the balance"))
        self._outside = text.muted(wrap=False)
        self._outside.setObjectName("wallet.outside")
        self._none = text.muted(tr("Nothing has changed yet. Each payment, deposit and refund gets a line here."))
        self._waiting = skeleton_lines(100, 100, 100, height=18, spacing=20)
        for part in (self._outside, self._waiting, self._none, self.table):
            self.body.addWidget(part)
        self.show_balance(None)

    def show_balance(self, balance: BalanceOut | None) -> None:
        """Show the lines; None while they are being read."""
        lines = () if balance is None else balance.lines
        outside = None if balance is None else balance.from_outside
        self._waiting.setVisible(balance is None)
        self._none.setVisible(balance is not None and not lines)
        self._outside.setVisible(outside is not None)
        self._outside.setText(tr("Came in from outside, in all: {outside}", outside=money_exact(outside)))
        self.table.setVisible(bool(lines))
        self._model.set_rows(lines)
        self.table.fit_rows()
