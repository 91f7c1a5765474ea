"""How money comes into the wallet: the demo's faucet, or an address to send to, for people and for phones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from player.pages.wallet.qr import QrCode
from studio.kit.widgets import text
from studio.kit.widgets.button import ghost, primary, secondary
from studio.kit.widgets.card import Card, column, holder, row
from studio.kit.widgets.flow import Beside, Flow
from studio.kit.words import tr

if TYPE_CHECKING:
    from services.units.address import Address

# docs.arc.network "Contract addresses" and "Faucet", seen 2026-11.
_TESTNET, _MAINNET = 5042002, 5042
_FAUCET = "https://faucet.circle.com"


class AddMoneyCard(Card):
    """Signals: ``faucet_wanted`` (demo money), ``copy_wanted``, ``left``."""

    faucet_wanted = Signal()
    copy_wanted = Signal()
    left = Signal()

    def __init__(self, *, demo: bool) -> None:
        super().__init__(tr("Add money"))
        self.setObjectName("wallet.add")
        close = ghost(tr("Close"), name="wallet.add.close")
        close.clicked.connect(self.left)
        self.head.addWidget(close)
        self._code = QrCode(name="wallet.add.code", says=tr("The address as a QR code"))
        self._words, self._address = text.body(), text.figure(size=16)
        self._address.setObjectName("wallet.add.address")
        self._address.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._address.setWordWrap(True)
        self._give = primary(tr("Get demo money"), name="wallet.add.faucet", icon="plus")
        self._give.clicked.connect(self.faucet_wanted)
        self._copy = secondary(tr("Copy address"), name="wallet.add.copy", icon="copy")
        self._copy.clicked.connect(self.copy_wanted)
        self._faucet = ghost(tr("Get test money at faucet.circle.com"), name="wallet.add.outside", icon="link")
        self._faucet.setToolTip(_FAUCET)
        self._faucet.clicked.connect(_open_faucet)
        self._demo = demo
        for_demo = column(text.body(tr("This is demo money, of no value: take as much as you like.")), spacing=12)
        give = row(self._give)
        give.addStretch(1)
        for_demo.addLayout(give)
        self._of_demo = holder(for_demo)
        words = column(self._words, self._address, spacing=12)
        words.addLayout(Flow(self._copy, self._faucet))
        words.addStretch(1)
        self._of_chain = Beside(words, self._code, least=560, spacing=24)
        self.body.addWidget(self._of_demo)
        self.body.addWidget(self._of_chain)

    def show_address(self, address: Address | None, chain_id: int | None, *, giving: bool) -> None:
        """Show where money is to be sent; giving: demo money is on its way."""
        self._of_demo.setVisible(self._demo)
        self._of_chain.setVisible(not self._demo and address is not None)
        self._give.setEnabled(not giving)
        self._give.set_text(tr("On its way…") if giving else tr("Get demo money"))
        if self._demo or address is None:
            return
        self._code.show_text(address)
        self._address.setText(_grouped(address))
        self._address.setAccessibleName(address)
        self._faucet.setVisible(chain_id == _TESTNET)
        self._words.setText(_told(chain_id))


def _told(chain_id: int | None) -> str:
    if chain_id == _TESTNET:
        return tr("Send USDC on Arc’s testnet to this address. It is test money, of no value.")
    if chain_id == _MAINNET:
        return tr(
            "Send USDC on Arc to this address, from any wallet or exchange that pays out on Arc. What is sent on "
            "another network does not arrive."
        )
    return tr("Send USDC on chain {chain} to this address.", chain=chain_id if chain_id is not None else "…")


def _grouped(address: str) -> str:
    """Write an address so that people can compare it."""
    return " ".join((address[:2], *(address[at : at + 4] for at in range(2, len(address), 4))))


def _open_faucet() -> None:
    QDesktopServices.openUrl(QUrl(_FAUCET))
