"""Money to an address: checked, ordered as it was checked, set aside on disk, sent, and followed to its end.

An order has a number. The same order again is the same payment; another one under its number is refused.
"""

from __future__ import annotations

import logging

from anyio import fail_after, sleep, to_thread
from sqlalchemy import func, select

from services.chain.calls import Call, transfer_call
from services.chain.errors import ChainRefused, ChainReverted, ChainUnreachable
from services.chain.gateway import Receipt
from services.chain.message import checksum
from services.chain.networks import NETWORKS
from services.db.transactions import SqlTransactionBook
from services.desk.context import Desk
from services.desk.money import book_sending, in_flight
from services.desk.transactions import awaited_receipt, own_relayer
from services.desk.wallet.tables import Sending
from services.units.address import Address, address
from services.units.ids import IntentId, named_intent
from services.units.money import ZERO, Money, gas_to_money
from services.wire.problems import ProblemError
from services.wire.sending import Caution, SendCheckIn, SendCheckOut, SendIn

_log = logging.getLogger(__name__)
_OPEN = ("signed", "sent", "unknown")
_LOCK = "sending"
_WAIT_S = 60.0
_AGAIN_S = 15.0
_NOBODY = address("0x" + "00" * 20)


def check(desk: Desk, given: SendCheckIn) -> SendCheckOut:
    """Say what sending would do; nothing is signed. Blocking.

    Raises ProblemError: send.address, send.checksum, send.own, send.swallowed, send.amount, payment.insufficient,
    withdrawal.no_gas, wallet.missing, chain.unreachable.
    """
    owner, payee = desk.keyring.owner(), read_payee(desk, given.payee)
    available = _available(desk)
    _check_amount(given.amount, available)
    fee = _fee(desk, transfer_call(desk.chain.token, payee, given.amount), available - given.amount)
    from_balance = _fee_from_balance(desk)
    return SendCheckOut(
        ordinal=_next(desk),
        payee=checksum(payee),
        amount=given.amount,
        fee=fee,
        fee_from_balance=from_balance,
        available=available,
        left=available - given.amount - (fee if from_balance else ZERO),
        cautions=_cautions(desk, owner, payee, given.payee),
        needs_passphrase=not desk.keyring.opens_itself,
    )


def read_payee(desk: Desk, typed: str) -> Address:
    """Read an address as a person gives it. Raises ProblemError: send.address, send.checksum, send.own, …"""
    text = typed.strip()
    try:
        payee = address(text)
    except ValueError as exc:
        raise ProblemError("send.address") from exc
    if payee == _NOBODY:
        raise ProblemError("send.address")
    if not _is_unchecked(text) and text != checksum(payee):
        raise ProblemError("send.checksum")
    if payee == desk.keyring.owner():
        raise ProblemError("send.own")
    if payee in (desk.chain.token, desk.chain.escrow):
        raise ProblemError("send.swallowed")
    return payee


async def send(desk: Desk, given: SendIn) -> Sending:
    """Send what was checked; its end follows as events. The same order again gives what became of it.

    Raises ProblemError: payment.terms_changed (the number stands for another order, or is not the next one),
    payment.insufficient, withdrawal.no_gas, wallet.locked, wallet.wrong_passphrase, chain.unreachable.
    """
    return await desk.finish(_in_turn(desk, given), "sending")


async def resume_all(desk: Desk) -> None:
    """Follow every payment without an end."""
    for intent in await to_thread.run_sync(_open, desk):
        desk.spawn(_follow(desk, intent), name=f"sending {intent}")


def sendings(desk: Desk, limit: int) -> list[Sending]:
    """List payments, newest first. Blocking."""
    with desk.database.read() as session:
        return list(session.scalars(select(Sending).order_by(Sending.ordinal.desc()).limit(limit)))


def intent_of(desk: Desk, payee: Address, amount: Money, ordinal: int) -> IntentId:
    """Derive an order's id from what it is."""
    return named_intent("\x1f".join(("send/1", desk.keyring.owner(), payee, str(amount.micros), str(ordinal))))


async def _in_turn(desk: Desk, given: SendIn) -> Sending:
    async with desk.turn(_LOCK):
        row, is_new = await to_thread.run_sync(_begin, desk, given)
        if is_new:
            try:
                await to_thread.run_sync(_submit, desk, row)
            finally:
                desk.spawn(_follow(desk, IntentId(row.id)), name=f"sending {row.id}")
                desk.events.publish("wallet", row.id)
    return await to_thread.run_sync(_find, desk, IntentId(row.id))


def _begin(desk: Desk, given: SendIn) -> tuple[Sending, bool]:
    payee, intent = given.payee, intent_of(desk, given.payee, given.amount, given.ordinal)
    with desk.database.read() as session:
        known = session.get(Sending, intent)
    if known is not None:
        return known, False
    read_payee(desk, payee)
    desk.keyring.confirm(given.passphrase)
    desk.keyring.key()
    available = _available(desk)
    _check_amount(given.amount, available)
    _fee(desk, transfer_call(desk.chain.token, payee, given.amount), available - given.amount)
    with desk.database.write() as session:
        if given.ordinal != (session.scalar(select(func.max(Sending.ordinal))) or 0) + 1:
            raise ProblemError("payment.terms_changed")
        row = Sending(
            id=intent,
            ordinal=given.ordinal,
            payee=payee,
            amount=given.amount,
            fee=None,
            state="signed",
            money="in_flight",
            transaction=None,
            error="",
            at=desk.clock.now(),
        )
        session.add(row)
        book_sending(session, "signed", ref=intent, amount=row.amount, at=row.at)
    return row, True


