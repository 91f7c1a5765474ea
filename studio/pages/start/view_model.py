"""What a first start looks at, and where the wallet comes from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studio.kit.settings import WindowSettings
from studio.kit.view_model import ViewModel

if TYPE_CHECKING:
    from services.wire.backup import ProbeOut, RestoredOut
    from services.wire.desk import WalletOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem


@dataclass(frozen=True, slots=True)
class StartState:
    """None: not known yet. unlooked: why the computer could not be looked at."""

    probe: ProbeOut | None = None
    unlooked: Problem | None = None
    wallet: WalletOut | None = None
    restored: RestoredOut | None = None
    busy: bool = False
    problem: Problem | None = None


class StartViewModel(ViewModel[StartState]):
    """Looks once when it is opened, and again when somebody asks."""

    watches = frozenset({"wallet"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, StartState())

    def refresh(self) -> None:
        """Load the wallet's state; the computer is looked at the first time only."""
        self._fetch(lambda desk: desk.wallet.state(), self._on_wallet)
        if self.state.probe is None:
            self.look()

    def look(self) -> None:
        """Look at disk, chain and encoder."""
        self._set(probe=None, unlooked=None)
        self.context.bridge.run(self, lambda client: client.profile.probe(), self._on_probe, self._on_unlooked)

    def restore(self, path: str, passphrase: str) -> None:
        """Begin this profile from a backup."""
        if not self.state.busy:
            self._set(busy=True, problem=None)
            self.context.bridge.run(
                self, lambda client: client.profile.restore(path, passphrase), self._on_restored, self._show_problem
            )

    def go_on(self) -> None:
        """Leave for the page that the person came for."""
        profile = self.context.profile_path
        watches = bool(profile) and WindowSettings(Path(profile)).purpose == "watch"
        self.context.navigate("discover" if watches else "overview")

    def _on_probe(self, probe: ProbeOut) -> None:
        self._set(probe=probe)

    def _on_unlooked(self, problem: Problem) -> None:
        self._set(unlooked=problem)

    def _on_wallet(self, wallet: WalletOut) -> None:
        self._set(wallet=wallet, problem=None)

    def _on_restored(self, restored: RestoredOut) -> None:
        self._set(restored=restored, busy=False)
        self.refresh()
