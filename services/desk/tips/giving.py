"""Giving a tip: inside the limits, signed and on disk, brought by the creator's node, believed from the chain."""

from __future__ import annotations

import asyncio
import logging

from anyio import to_thread
from sqlalchemy import func, select

from services.chain.authorization import TransferTerms, sign_transfer, transfer_nonce
from services.chain.errors import ChainUnreachable
from services.chain.till import till_address
from services.desk.budgets import check_day
from services.desk.context import Desk
from services.desk.money import book_tip, in_flight
from services.desk.tips.tables import GivenTip
from services.units.address import Address
from services.units.ids import IntentId, named_intent
from services.units.money import ZERO, Money, total
from services.wire.problems import ProblemError
from services.wire.tips import GiveTipIn, NextTipOut, TipIn, TipOut
from services.wire.x402 import Authorization, Payload

_log = logging.getLogger(__name__)
_VALIDITY_S = 300
_BACKDATED_S = 60
_TIMEOUT_S = 30.0
_AGAIN_S = 15.0
_LOCK = "tip"
_CERTAIN = ("payment.refused", "payment.insufficient", "payment.terms_changed", "request.invalid")


def upcoming(desk: Desk) -> NextTipOut:
    """Give the number of the next tip and what can be spent. Blocking. Raises ProblemError: wallet.missing."""
    return NextTipOut(ordinal=_last(desk) + 1, available=_available(desk))


async def give(desk: Desk, creator: Address, given: GiveTipIn) -> GivenTip:
    """Give a tip; desk: at the creator's node. The same order again moves nothing more. It runs to its end.

    Raises ProblemError: send.amount, payment.insufficient, budget.day, budget.creator, payment.terms_changed,
    payment.unknown, wallet.locked, node.unreachable (it is looked up).
    """
    return await desk.finish(_in_turn(desk, creator, given), "tip")


async def watch(desk: Desk) -> None:
    """Look open tips up until the desk closes."""
    while True:
        await finish_open(desk)
        await asyncio.sleep(_AGAIN_S)


async def finish_open(desk: Desk) -> None:
    """Try once to bring each open tip to its end."""
    for intent, node in await to_thread.run_sync(_open, desk):
        at = desk.at(node)
        async with at.turn(_LOCK):
            try:
                await _go_on(at, intent)
            except (ProblemError, ChainUnreachable) as problem:
                _log.info("tip still open", extra={"intent": intent, "code": problem.code})


def given_tips(desk: Desk, creator: Address | None) -> list[GivenTip]:
    """List the tips that this account gave, the latest first. Blocking."""
    wanted = select(GivenTip).order_by(GivenTip.ordinal.desc()).limit(50)
    with desk.database.read() as session:
        return list(session.scalars(wanted if creator is None else wanted.where(GivenTip.creator == creator)))


def tipped(desk: Desk) -> Money:
    """Add up the tips that the token has taken. Blocking. Raises ChainUnreachable."""
    with desk.database.read() as session:
        rows = session.execute(select(GivenTip.amount, GivenTip.nonce).where(GivenTip.money != "released")).all()
    return total([amount for amount, nonce in rows if desk.chain.authorization_used(desk.keyring.owner(), nonce)])


async def _in_turn(desk: Desk, creator: Address, given: GiveTipIn) -> GivenTip:
    parts = ("tip/1", desk.keyring.owner(), creator, str(given.amount.micros), str(given.ordinal))
    intent = named_intent("\x1f".join(parts))
    async with desk.turn(_LOCK):
        if await to_thread.run_sync(_find, desk, intent) is None:
            await to_thread.run_sync(_sign, desk, creator, given, intent)
        await _go_on(desk, intent)
    row = await to_thread.run_sync(_find, desk, intent)
    if row is None:
        raise ProblemError("internal")
    return row


async def _go_on(desk: Desk, intent: IntentId) -> None:
    row = await to_thread.run_sync(_find, desk, intent)
    if row is None or row.money != "in_flight" or await to_thread.run_sync(_look, desk, row):
        return
    await to_thread.run_sync(_set, desk, intent, "sent")
    body = TipIn(payload=Payload.model_validate(row.payment), message=row.message)
    try:
        await desk.node.call(TipOut, "POST", f"/creators/{row.creator}/tips", body=body, timeout_s=_TIMEOUT_S)
    except ProblemError as problem:
        await to_thread.run_sync(_set, desk, intent, "refused" if problem.code in _CERTAIN else "unknown")
        if not await to_thread.run_sync(_look, desk, row):
            raise
    else:
        await to_thread.run_sync(_look, desk, row)
    finally:
        desk.events.publish("wallet")


