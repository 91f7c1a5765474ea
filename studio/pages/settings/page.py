"""Theme, wallet, nodes, about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication, QButtonGroup

from studio.kit.format import DASH
from studio.kit.problems import Action, Problem
from studio.kit.widgets import text
from studio.kit.widgets.badge import Badge
from studio.kit.widgets.button import Button, ghost, secondary
from studio.kit.widgets.card import Card, row
from studio.kit.widgets.fields import Fact
from studio.kit.widgets.page import PageFrame
from studio.pages.settings.nodes import NodesCard
from studio.pages.settings.storage import StorageCard
from studio.pages.settings.view_model import SettingsViewModel

if TYPE_CHECKING:
    from services.wire.desk import WalletStatus
    from studio.kit.context import PageContext
    from studio.kit.tokens import Tone

_WALLET: dict[WalletStatus, tuple[str, Tone]] = {
    "open": ("unlocked", "ok"),
    "locked": ("locked", "warn"),
    "missing": ("not set up", "neutral"),
}
_CHAIN = {
    "ok": "connected",
    "unreachable": "cannot be reached",
    "not_deployed": "payment contract missing",
    "wrong_chain": "another chain than expected",
}
_CHANNELS = {
    "offered": "offered",
    "unknown_chain": "none known for this chain",
    "not_deployed": "contract missing",
    "other_code": "another contract than the audited one",
    "unknown": "not known yet",
}

_WIDTH = 760


class SettingsPage(PageFrame):
    """What this window remembers, and what it runs on."""

    def __init__(self, context: PageContext) -> None:
        super().__init__("Settings", width=_WIDTH)
        self._context = context
        self.model = SettingsViewModel(context)
        self._group = QButtonGroup(self)
        self._nodes = NodesCard(context)
        self._storage = StorageCard(context)
        for card in (self._look(), self._wallet(), self._nodes, self._storage, self._about()):
            self.body.addWidget(card)
        self.body.addStretch(1)
        self.banner.acted.connect(self._on_action)
        self.model.changed.connect(self._render)
        self._render()
        self.model.refresh()

    def _look(self) -> Card:
        card = Card("Look")
        line = row(text.body("Theme"), spacing=4)
        line.addStretch(1)
        for name, words, icon in (("dark", "Dark", "moon"), ("light", "Light", "sun")):
            button = Button(words, "segment", name=f"settings.theme.{name}", icon=icon, says=f"{words} theme")
            button.setProperty("theme", name)
            button.clicked.connect(self._on_theme)
            self._group.addButton(button)
            button.setChecked(name == self._context.theme.name)
            line.addWidget(button)
        card.body.addLayout(line)
        return card

    def _wallet(self) -> Card:
        card = Card("Wallet")
        self._status = Badge()
        card.head.addWidget(self._status)
        self._address = Fact("Address", name_of_value="settings.address", shorten=True)
        card.body.addWidget(self._address)
        self._backup = text.muted()
        card.body.addWidget(self._backup)
        self._copy = secondary("Copy address", name="settings.copy", icon="copy")
        self._copy.clicked.connect(self._copy_address)
        self._lock = ghost("Lock", name="settings.lock", icon="lock")
        self._lock.clicked.connect(self.model.lock)
        self._unlock = secondary("Unlock", name="settings.unlock", icon="unlock")
        self._unlock.clicked.connect(self._on_unlock)
        line = row(self._copy, self._lock, self._unlock)
        line.insertStretch(0, 1)
        card.body.addLayout(line)
        return card

    def _about(self) -> Card:
        card = Card("About")
        self._version = Fact("Museclock")
        self._chain = Fact("Payment chain")
        self._channels = Fact("Payment channels", name_of_value="settings.channels")
        self._profile = Fact("Profile")
        for fact in (self._version, self._chain, self._channels, self._profile):
            card.body.addWidget(fact)
        card.body.addWidget(
            text.caption("MIT licence. Inter is set in its own licence (SIL OFL), VLC in the LGPL.", wrap=True)
        )
        return card

    def _render(self) -> None:
        state, demo = self.model.state, self._context.demo
        self.banner.show_problem(state.problem)
        wallet = state.wallet
        words, tone = _WALLET[wallet.wallet] if wallet is not None else (DASH, "neutral")
        self._status.set_state("demo wallet" if demo and wallet is not None else words, tone)
        self._address.show_value(wallet.address if wallet is not None and wallet.address else DASH)
        self._copy.setEnabled(wallet is not None and wallet.address is not None)
        self._lock.setVisible(wallet is not None and wallet.wallet == "open" and not demo)
        self._unlock.setVisible(wallet is not None and wallet.wallet != "open")
        self._unlock.set_text("Set up wallet" if wallet is not None and wallet.wallet == "missing" else "Unlock")
        self._backup.setText(
            "This wallet holds demo money. It needs no passphrase and no backup."
            if demo
            else "The wallet is one encrypted file in the profile. Copy the profile to keep a backup; "
            "the passphrase is not in it."
        )
        health = state.health
        self._version.show_value(DASH if health is None else health.version)
        chain = DASH if health is None else f"{'demo chain' if health.demo else 'chain'} {health.chain_id}"
        self._chain.show_value(chain if health is None else f"{chain}, {_CHAIN[health.chain]}")
        self._channels.show_value(DASH if health is None else _CHANNELS[health.channels])
        self._profile.show_value(self._context.profile_path or DASH)

    def _on_theme(self) -> None:
        self._context.theme.use("light" if self.sender().property("theme") == "light" else "dark")

    def _copy_address(self) -> None:
        wallet = self.model.state.wallet
        if wallet is not None and wallet.address is not None:
            QApplication.clipboard().setText(wallet.address)
            self._context.notify("Address copied.")

    def _on_unlock(self) -> None:
        wallet = self.model.state.wallet
        missing = wallet is not None and wallet.wallet == "missing"
        self._context.handle(Problem("wallet.missing" if missing else "wallet.locked"), self.model.refresh)

    def _on_action(self, _action: Action, problem: Problem) -> None:
        self._context.handle(problem, self.model.refresh)
