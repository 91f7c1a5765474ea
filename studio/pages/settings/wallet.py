"""The wallet as the settings show it: its state, its address, opening and locking it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from studio.kit.format import DASH
from studio.kit.problems import Problem
from studio.kit.widgets import text
from studio.kit.widgets.badge import Badge
from studio.kit.widgets.button import ghost, secondary
from studio.kit.widgets.card import Card, row
from studio.kit.widgets.fields import Fact
from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from services.wire.desk import WalletStatus
    from studio.kit.context import PageContext
    from studio.kit.tokens import Tone
    from studio.pages.settings.view_model import SettingsViewModel

_WALLET: dict[WalletStatus, tuple[str, Tone]] = {
    "open": (mark("unlocked"), "ok"),
    "locked": (mark("locked"), "warn"),
    "missing": (mark("not set up"), "neutral"),
}


class WalletCard(Card):
    """Renders what the page's view-model knows of the wallet."""

    def __init__(self, context: PageContext, model: SettingsViewModel) -> None:
        super().__init__(tr("Wallet"))
        self._context, self._model = context, model
        self._status = Badge()
        self.head.addWidget(self._status)
        self._address = Fact(tr("Address"), name_of_value="settings.address", shorten=True)
        self.body.addWidget(self._address)
        self._about = text.muted(
            tr("This wallet holds demo money. It needs no passphrase and no backup.")
            if context.demo
            else tr("The wallet is one file in the profile, sealed under your passphrase. Nobody can reset it.")
        )
        self.body.addWidget(self._about)
        self._copy = secondary(tr("Copy address"), name="settings.copy", icon="copy")
        self._copy.clicked.connect(self._copy_address)
        self._lock = ghost(tr("Lock"), name="settings.lock", icon="lock")
        self._lock.clicked.connect(model.lock)
        self._unlock = secondary(tr("Unlock"), name="settings.unlock", icon="unlock")
        self._unlock.clicked.connect(self._on_unlock)
        line = row(self._copy, self._lock, self._unlock)
        line.insertStretch(0, 1)
        self.body.addLayout(line)
        model.changed.connect(self._render)
        self._render()

    def _render(self) -> None:
        wallet, demo = self._model.state.wallet, self._context.demo
        words, tone = _WALLET[wallet.wallet] if wallet is not None else (DASH, "neutral")
        self._status.set_state(tr("demo wallet") if demo and wallet is not None else tr(words), tone)
        address = wallet.address if wallet is not None and wallet.address else DASH
        self._address.show_value(address, address)
        self._copy.setEnabled(wallet is not None and wallet.address is not None)
        self._lock.setVisible(wallet is not None and wallet.wallet == "open" and not demo)
        self._unlock.setVisible(wallet is not None and wallet.wallet != "open")
        missing = wallet is not None and wallet.wallet == "missing"
        self._unlock.set_text(tr("Set up wallet") if missing else tr("Unlock"))

    def _copy_address(self) -> None:
        wallet = self._model.state.wallet
        if wallet is not None and wallet.address is not None:
            QApplication.clipboard().setText(wallet.address)
            self._context.notify(tr("Address copied."))

    def _on_unlock(self) -> None:
        wallet = self._model.state.wallet
        missing = wallet is not None and wallet.wallet == "missing"
        self._context.handle(Problem("wallet.missing" if missing else "wallet.locked"), self._model.refresh)
