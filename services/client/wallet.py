"""The wallet, its receipts and the three sums."""

from __future__ import annotations

from services.http.door import Door
from services.wire.desk import PassphraseIn, ReceiptOut, Reconciliation, WalletOut


class WalletClient:
    """Calls of the wallet slice."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def state(self) -> WalletOut:
        """Read the four numbers."""
        return await self._door.call(WalletOut, "GET", "/wallet")

    async def create(self, passphrase: str) -> WalletOut:
        """Make a wallet. Problem codes: wallet.exists, wallet.weak_passphrase."""
        return await self._door.call(WalletOut, "POST", "/wallet", body=PassphraseIn(passphrase=passphrase))

    async def unlock(self, passphrase: str) -> WalletOut:
        """Open the wallet. Problem codes: wallet.missing, wallet.wrong_passphrase, wallet.damaged."""
        return await self._door.call(WalletOut, "POST", "/wallet/unlock", body=PassphraseIn(passphrase=passphrase))

    async def lock(self) -> WalletOut:
        """Forget the key until the next unlock."""
        return await self._door.call(WalletOut, "POST", "/wallet/lock")

    async def receipts(self, *, limit: int = 50) -> tuple[ReceiptOut, ...]:
        """List purchases, newest first; at most 100."""
        return await self._door.call(tuple[ReceiptOut, ...], "GET", "/wallet/receipts", query={"limit": limit})

    async def reconciliation(self) -> Reconciliation:
        """Compare chain, node ledger and desk ledger."""
        return await self._door.call(Reconciliation, "GET", "/reconciliation")
