"""Storages and the limits of speed as the settings page shows and changes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.kit.view_model import ViewModel

if TYPE_CHECKING:
    from services.units.money import Money
    from services.wire.storage import StorageOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem


@dataclass(frozen=True, slots=True)
class StorageState:
    """storage is None until it is loaded. added: how many were added here, so that the field knows when to clear."""

    storage: StorageOut | None = None
    added: int = 0
    undo: str = ""
    """The address of the storage that was taken off the list last; a pinning service's token is gone with it."""
    busy: bool = False
    problem: Problem | None = None

    @property
    def missing(self) -> int:
        """How many copies are not complete."""
        return 0 if self.storage is None else sum(target.missing for target in self.storage.targets)


class StorageViewModel(ViewModel[StorageState]):
    """Adds, removes, repairs, limits."""

    watches = frozenset({"storage"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, StorageState())

    def refresh(self) -> None:
        """Load the list, and look whether a daemon runs here."""
        self._fetch(lambda desk: desk.storage.get(), self._on_storage)

    def add(self, address: str, token: str = "") -> None:
        """Look at a storage and put it on the list. token: a pinning service's."""
        if address.strip() and not self.state.busy:
            self._set(busy=True, problem=None)
            self._act(lambda desk: desk.storage.add(address.strip(), token.strip()), self._on_added)

    def remove(self, address: str) -> None:
        """Take a storage off the list."""
        self._set(problem=None, undo="")

        def removed(storage: StorageOut) -> None:
            self._set(storage=storage, busy=False, undo=address)

        self._act(lambda desk: desk.storage.remove(address), removed)

    def take_back(self, token: str = "") -> None:
        """Put the storage that was removed last back on the list. token: a pinning service's, given again."""
        address = self.state.undo
        if address and not self.state.busy:
            self._set(undo="")
            self.add(address, token)

    def repair(self) -> None:
        """Bring what is missing."""
        if not self.state.busy:
            self._set(busy=True, problem=None)
            self._act(lambda desk: desk.storage.repair(), self._on_storage)

    def limit_uploads(self, bytes_per_s: int) -> None:
        """Bound what leaves this computer; 0 for no limit."""
        if self.state.storage is not None and bytes_per_s != self.state.storage.upload_limit:
            self._act(lambda desk: desk.storage.limit(upload=bytes_per_s), self._on_storage)

    def limit_downloads(self, bytes_per_s: int) -> None:
        """Bound what comes to this computer; 0 for no limit."""
        if self.state.storage is not None and bytes_per_s != self.state.storage.download_limit:
            self._act(lambda desk: desk.storage.limit(download=bytes_per_s), self._on_storage)

    def price(self, price_per_gb: Money) -> None:
        """Say what a gigabyte costs a month."""
        if self.state.storage is not None and price_per_gb != self.state.storage.price_per_gb:
            self._act(lambda desk: desk.storage.price(price_per_gb), self._on_storage)

    def _on_storage(self, storage: StorageOut) -> None:
        self._set(storage=storage, busy=False)

    def _on_added(self, storage: StorageOut) -> None:
        self._set(storage=storage, busy=False, added=self.state.added + 1)
