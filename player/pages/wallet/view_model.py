"""The wallet's numbers, its receipts, and the three books."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.kit.problems import Problem
from studio.kit.view_model import ViewModel

if TYPE_CHECKING:
    from services.wire.desk import ReceiptOut, Reconciliation, WalletOut
    from studio.kit.context import PageContext

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class WalletState:
    """Each part is None until it is loaded."""

    wallet: WalletOut | None = None
    receipts: tuple[ReceiptOut, ...] | None = None
    sums: Reconciliation | None = None
    busy: bool = False
    problem: Problem | None = None


class WalletViewModel(ViewModel[WalletState]):
    """Reads; nothing is paid here."""

    watches = frozenset({"wallet", "purchase"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, WalletState())

    def refresh(self) -> None:
        """Load everything again."""
        self._fetch(lambda desk: desk.wallet.state(), self._on_wallet)
        self._act(lambda desk: desk.wallet.receipts(limit=PAGE_SIZE), self._on_receipts, self._told_already)
        self._act(lambda desk: desk.wallet.reconciliation(), self._on_sums, self._told_already)

    def _on_wallet(self, wallet: WalletOut) -> None:
        closed = None if wallet.wallet == "open" else Problem(f"wallet.{wallet.wallet}")
        self._set(wallet=wallet, problem=closed)

    def _on_receipts(self, receipts: tuple[ReceiptOut, ...]) -> None:
        self._set(receipts=receipts)

    def _on_sums(self, sums: Reconciliation) -> None:
        self._set(sums=sums)

    def _told_already(self, _problem: Problem) -> None:
        """The wallet itself says what is wrong."""
