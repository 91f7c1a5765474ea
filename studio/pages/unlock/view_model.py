"""Opening or making the wallet with a passphrase. The passphrase is handed on and not kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from studio.kit.problems import Problem
from studio.kit.view_model import ViewModel

if TYPE_CHECKING:
    from services.wire.desk import WalletOut
    from studio.kit.context import PageContext

LEAST_LENGTH = 10


@dataclass(frozen=True, slots=True)
class UnlockState:
    """Which of the two is asked for, and how it stands."""

    create: bool
    busy: bool = False
    problem: Problem | None = None


class UnlockViewModel(ViewModel[UnlockState]):
    """Signal: ``opened`` when the wallet is open."""

    opened = Signal()

    def __init__(self, context: PageContext, *, create: bool) -> None:
        super().__init__(context, UnlockState(create))

    def submit(self, passphrase: str, repeated: str = "") -> None:
        """Open the wallet, or make it when both passphrases are the same."""
        if self.state.busy:
            return
        if self.state.create and (len(passphrase) < LEAST_LENGTH or passphrase != repeated):
            code = "wallet.weak_passphrase" if len(passphrase) < LEAST_LENGTH else "request.invalid"
            self._set(problem=Problem(code))
            return
        self._set(busy=True, problem=None)
        if self.state.create:
            self._act(lambda desk: desk.wallet.create(passphrase), self._on_open)
        else:
            self._act(lambda desk: desk.wallet.unlock(passphrase), self._on_open)

    def _on_open(self, _wallet: WalletOut) -> None:
        self._set(busy=False)
        self.opened.emit()
