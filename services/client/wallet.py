"""The wallet, its receipts and the three sums."""

from __future__ import annotations

from services.http.door import Door
from services.units.address import Address, Bytes32
from services.units.money import Money
from services.wire.backup import BackupIn, BackupOut, TrialOut
from services.wire.desk import (
    BalanceOut,
    BudgetsIn,
    BudgetsOut,
    ChannelOut,
    Method,
    PassphraseIn,
    PaymentChoice,
    PaymentIn,
    ReceiptOut,
    Reconciliation,
    WalletOut,
)
from services.wire.sending import SendCheckIn, SendCheckOut, SendIn, SendingOut


class WalletClient:
    """Calls of the wallet slice."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def state(self) -> WalletOut:
        """Read the wallet's numbers."""
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

    async def backup(self) -> BackupOut:
        """Say how the back-up stands."""
        return await self._door.call(BackupOut, "GET", "/wallet/backup")

    async def make_backup(self, path: str, passphrase: str) -> BackupOut:
        """Write key, content secrets and books to a file, sealed under the wallet's passphrase.

        Problem codes: wallet.missing, wallet.wrong_passphrase, wallet.weak_passphrase, file.not_written.
        """
        body = BackupIn(path=path, passphrase=passphrase)
        return await self._door.call(BackupOut, "POST", "/wallet/backup", body=body, timeout_s=120)

    async def try_backup(self, path: str, passphrase: str) -> TrialOut:
        """Open a back-up and compare it with what is here; nothing is changed.

        Problem codes: file.not_read, backup.damaged, wallet.wrong_passphrase, wallet.missing, wallet.locked.
        """
        body = BackupIn(path=path, passphrase=passphrase)
        return await self._door.call(TrialOut, "POST", "/wallet/backup/trial", body=body, timeout_s=120)

    async def receipts(self, *, limit: int = 50) -> tuple[ReceiptOut, ...]:
        """List purchases, newest first; at most 100."""
        return await self._door.call(tuple[ReceiptOut, ...], "GET", "/wallet/receipts", query={"limit": limit})

    async def balance(self, *, limit: int = 50) -> BalanceOut:
        """List what changed the balance, the latest first; at most 200."""
        return await self._door.call(BalanceOut, "GET", "/wallet/balance", query={"limit": limit})

    async def reconciliation(self) -> Reconciliation:
        """Compare chain, node ledger and desk ledger."""
        return await self._door.call(Reconciliation, "GET", "/reconciliation")

    async def check_sending(self, *, payee: str, amount: Money) -> SendCheckOut:
        """Say what sending would do; nothing is signed.

        Problem codes: send.address, send.checksum, send.own, send.swallowed, send.amount, payment.insufficient,
        withdrawal.no_gas, wallet.missing, chain.unreachable.
        """
        body = SendCheckIn(payee=payee, amount=amount)
        return await self._door.call(SendCheckOut, "POST", "/wallet/sendings/check", body=body)

    async def send(self, *, ordinal: int, payee: Address, amount: Money, passphrase: str) -> SendingOut:
        """Send what was checked, under its number; the same order again moves nothing more.

        Problem codes: payment.terms_changed, payment.insufficient, withdrawal.no_gas, wallet.locked,
        wallet.wrong_passphrase, chain.unreachable.
        """
        body = SendIn(ordinal=ordinal, payee=payee, amount=amount, passphrase=passphrase)
        return await self._door.call(SendingOut, "POST", "/wallet/sendings", body=body, timeout_s=60)

    async def sendings(self, *, limit: int = 20) -> tuple[SendingOut, ...]:
        """List payments out of the wallet, newest first; at most 100. Their ends follow as ``wallet`` events."""
        return await self._door.call(tuple[SendingOut, ...], "GET", "/wallet/sendings", query={"limit": limit})

    async def channels(self) -> tuple[ChannelOut, ...]:
        """List this account's channels, the last used first; their changes follow as ``channel`` events."""
        return await self._door.call(tuple[ChannelOut, ...], "GET", "/wallet/channels")

    async def refund(self, channel_id: Bytes32) -> tuple[ChannelOut, ...]:
        """Ask the node for what is left in a channel; waits for the chain.

        Problem codes: channel.not_found, channel.state, withdrawal.nothing, channel.refused, node.unreachable,
        chain.unreachable, payment.unknown (it is looked for).
        """
        return await self._act(channel_id, "refund")

    async def withdraw(self, channel_id: Bytes32) -> tuple[ChannelOut, ...]:
        """Announce a withdrawal that needs nobody, or finish it once ``ready_at`` has come; the wallet pays the gas.

        Problem codes: channel.not_found, channel.state, withdrawal.nothing, withdrawal.no_gas, wallet.locked,
        chain.unreachable, transaction.unknown (it goes on by itself).
        """
        return await self._act(channel_id, "withdraw")

    async def budgets(self) -> BudgetsOut:
        """Read the limits for a day and for each creator and day, with what is used of them."""
        return await self._door.call(BudgetsOut, "GET", "/wallet/budgets")

    async def set_budgets(
        self, *, day: Money | None = None, creator: Money | None = None, passphrase: str | None = None
    ) -> BudgetsOut:
        """Set limits; what is left out stays. Raising one needs the passphrase, unless the wallet opens by itself.

        Problem codes: budget.invalid, wallet.missing, wallet.wrong_passphrase.
        """
        body = BudgetsIn(day=day, creator=creator, passphrase=passphrase)
        return await self._door.call(BudgetsOut, "PUT", "/wallet/budgets", body=body)

    async def payment(self) -> PaymentChoice:
        """Read the way of paying."""
        return await self._door.call(PaymentChoice, "GET", "/wallet/payment")

    async def set_payment(self, *, method: Method | None = None, refund_after_days: int | None = None) -> PaymentChoice:
        """Choose the way of paying, and when a channel's rest comes back: 0 … 365 days, 0 at the end of watching."""
        body = PaymentIn(method=method, refund_after_days=refund_after_days)
        return await self._door.call(PaymentChoice, "PUT", "/wallet/payment", body=body)

    async def _act(self, channel_id: Bytes32, what: str) -> tuple[ChannelOut, ...]:
        path = f"/wallet/channels/{channel_id}/{what}"
        return await self._door.call(tuple[ChannelOut, ...], "POST", path, timeout_s=60)
