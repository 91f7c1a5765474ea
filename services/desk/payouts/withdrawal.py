"""One withdrawal: checked first, signed and on disk, sent once, followed to its end."""

from __future__ import annotations

import logging
from functools import partial

from anyio import fail_after, sleep, to_thread
from sqlalchemy import func, select

from services.chain.calls import withdraw_creator_call
from services.chain.errors import ChainRefused, ChainReverted, ChainUnreachable
from services.chain.gateway import CreatorWithdrawn
from services.db.transactions import SqlTransactionBook
from services.desk.chain_view import follow
from services.desk.context import Desk
from services.desk.tables import Withdrawal
from services.desk.transactions import awaited_receipt, own_relayer
from services.units.ids import IntentId, withdrawal_intent
from services.units.money import ZERO, Money, gas_to_money
from services.wire.problems import ProblemError

_log = logging.getLogger(__name__)
OPEN = ("signed", "sent", "unknown")
_WAIT_S = 60.0
_AGAIN_S = 15.0
_LOCK = "withdrawal"
# Measured: a first withdrawal with a new balance slot; see gas_withdraw_first in the benchmarks.
_USUAL_GAS = 90_000


def estimated_fee(desk: Desk, gas: int = _USUAL_GAS) -> int:
    """Give the most that a withdrawal may cost now, in wei. Blocking."""
    return gas * desk.chain.fees().max_fee_per_gas


def precheck(desk: Desk) -> tuple[Money, Money, Money, ProblemError | None]:
    """Give amount, fee and gas balance, and what stands in the way. Blocking.

    Raises ProblemError: chain.unreachable.
    """
    owner = desk.keyring.owner()
    amount = desk.chain.creator_balance(owner)
    gas_wei = desk.chain.gas_balance(owner)
    if not amount:
        return ZERO, ZERO, gas_to_money(gas_wei), ProblemError("withdrawal.nothing")
    fee_wei = estimated_fee(desk, desk.chain.simulate(withdraw_creator_call(desk.chain.escrow), owner))
    fee, gas = gas_to_money(fee_wei), gas_to_money(gas_wei)
    if _open_one(desk) is not None:
        return amount, fee, gas, ProblemError("withdrawal.in_progress")
    if gas_wei < fee_wei:
        return amount, fee, gas, ProblemError("withdrawal.no_gas", fee=fee.micros, gas=gas.micros)
    return amount, fee, gas, None


async def withdraw(desk: Desk) -> Withdrawal:
    """Sign and send a withdrawal of everything; its end follows as events.

    Raises ProblemError: withdrawal.nothing, withdrawal.no_gas, withdrawal.in_progress, wallet.locked.
    """
    return await desk.finish(_in_turn(desk), "withdrawal")


async def _in_turn(desk: Desk) -> Withdrawal:
    async with desk.turn(_LOCK):
        row = await to_thread.run_sync(_begin, desk)
        try:
            await to_thread.run_sync(_send, desk, row)
        finally:
            # Whatever came of the sending: what is signed is followed to its end.
            await resume_all(desk)
            desk.events.publish("payout", row.id)
    return row


async def resume_all(desk: Desk) -> None:
    """Follow the withdrawal that is open, if there is one."""
    row = await to_thread.run_sync(_open_one, desk)
    if row is not None:
        desk.spawn(_follow(desk, row.id), name=f"withdrawal {row.id}")


def _begin(desk: Desk) -> Withdrawal:
    desk.keyring.key()
    amount, _, _, problem = precheck(desk)
    if problem is not None:
        raise problem
    owner = desk.keyring.owner()
    with desk.database.write() as session:
        ordinal = (session.scalar(select(func.max(Withdrawal.ordinal))) or 0) + 1
        row = Withdrawal(
            id=withdrawal_intent(creator=owner, ordinal=ordinal),
            ordinal=ordinal,
            amount=amount,
            state="signed",
            transaction=None,
            fee=None,
            error=None,
            at=desk.clock.now(),
        )
        session.add(row)
    return row


def _send(desk: Desk, row: Withdrawal) -> None:
    try:
        tx = own_relayer(desk).submit(IntentId(row.id), withdraw_creator_call(desk.chain.escrow))
    except ChainReverted as exc:
        _set(desk, row.id, state="failed", error=exc.error_name)
        raise ProblemError("withdrawal.nothing" if exc.error_name == "NothingToWithdraw" else "chain.reverted") from exc
    except (ChainRefused, ChainUnreachable) as exc:
        # Nothing was signed, or the bytes are in the book: only the book can tell.
        booked = SqlTransactionBook(desk.database).find(IntentId(row.id))
        _set(desk, row.id, state="failed" if booked is None else "unknown", error=exc.code)
        raise
    row.transaction, row.state = tx, "sent"
    _set(desk, row.id, state="sent", transaction=tx)


async def _follow(desk: Desk, withdrawal_id: str) -> None:
    """Send the signed bytes again and look for their end, until it is known; replace them when they are stuck."""
    book, intent = SqlTransactionBook(desk.database), IntentId(withdrawal_id)
    booked = await to_thread.run_sync(book.find, intent)
    if booked is None:
        # Killed between the row and the signature: nothing was ever signed.
        await _end(desk, withdrawal_id, state="failed", error="not_signed")
        return
    while True:
        try:
            with fail_after(_WAIT_S):
                receipt = await awaited_receipt(desk, intent)
        except (TimeoutError, ChainUnreachable, ChainRefused):
            _log.info("withdrawal without an end yet", extra={"withdrawal": withdrawal_id})
            booked = await to_thread.run_sync(book.find, intent) or booked
            await _end(desk, withdrawal_id, state="unknown", transaction=booked.signed.hash)
            await sleep(_AGAIN_S)
        else:
            break
    await to_thread.run_sync(follow, desk)
    outcome: dict[str, object] = {"state": "confirmed"}
    if not receipt.is_ok:
        outcome = {"state": "failed", "error": receipt.reason}
    taken = [event.amount for event in receipt.events if isinstance(event, CreatorWithdrawn)]
    if taken:
        # What was earned since the check went along.
        outcome["amount"] = taken[0]
    await _end(desk, withdrawal_id, transaction=receipt.tx, fee=gas_to_money(receipt.fee_wei), **outcome)
    _log.info(
        "withdrawal ended", extra={"withdrawal": withdrawal_id, "state": outcome["state"], "transaction": receipt.tx}
    )


async def _end(desk: Desk, withdrawal_id: str, **fields: object) -> None:
    await to_thread.run_sync(partial(_set, desk, withdrawal_id, **fields))
    for kind in ("payout", "wallet", "earnings"):
        desk.events.publish(kind, withdrawal_id)


def _open_one(desk: Desk) -> Withdrawal | None:
    with desk.database.read() as session:
        return session.scalar(select(Withdrawal).where(Withdrawal.state.in_(OPEN)).limit(1))


def _set(desk: Desk, withdrawal_id: str, **fields: object) -> None:
    with desk.database.write() as session:
        row = session.get_one(Withdrawal, withdrawal_id)
        for name, value in fields.items():
            setattr(row, name, value)
