"""The key's backup as the settings page shows, makes and tries it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from studio.kit.view_model import ViewModel

if TYPE_CHECKING:
    from services.wire.backup import BackupOut, TrialOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem


@dataclass(frozen=True, slots=True)
class BackupState:
    """backup is None until it is loaded; trial: what the last backup that was tried holds."""

    backup: BackupOut | None = None
    trial: TrialOut | None = None
    busy: bool = False
    problem: Problem | None = None


class BackupViewModel(ViewModel[BackupState]):
    """A passphrase goes from here to the private socket and is kept nowhere. Signal: ``made(path)``."""

    made = Signal(str)
    watches = frozenset({"backup", "wallet", "upload"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, BackupState())

    def refresh(self) -> None:
        """Load how the backup stands."""
        self._fetch(lambda desk: desk.wallet.backup(), self._on_backup)

    def make(self, path: str, passphrase: str) -> None:
        """Write a backup."""
        if not self.state.busy:
            self._set(busy=True, problem=None, trial=None)
            self._act(lambda desk: desk.wallet.make_backup(path, passphrase), self._on_made)

    def attempt(self, path: str, passphrase: str) -> None:
        """Open a backup and compare it with what is here; nothing is changed."""
        if not self.state.busy:
            self._set(busy=True, problem=None, trial=None)
            self._act(lambda desk: desk.wallet.try_backup(path, passphrase), self._on_tried)

    def _on_backup(self, backup: BackupOut) -> None:
        self._set(backup=backup)

    def _on_made(self, backup: BackupOut) -> None:
        self._set(backup=backup, busy=False)
        self.made.emit(backup.path)

    def _on_tried(self, trial: TrialOut) -> None:
        self._set(trial=trial, busy=False)
        self.refresh()
