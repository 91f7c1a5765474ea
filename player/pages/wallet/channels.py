"""The channels: what lies with which creator, and the two ways to get it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from player.pages.wallet.channel_words import BADGES, is_ready, sentence
from player.parts.beside import Beside
from studio.kit.format import moment, money, money_exact, short
from studio.kit.theme import eased
from studio.kit.widgets import text
from studio.kit.widgets.badge import Badge
from studio.kit.widgets.button import bare, ghost, secondary
from studio.kit.widgets.card import Card, Inset, column, hairline, holder, row
from studio.kit.widgets.flow import Flow
from studio.kit.widgets.skeleton import skeleton_lines
from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from datetime import datetime

    from services.units.address import Bytes32
    from services.units.money import Money
    from services.wire.desk import ChannelOut

_FIGURE_WIDTH = 96
_BADGE_WIDTH = 128


class ChannelsCard(Card):
    """Signals: ``refund_wanted(id)``, ``withdraw_wanted(id)``; the latter also finishes one whose time has come."""

    refund_wanted = Signal(object)
    withdraw_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__(tr("Channels"))
        self.head.addWidget(text.caption(tr("one for each creator that you buy from")))
        self._waiting = skeleton_lines(100, 100, height=18, spacing=20)
        self._none = text.muted(
            tr(
                "No channels yet. With your first purchase from a creator a deposit goes into one; each part is "
                "paid from "
                "it at once, and what you don’t watch comes back."
            )
        )
        self._lines = QVBoxLayout()
        self._lines.setSpacing(16)
        for part in (self._waiting, self._none):
            self.body.addWidget(part)
        self.body.addLayout(self._lines)
        self._shown: dict[Bytes32, ChannelLine] = {}
        self.show_channels(None, now=None, days=0, acting=None)

    def show_channels(
        self, channels: tuple[ChannelOut, ...] | None, *, now: datetime | None, days: int, acting: Bytes32 | None
    ) -> None:
        """Show these channels at a moment; None while they are being read. days: after which a rest comes back."""
        self._waiting.setVisible(channels is None)
        self._none.setVisible(channels is not None and not channels)
        if channels is None or now is None:
            return
        if tuple(self._shown) != tuple(channel.id for channel in channels):
            self._lay_out(channels)
        for channel in channels:
            self._shown[channel.id].show_channel(channel, now=now, days=days, acting=acting)

    def _lay_out(self, channels: tuple[ChannelOut, ...]) -> None:
        while (item := self._lines.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._shown = {}
        for at, channel in enumerate(channels):
            if at:
                self._lines.addWidget(hairline())
            line = ChannelLine(channel.id)
            line.refund_wanted.connect(self.refund_wanted)
            line.withdraw_wanted.connect(self.withdraw_wanted)
            self._lines.addWidget(line)
            self._shown[channel.id] = line


class ChannelLine(QWidget):
    """One channel. Signals: ``refund_wanted(id)``, ``withdraw_wanted(id)``."""

    refund_wanted = Signal(object)
    withdraw_wanted = Signal(object)

    def __init__(self, channel: Bytes32) -> None:
        super().__init__()
        self.setObjectName("wallet.channel")
        self._id = channel
        self._name = text.Text(weight=text.Weight.DemiBold)
        self._since = text.caption()
        self._deposited, self._spent = _Figure(tr("deposited")), _Figure(tr("spent"))
        self._rest = _Figure(tr("refundable"))
        self._badge = Badge()
        self._sentence = text.muted()
        self._sentence.setObjectName("wallet.channel.words")
        self._withdraw = bare(tr("Withdraw without the seller"), name="wallet.channel.withdraw")
        self._refund = secondary(tr("Get the rest back"), name="wallet.channel.refund", icon="wallet")
        self._finish = secondary(tr("Finish"), name="wallet.channel.finish", icon="check")
        self._check = _WithdrawalCheck()
        self._build()
        self._withdraw.clicked.connect(self._ask)
        self._refund.clicked.connect(self._on_refund)
        self._finish.clicked.connect(self._on_withdraw)
        self._check.confirmed.connect(self._on_withdraw)
        self._check.cancelled.connect(self._leave_check)

    def _build(self) -> None:
        place = QWidget()
        place.setFixedWidth(eased(_BADGE_WIDTH))
        badge = row(self._badge)
        badge.insertStretch(0, 1)
        place.setLayout(badge)
        figures = row(self._deposited, self._spent, self._rest, place, spacing=16)
        buttons = Flow(self._withdraw, self._refund, self._finish, spacing=16)
        layout = column(spacing=8)
        layout.addWidget(Beside(holder(column(self._name, self._since, spacing=2)), holder(figures), spacing=16))
        layout.addWidget(Beside(self._sentence, holder(buttons), spacing=8))
        layout.addWidget(self._check)
        self._check.hide()
        self.setLayout(layout)

    def show_channel(self, channel: ChannelOut, *, now: datetime, days: int, acting: Bytes32 | None) -> None:
        """Show its money and its state."""
        name = channel.creator_name or short(channel.creator)
        self._name.setText(name)
        self._name.setToolTip(channel.creator)
        self._since.setText(tr(_SINCE[channel.state], moment=moment(channel.since)))
        self._since.setToolTip(tr("Channel {id}\nNode {node}", id=channel.id, node=channel.node))
        self._deposited.show_money(channel.deposited)
        self._spent.show_money(channel.spent)
        self._rest.show_money(channel.refundable)
        words, tone = BADGES[channel.state]
        self._badge.set_state(tr(words), tone)
        told = sentence(channel, now=now, days=days)
        self._sentence.setText(told)
        self._show_buttons(channel, now=now, idle=acting is None, mine=acting == channel.id)
        self.setAccessibleName(
            tr(
                "{name}, {words}, {refundable} comes back. {told}",
                name=name,
                words=words,
                refundable=money_exact(channel.refundable),
                told=told,
            )
        )

    def _show_buttons(self, channel: ChannelOut, *, now: datetime, idle: bool, mine: bool) -> None:
        has_rest = channel.state == "open" and channel.refundable.micros > 0
        self._refund.setVisible(has_rest and channel.can_refund)
        self._refund.setEnabled(idle)
        self._refund.set_text(tr("Asking the seller…") if mine else tr("Get the rest back"))
        self._withdraw.setVisible(has_rest and self._check.isHidden())
        self._withdraw.setEnabled(idle)
        self._finish.setVisible(channel.state == "withdrawing")
        self._finish.setEnabled(idle and is_ready(channel, now))
        if not has_rest:
            self._check.hide()
        self._check.show_amount(channel.refundable, idle=idle)

    def _ask(self) -> None:
        self._check.show()
        self._withdraw.hide()
        self._check.focus()

    def _leave_check(self) -> None:
        self._check.hide()
        self._withdraw.show()
        self._withdraw.setFocus()

    def _on_refund(self) -> None:
        self.refund_wanted.emit(self._id)

    def _on_withdraw(self) -> None:
        self.withdraw_wanted.emit(self._id)


_SINCE = {
    "open": mark("since {moment}"),
    "refunding": mark("asked {moment}"),
    "withdrawing": mark("announced {moment}"),
    "closed": mark("closed {moment}"),
}


class _Figure(QWidget):
    """An amount over what it is."""

    def __init__(self, label: str) -> None:
        super().__init__()
        self.setFixedWidth(eased(_FIGURE_WIDTH))
        self._label = label
        self._value = text.figure(size=14)
        self.setLayout(column(self._value, text.caption(label), spacing=2))

    def show_money(self, amount: Money) -> None:
        """Show an amount."""
        self._value.setText(money(amount))
        self._value.setToolTip(money_exact(amount))
        self.setAccessibleName(f"{self._label} {money_exact(amount)}")


class _WithdrawalCheck(Inset):
    """What a withdrawal without the seller means, before it is announced. Signals: ``confirmed``, ``cancelled``."""

    confirmed = Signal()
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("wallet.channel.check")
        self.body.addWidget(
            text.body(
                tr(
                    "Nobody has to agree to this, but it takes 24 hours, and your gas money pays a network fee, now "
                    "and when you finish. Until then this channel buys nothing."
                )
            )
        )
        cancel = ghost(tr("Cancel"), name="wallet.channel.cancel")
        cancel.clicked.connect(self.cancelled)
        self._confirm = secondary("", name="wallet.channel.confirm", icon="clock")
        self._confirm.clicked.connect(self.confirmed)
        buttons = row(cancel, self._confirm)
        buttons.insertStretch(0, 1)
        self.body.addLayout(buttons)

    def show_amount(self, amount: Money, *, idle: bool) -> None:
        """Name what would come back."""
        self._confirm.set_text(tr("Withdraw {amount}", amount=money_exact(amount)))
        self._confirm.setEnabled(idle)

    def focus(self) -> None:
        """Let the keys go on here."""
        self._confirm.setFocus()
