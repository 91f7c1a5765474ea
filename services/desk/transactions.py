"""Transactions of a person's own wallet: signed by it, sent again, and looked for until the chain has them."""

from __future__ import annotations

from anyio import sleep, to_thread

from services.chain.gateway import Receipt
from services.chain.relayer import OwnKeyRelayer, find_receipt
from services.db.transactions import SqlTransactionBook
from services.desk.context import Desk
from services.units.ids import IntentId

_POLL_S = 0.25


def own_relayer(desk: Desk) -> OwnKeyRelayer:
    """Give what signs with the wallet's key, which must be open. Raises ProblemError: wallet.locked."""
    return OwnKeyRelayer(desk.chain, desk.keyring.key(), SqlTransactionBook(desk.database), clock=desk.clock)


async def awaited_receipt(desk: Desk, intent: IntentId) -> Receipt:
    """Send a signed transaction again unless the chain has it, and wait for its receipt; bounded by the caller.

    Raises as the chain does.
    """
    receipt = await to_thread.run_sync(_look, desk, intent)
    if receipt is None:
        await to_thread.run_sync(_push, desk, intent)
    while receipt is None:
        receipt = await to_thread.run_sync(_look, desk, intent)
        if receipt is None:
            await sleep(_POLL_S)
    return receipt


def _look(desk: Desk, intent: IntentId) -> Receipt | None:
    book = SqlTransactionBook(desk.database)
    booked = book.find(intent)
    return None if booked is None else find_receipt(desk.chain, book, booked)


def _push(desk: Desk, intent: IntentId) -> None:
    """Send the signed bytes again; an open wallet offers more for a stuck transaction first."""
    if desk.keyring.status == "open":
        own_relayer(desk).resume()
    booked = SqlTransactionBook(desk.database).find(intent)
    if booked is not None:
        desk.chain.broadcast(booked.signed.raw)