def _sign(desk: Desk, creator: Address, given: GiveTipIn, intent: IntentId) -> None:
    """Sign the transfer and put it on disk, its amount aside."""
    owner, key, head = desk.keyring.owner(), desk.keyring.key(), desk.chain.head()
    if given.amount <= ZERO or creator == owner:
        raise ProblemError("send.amount")
    available = _available(desk)
    if given.amount > available:
        raise ProblemError("payment.insufficient", amount=given.amount.micros, available=available.micros)
    payee = till_address(desk.chain.escrow, creator)
    terms = TransferTerms(
        payer=owner, payee=payee, amount=given.amount, nonce=transfer_nonce(desk.chain.chain_id, payee, intent),
        valid_after=max(0, head.timestamp - _BACKDATED_S), valid_before=head.timestamp + _VALIDITY_S,
    )  # fmt: skip
    signature = sign_transfer(desk.chain.chain_id, desk.chain.token, terms, key)
    message = Authorization(
        payer=owner, to=payee, value=str(terms.amount.micros), valid_after=str(terms.valid_after),
        valid_before=str(terms.valid_before), nonce=terms.nonce,
    )  # fmt: skip
    payload = Payload(signature="0x" + signature.hex(), authorization=message)
    with desk.database.write() as session:
        if given.ordinal != (session.scalar(select(func.max(GivenTip.ordinal))) or 0) + 1:
            raise ProblemError("payment.terms_changed")
        check_day(session, desk, intent=intent, creator=creator, amount=given.amount)
        row = GivenTip(
            intent=intent, ordinal=given.ordinal, node=desk.node.uri, creator=creator, amount=given.amount,
            message=given.message, payment=payload.model_dump(mode="json", by_alias=True), nonce=terms.nonce,
            valid_before=terms.valid_before, state="signed", money="in_flight", transaction=None, at=desk.clock.now(),
        )  # fmt: skip
        session.add(row)
        book_tip(session, "signed", ref=intent, amount=row.amount, at=row.at)


def _look(desk: Desk, row: GivenTip) -> bool:
    """Ask the chain whether the transfer happened, or never can; True for an end. Blocking."""
    owner = desk.keyring.owner()
    if not desk.chain.authorization_used(owner, row.nonce):
        if desk.chain.head().timestamp < row.valid_before:
            return False
        _end(desk, row.intent, "released", "refused", None)
        return True
    payee = till_address(desk.chain.escrow, row.creator)
    found = desk.chain.find_transfer(owner, payee, row.nonce, since_block=desk.chain.since_block)
    _end(desk, row.intent, "spent", "paid", None if found is None else found.tx)
    return True


def _end(desk: Desk, intent: str, money: str, state: str, transaction: str | None) -> None:
    with desk.database.write() as session:
        row = session.get_one(GivenTip, intent)
        if row.money == "in_flight":
            step = "paid" if money == "spent" else "released"
            book_tip(session, step, ref=intent, amount=row.amount, at=desk.clock.now())
            row.money, row.state, row.transaction = money, state, transaction


def _set(desk: Desk, intent: str, state: str) -> None:
    with desk.database.write() as session:
        row = session.get_one(GivenTip, intent)
        if row.money == "in_flight":
            row.state = state


def _find(desk: Desk, intent: IntentId) -> GivenTip | None:
    with desk.database.read() as session:
        return session.get(GivenTip, intent)


def _open(desk: Desk) -> list[tuple[IntentId, str]]:
    with desk.database.read() as session:
        rows = session.execute(select(GivenTip.intent, GivenTip.node).where(GivenTip.money == "in_flight"))
        return [(IntentId(intent), node) for intent, node in rows]


def _last(desk: Desk) -> int:
    with desk.database.read() as session:
        return session.scalar(select(func.max(GivenTip.ordinal))) or 0


def _available(desk: Desk) -> Money:
    with desk.database.read() as session:
        flying = in_flight(session)
    return max(desk.chain.token_balance(desk.keyring.owner()) - flying, ZERO)
