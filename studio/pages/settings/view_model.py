"""What the settings page shows of the wallet and the service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.kit.view_model import ViewModel

if TYPE_CHECKING:
    from services.client import Client
    from services.wire.desk import Health, WalletOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem


@dataclass(frozen=True, slots=True)
class SettingsState:
    """None: not loaded yet."""

    wallet: WalletOut | None = None
    health: Health | None = None
    busy: bool = False
    problem: Problem | None = None


class SettingsViewModel(ViewModel[SettingsState]):
    """Reads, and locks the wallet."""

    watches = frozenset({"wallet"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, SettingsState())

    def refresh(self) -> None:
        """Load wallet and service."""
        self._fetch(lambda desk: desk.wallet.state(), self._on_wallet)
        self.context.bridge.run(self, _health, self._on_health, self._no_health)

    def lock(self) -> None:
        """Forget the key until the next unlock."""
        self._act(lambda desk: desk.wallet.lock(), self._on_wallet)

    def _on_wallet(self, wallet: WalletOut) -> None:
        self._set(wallet=wallet, problem=None)

    def _on_health(self, health: Health) -> None:
        self._set(health=health)

    def _no_health(self, _problem: Problem) -> None:
        """The rail says how the service is."""


async def _health(client: Client) -> Health:
    return await client.health()
