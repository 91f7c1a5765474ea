"""The wallet's routes."""

from __future__ import annotations

from typing import Annotated

from anyio import to_thread
from fastapi import Query
from sqlalchemy import select

from services.desk.context import Desk
from services.desk.door import DeskOf
from services.desk.receipts import receipt_out
from services.desk.tables import Purchase
from services.desk.wallet.balance import balance_out
from services.desk.wallet.service import wallet_state
from services.http.late_routes import LateRouter
from services.wire.desk import BalanceOut, PassphraseIn, ReceiptOut, WalletOut

router = LateRouter(tags=["wallet"])


@router.get("/wallet")
async def state(desk: DeskOf) -> WalletOut:
    """Read the four numbers."""
    return await to_thread.run_sync(wallet_state, desk)


@router.post("/wallet")
async def create(desk: DeskOf, body: PassphraseIn) -> WalletOut:
    """Make a wallet."""
    await to_thread.run_sync(desk.keyring.create, body.passphrase)
    return await _changed(desk)


@router.post("/wallet/unlock")
async def unlock(desk: DeskOf, body: PassphraseIn) -> WalletOut:
    """Open the wallet; opening takes about a second of work on purpose."""
    await to_thread.run_sync(desk.keyring.unlock, body.passphrase)
    return await _changed(desk)


@router.post("/wallet/lock")
async def lock(desk: DeskOf) -> WalletOut:
    """Forget the key until the next unlock."""
    desk.keyring.lock()
    return await _changed(desk)


@router.get("/wallet/receipts")
async def receipts(desk: DeskOf, limit: Annotated[int, Query(ge=1, le=100)] = 50) -> tuple[ReceiptOut, ...]:
    """List purchases, newest first."""

    def read() -> tuple[ReceiptOut, ...]:
        with desk.database.read() as session:
            rows = session.scalars(select(Purchase).order_by(Purchase.at.desc(), Purchase.intent).limit(limit))
            return tuple(receipt_out(row) for row in rows)

    return await to_thread.run_sync(read)


@router.get("/wallet/balance")
async def balance(desk: DeskOf, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> BalanceOut:
    """List what changed the balance, the latest first."""
    return await to_thread.run_sync(balance_out, desk, limit)


async def _changed(desk: Desk) -> WalletOut:
    desk.events.publish("wallet")
    return await to_thread.run_sync(wallet_state, desk)
