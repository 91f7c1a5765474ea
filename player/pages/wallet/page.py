"""The wallet page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from player.pages.wallet.receipts import ReceiptsCard
from player.pages.wallet.view_model import WalletViewModel
from studio.kit.format import clock, short
from studio.kit.tokens import GUTTER
from studio.kit.widgets.button import secondary
from studio.kit.widgets.card import row
from studio.kit.widgets.page import PageFrame
from studio.kit.widgets.reconcile import ReconcileCard
from studio.kit.widgets.tile import Tile

if TYPE_CHECKING:
    from studio.kit.context import PageContext
    from studio.kit.problems import Action, Problem


class WalletPage(PageFrame):
    """What there is, what is on its way, what was spent; each with its lines."""

    def __init__(self, context: PageContext) -> None:
        super().__init__("Wallet")
        self.model = WalletViewModel(context)
        self._address = secondary("", name="wallet.address", icon="copy")
        self._address.clicked.connect(self._copy)
        self._address.hide()
        self.buttons.addWidget(self._address)
        self._available = Tile("wallet.available", "Available", plain=True)
        self._in_flight = Tile("wallet.in_flight", "In flight", plain=True)
        self._spent = Tile("wallet.spent", "Spent", plain=True)
        self.body.addLayout(row(self._available, self._in_flight, self._spent, spacing=GUTTER))
        self._receipts, self._sums = ReceiptsCard(), ReconcileCard()
        self.body.addWidget(self._receipts)
        self.body.addWidget(self._sums)
        self.body.addStretch(1)
        self.banner.acted.connect(self._on_action)
        self.model.changed.connect(self._render)
        self._render()
        self.model.refresh()

    def _render(self) -> None:
        state = self.model.state
        self.banner.show_problem(state.problem)
        self._receipts.show_receipts(state.receipts)
        if state.sums is not None:
            self._sums.show_sums(state.sums)
        wallet = state.wallet
        if wallet is None:
            return
        self.subtitle.setText(f"as of {clock(wallet.as_of)}")
        known = wallet.available is not None
        self._available.show_money(wallet.available, "yours on the chain" if known else "the chain cannot be read")
        self._in_flight.show_money(
            wallet.in_flight, "signed, not settled yet" if wallet.in_flight else "nothing is open"
        )
        self._spent.show_money(wallet.spent, "for films, ever")
        self._address.setVisible(wallet.address is not None)
        if wallet.address is not None:
            self._address.set_text(short(wallet.address))
            self._address.setToolTip(f"{wallet.address} – click to copy")

    def _copy(self) -> None:
        wallet = self.model.state.wallet
        if wallet is not None and wallet.address is not None:
            QApplication.clipboard().setText(wallet.address)
            self.model.context.notify("The wallet's address is copied.")

    def _on_action(self, _action: Action, problem: Problem) -> None:
        self.model.context.handle(problem, self.model.refresh)
