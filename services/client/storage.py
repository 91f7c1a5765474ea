"""Storages besides this computer's disk."""

from __future__ import annotations

from services.http.door import Door
from services.units.ids import ContentId
from services.units.money import Money
from services.wire.storage import ExportIn, ExportOut, LimitIn, StorageOut, StoragePriceIn, TargetIn

_LOOK_S = 20.0
_MOVE_S = 3600.0


class StorageClient:
    """Calls of the storage slice. Each gives all of it."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def get(self) -> StorageOut:
        """Read the list, and whether a daemon runs here that is not on it; changes follow as ``storage`` events."""
        return await self._door.call(StorageOut, "GET", "/storage", timeout_s=_LOOK_S)

    async def add(self, address: str, token: str = "") -> StorageOut:
        """Add a daemon by its multiaddress, a gateway by its https address, or a pinning service with a token.

        Problem codes: storage.address, storage.token, storage.refused, store.unreachable.
        """
        body = TargetIn(address=address, token=token)
        return await self._door.call(StorageOut, "POST", "/storage/targets", body=body, timeout_s=_LOOK_S)

    async def remove(self, address: str) -> StorageOut:
        """Take a storage off the list; what lies there stays there."""
        return await self._door.call(StorageOut, "DELETE", "/storage/targets", query={"address": address})

    async def repair(self) -> StorageOut:
        """Bring to every daemon what it lacks."""
        return await self._door.call(StorageOut, "POST", "/storage/repair", timeout_s=_MOVE_S)

    async def limit(self, *, upload: int | None = None, download: int | None = None) -> StorageOut:
        """Limit what leaves this computer and what comes, in bytes a second; 0 for no limit, None for what it was."""
        body = LimitIn(upload_limit=upload, download_limit=download)
        return await self._door.call(StorageOut, "PUT", "/storage/limit", body=body)

    async def price(self, price_per_gb: Money) -> StorageOut:
        """Say what a gigabyte costs a month at all storages together; it counts in what a film costs."""
        body = StoragePriceIn(price_per_gb=price_per_gb)
        return await self._door.call(StorageOut, "PUT", "/storage/price", body=body)

    async def export(self, content: ContentId | str, path: str) -> ExportOut:
        """Write what is owned of a film to a new file that plays with no service.

        Problem codes: content.not_found, content.missing, storage.file, disk.full.
        """
        body = ExportIn(path=path)
        return await self._door.call(ExportOut, "POST", f"/films/{content}/export", body=body, timeout_s=_MOVE_S)
