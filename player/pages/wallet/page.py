"""The wallet page."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QApplication

from player.pages.wallet.add_money import AddMoneyCard
from player.pages.wallet.backup import BackupQuestion
from player.pages.wallet.balance import BalanceCard
from player.pages.wallet.channels import ChannelsCard
from player.pages.wallet.limits import LimitsCard
from player.pages.wallet.memberships import MembershipsCard
from player.pages.wallet.memberships_model import MembershipsViewModel
from player.pages.wallet.payment import USUAL_DAYS, PaymentCard
from player.pages.wallet.receipts import ReceiptsCard
from player.pages.wallet.send import SendCard
from player.pages.wallet.sending_model import SendingViewModel
from player.pages.wallet.view_model import Panel, WalletViewModel
from studio.kit.format import clock, moment, money_exact, short
from studio.kit.problems import Action
from studio.kit.tokens import GUTTER
from studio.kit.widgets.button import secondary
from studio.kit.widgets.flow import Columns
from studio.kit.widgets.page import PageFrame
from studio.kit.widgets.reconcile import ReconcileCard
from studio.kit.widgets.tile import Tile
from studio.kit.words import tr

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from PySide6.QtGui import QHideEvent, QShowEvent, QWheelEvent

    from services.wire.desk import WalletOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem


class WalletPage(PageFrame):
    """What there is, what is on its way, what was spent; each with its lines."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(tr("Wallet"))
        self.model = WalletViewModel(context)
        self._address = secondary("", name="wallet.address", icon="copy")
        self._address.clicked.connect(self._copy)
        self._address.hide()
        self.buttons.addWidget(self._address)
        self._open_send = secondary(tr("Send"), name="wallet.open.send", icon="arrow-right")
        self._open_add = secondary(tr("Add money"), name="wallet.open.add", icon="plus")
        self.buttons.addWidget(self._open_send)
        self.buttons.addWidget(self._open_add)
        self._backup, self._add, self._send = BackupQuestion(), AddMoneyCard(demo=context.demo), SendCard()
        self._sending, self._last_sent = SendingViewModel(context), 0
        self._goes_to_limits = False
        self._available = Tile("wallet.available", tr("Available"), plain=True)
        self._in_budget = Tile("wallet.in_budget", tr("In budget"), plain=True)
        self._in_flight = Tile("wallet.in_flight", tr("In flight"), plain=True)
        self._refundable = Tile("wallet.refundable", tr("Refundable"), plain=True)
        tiles = (self._available, self._in_budget, self._in_flight, self._refundable)
        self.body.addWidget(self._backup)
        self.body.addWidget(Columns(*tiles, least=180, spacing=16))
        self.body.addWidget(self._add)
        self.body.addWidget(self._send)
        self._channels, self._limits = ChannelsCard(), LimitsCard(asks=not context.demo)
        self._payment, self._receipts, self._sums = PaymentCard(), ReceiptsCard(), ReconcileCard()
        self._memberships, self._own = MembershipsCard(), MembershipsViewModel(context)
        self.body.addWidget(self._channels)
        self.body.addWidget(self._memberships)
        self.body.addWidget(Columns(self._payment, self._limits, least=340))
        self._balance = BalanceCard()
        self.body.addWidget(self._balance)
        self.body.addWidget(self._receipts)
        self.body.addWidget(self._sums)
        self.body.addStretch(1)
        self._connect()
        self._render()
        self._render_sending()
        self.model.refresh()
        self._own.refresh()
        self._sending.refresh()

    def open(self, params: Mapping[str, str]) -> None:
        """Show what somebody came for. ``shows``: "add" how money comes in, "limits" the form that changes them."""
        match params.get("shows"):
            case "add":
                self.model.show_panel("add")
            case "limits":
                self.model.change_limits(changing=True)
                self._goes_to_limits = True
                QTimer.singleShot(0, self, self._show_limits)

    def _connect(self) -> None:
        model = self.model
        self._channels.refund_wanted.connect(model.refund)
        self._channels.withdraw_wanted.connect(model.withdraw)
        self._limits.change_wanted.connect(self._on_change_limits)
        self._limits.save_wanted.connect(model.save_limits)
        self._limits.film_ended.connect(model.end_film)
        self._payment.method_chosen.connect(self._on_method)
        self._payment.rest_chosen.connect(self._on_rest)
        self.verticalScrollBar().rangeChanged.connect(self._show_limits)
        self.banner.acted.connect(self._on_action)
        model.changed.connect(self._render)
        self._open_add.clicked.connect(partial(self._toggle, "add"))
        self._open_send.clicked.connect(partial(self._toggle, "send"))
        self._add.left.connect(partial(model.show_panel, ""))
        self._add.copy_wanted.connect(self._copy)
        self._add.faucet_wanted.connect(model.take_demo_money)
        self._backup.put_off.connect(model.ask_later)
        self._backup.wanted.connect(self._go_to_settings)
        self._send.left.connect(self._leave_send)
        self._send.check_wanted.connect(self._sending.check)
        self._send.send_wanted.connect(self._sending.send)
        self._send.back_wanted.connect(self._sending.back)
        self._sending.changed.connect(self._render_sending)
        self._memberships.cancel_wanted.connect(self._own.cancel)
        self._memberships.resume_wanted.connect(self._own.resume)
        self._own.changed.connect(self._render_memberships)

    def _render(self) -> None:
        state = self.model.state
        self.banner.show_problem(state.refusal or state.problem)
        self._backup.setVisible(state.asks_for_backup)
        self._add.setVisible(state.panel == "add")
        self._send.setVisible(state.panel == "send")
        self._add.show_address(
            state.wallet.address if state.wallet is not None else None, state.chain_id, giving=state.giving
        )
        self._receipts.show_receipts(state.receipts)
        self._balance.show_balance(state.balance)
        # Until the channels above are there, these buttons still move: nobody should press what is about to jump.
        settled = None if state.channels is None or state.budgets is None else state.payment
        self._payment.show_choice(settled, state.offer, choosing=state.choosing)
        names = {channel.creator: channel.creator_name for channel in state.channels or () if channel.creator_name}
        self._limits.show_limits(
            state.budgets, names, changing=state.changing, saving=state.saving, problem=state.unsaved
        )
        if state.sums is not None:
            self._sums.show_sums(state.sums)
        if state.wallet is not None:
            self._show_wallet(state.wallet, state.as_of)
            days = state.payment.refund_after_days if state.payment is not None else USUAL_DAYS
            self._channels.show_channels(state.channels, now=state.wallet.as_of, days=days, acting=state.acting)

    @Slot()
    def _show_limits(self) -> None:
        """Have the form in sight that somebody came for, also when what stands above it comes in later."""
        if self._goes_to_limits and self.model.state.changing:
            self.ensureWidgetVisible(self._limits, 0, GUTTER)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._goes_to_limits = False
        super().wheelEvent(event)

    def _render_sending(self) -> None:
        self._send.show_state(self._sending.state)
        ordered = self._sending.state.ordered
        if ordered is not None and ordered.ordinal != self._last_sent:
            self._last_sent = ordered.ordinal
            self._send.clear()

    def _toggle(self, panel: Panel) -> None:
        self.model.show_panel("" if self.model.state.panel == panel else panel)

    def _leave_send(self) -> None:
        self._sending.start_anew()
        self._send.clear()
        self.model.show_panel("")

    def _go_to_settings(self) -> None:
        self.model.context.navigate("settings")

    def _render_memberships(self) -> None:
        self._memberships.show_state(self._own.state)

    def _show_wallet(self, wallet: WalletOut, seen: datetime | None) -> None:
        self.subtitle.setText(
            tr("as of {as_of}", as_of=clock(wallet.as_of)) if seen is None else tr("as seen {at}", at=moment(seen))
        )
        known = wallet.available is not None
        self._available.show_money(
            wallet.available, tr("yours on the chain") if known else tr("the chain cannot be read")
        )
        promised = tr("{sum} promised", sum=money_exact(wallet.promised))
        self._in_budget.show_money(wallet.in_channels, promised if wallet.promised else tr("set aside for creators"))
        flying = tr("not settled yet") if wallet.in_flight else tr("nothing is open")
        self._in_flight.show_money(wallet.in_flight, flying)
        self._refundable.show_money(wallet.refundable, tr("of what is set aside, back when you ask"))
        self._address.setVisible(wallet.address is not None)
        if wallet.address is not None:
            self._address.set_text(short(wallet.address))
            self._address.setToolTip(tr("{address} – click to copy", address=wallet.address))

    def _copy(self) -> None:
        wallet = self.model.state.wallet
        if wallet is not None and wallet.address is not None:
            QApplication.clipboard().setText(wallet.address)
            self.model.context.notify(tr("The wallet's address is copied."))

    def _on_change_limits(self, changing: bool) -> None:
        self._goes_to_limits = False
        self.model.change_limits(changing=changing)

    def _on_method(self, method: str) -> None:
        self.model.choose(method="chain" if method == "chain" else "channel")

    def _on_rest(self, days: int) -> None:
        self.model.choose(refund_after_days=days)

    def _on_action(self, action: Action, problem: Problem) -> None:
        # This is the wallet: to look at it is to read it again.
        shows = {Action.OPEN_WALLET: "", Action.ADD_MONEY: "add", Action.RAISE_LIMIT: "limits"}.get(action)
        if shows is not None:
            self.model.forget_refusal()
            self.open({"shows": shows})
            return
        refused = problem is self.model.state.refusal
        self.model.context.handle(problem, self.model.again if refused else self.model.refresh)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.model.watch(seen=True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.model.watch(seen=False)