def _submit(desk: Desk, row: Sending) -> None:
    try:
        tx = own_relayer(desk).submit(IntentId(row.id), transfer_call(desk.chain.token, row.payee, row.amount))
    except (ChainReverted, ChainRefused, ChainUnreachable) as exc:
        # Nothing was signed, or the bytes are in the book and are followed: only the book can tell.
        if SqlTransactionBook(desk.database).find(IntentId(row.id)) is None:
            _end(desk, row.id, None, error=exc.code)
            raise
        _set(desk, row.id, state="unknown", transaction=None)
        return
    _set(desk, row.id, state="sent", transaction=tx)


async def _follow(desk: Desk, intent: IntentId) -> None:
    """Send the signed bytes again and look for their end, until it is known; replace them when they are stuck."""
    book = SqlTransactionBook(desk.database)
    booked = await to_thread.run_sync(book.find, intent)
    if booked is None:
        # Killed between the row and the signature: nothing was ever signed.
        await _close(desk, intent, None, "not_signed")
        return
    while True:
        try:
            with fail_after(_WAIT_S):
                receipt = await awaited_receipt(desk, intent)
        except (TimeoutError, ChainUnreachable, ChainRefused):
            _log.info("payment without an end yet", extra={"intent": intent})
            booked = await to_thread.run_sync(book.find, intent) or booked
            await to_thread.run_sync(lambda tx: _set(desk, intent, state="unknown", transaction=tx), booked.signed.hash)
            desk.events.publish("wallet", intent)
            await sleep(_AGAIN_S)
        else:
            break
    await _close(desk, intent, receipt, "" if receipt.is_ok else receipt.reason or "reverted")


async def _close(desk: Desk, intent: IntentId, receipt: Receipt | None, error: str) -> None:
    await to_thread.run_sync(lambda: _end(desk, intent, receipt, error=error))
    desk.events.publish("wallet", intent)


def _end(desk: Desk, intent: str, receipt: Receipt | None, *, error: str) -> None:
    """Close an order with what the chain says; without a receipt nothing was signed and the money is back."""
    fee = None if receipt is None else gas_to_money(receipt.fee_wei)
    with desk.database.write() as session:
        row, now = session.get_one(Sending, intent), desk.clock.now()
        if row.money != "in_flight":
            return
        is_paid = receipt is not None and receipt.is_ok
        book_sending(session, "paid" if is_paid else "released", ref=intent, amount=row.amount, at=now)
        if fee and _fee_from_balance(desk):
            book_sending(session, "fee", ref=intent, amount=fee, at=now)
        row.state, row.money, row.error = ("confirmed", "spent", "") if is_paid else ("failed", "released", error)
        row.fee, row.transaction = fee, row.transaction if receipt is None else receipt.tx


def _set(desk: Desk, intent: str, *, state: str, transaction: str | None) -> None:
    with desk.database.write() as session:
        row = session.get_one(Sending, intent)
        if row.money == "in_flight":
            row.state, row.transaction = state, transaction or row.transaction


def _cautions(desk: Desk, owner: Address, payee: Address, typed: str) -> tuple[Caution, ...]:
    with desk.database.read() as session:
        before = select(Sending.id).where(Sending.payee == payee, Sending.money == "spent").limit(1)
        is_known = session.scalar(before) is not None
    found: list[Caution] = [] if is_known else ["new"]
    if desk.chain.code(payee):
        found.append("contract")
    if _is_unchecked(typed.strip()):
        found.append("unchecked")
    return tuple(found)


def _is_unchecked(typed: str) -> bool:
    letters = typed[2:]
    return letters in (letters.lower(), letters.upper())


def _check_amount(amount: Money, available: Money) -> None:
    if amount <= ZERO:
        raise ProblemError("send.amount")
    if amount > available:
        raise ProblemError("payment.insufficient", amount=amount.micros, available=available.micros)


def _fee(desk: Desk, call: Call, left: Money) -> Money:
    """Give the most that the network takes. Raises ProblemError: payment.insufficient, withdrawal.no_gas."""
    owner = desk.keyring.owner()
    fee_wei = desk.chain.simulate(call, owner) * desk.chain.fees().max_fee_per_gas
    fee, gas = gas_to_money(fee_wei), gas_to_money(desk.chain.gas_balance(owner))
    if _fee_from_balance(desk):
        if fee > left:
            raise ProblemError("payment.insufficient", amount=(fee - left).micros, available=max(left, ZERO).micros)
    elif fee > gas:
        raise ProblemError("withdrawal.no_gas", fee=fee.micros, gas=gas.micros)
    return fee


def _fee_from_balance(desk: Desk) -> bool:
    """Tell whether one balance is the money and the gas, as on Arc."""
    return desk.chain.chain_id in NETWORKS


def _available(desk: Desk) -> Money:
    with desk.database.read() as session:
        flying = in_flight(session)
    return max(desk.chain.token_balance(desk.keyring.owner()) - flying, ZERO)


def _next(desk: Desk) -> int:
    with desk.database.read() as session:
        return (session.scalar(select(func.max(Sending.ordinal))) or 0) + 1


def _find(desk: Desk, intent: IntentId) -> Sending:
    with desk.database.read() as session:
        return session.get_one(Sending, intent)


def _open(desk: Desk) -> list[IntentId]:
    with desk.database.read() as session:
        return [IntentId(one) for one in session.scalars(select(Sending.id).where(Sending.state.in_(_OPEN)))]
