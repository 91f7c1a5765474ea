"""Refunds on both sides: asked for by a viewer, paid by a creator, and believed when the chain has them."""

from __future__ import annotations

import logging
from functools import partial

from anyio import to_thread
from sqlalchemy import select

from services.chain.authorization import TransferTerms, sign_transfer, transfer_nonce
from services.desk.context import Desk
from services.desk.memberships.tables import Refund
from services.desk.money import book_refund, in_flight
from services.units.ids import refund_intent
from services.units.money import ZERO, Money
from services.wire.memberships import RefundAskIn, RefundIn, RefundOut, RefundPaidIn
from services.wire.problems import ProblemError
from services.wire.x402 import Authorization, Payload

_log = logging.getLogger(__name__)
_VALIDITY_S = 300
_BACKDATED_S = 60
_TIMEOUT_S = 30.0
_LOCK = "refund"
_CERTAIN = ("payment.refused", "payment.insufficient", "payment.terms_changed", "refund.not_found")


async def ask(desk: Desk, given: RefundAskIn) -> RefundOut:
    """Ask the creator of a receipt for its money. Raises ProblemError: refund.not_found, node.unreachable."""
    body = RefundIn(receipt=given.receipt, reason=given.reason)
    asked = await desk.node.call(RefundOut, "POST", "/refunds", body=body)
    if asked.viewer == desk.keyring.owner():
        await to_thread.run_sync(_await, desk, asked)
    return asked


async def listed(desk: Desk, side: str) -> tuple[RefundOut, ...]:
    """List what was asked for at the desk's node, or of this account. Raises ProblemError: node.unreachable."""
    found = await desk.node.call(tuple[RefundOut, ...], "GET", "/refunds", query={"side": side})
    if side == "viewer":
        for one in found:
            if one.viewer == desk.keyring.address:
                await to_thread.run_sync(_await, desk, one)
    return found


async def pay(desk: Desk, receipt: str, amount: Money) -> None:
    """Give the whole sum of a receipt back, if it is what the person confirmed. It runs to its end.

    Raises ProblemError: refund.not_found, payment.terms_changed, payment.insufficient, payment.unknown, wallet.locked.
    """
    asked = next((one for one in await listed(desk, "creator") if one.receipt == receipt), None)
    if asked is None:
        raise ProblemError("refund.not_found")
    if asked.amount != amount or asked.creator != desk.keyring.owner():
        raise ProblemError("payment.terms_changed")
    await desk.finish(_in_turn(desk, asked), "refund")


async def finish_open(desk: Desk) -> None:
    """Try once to bring each open refund to its end, and look for those that are awaited."""
    for receipt, node in await to_thread.run_sync(_open, desk):
        at = desk.at(node)
        async with at.turn(_LOCK):
            try:
                row = await to_thread.run_sync(_find, at, receipt)
                if row is None or row.money not in ("in_flight", "awaited"):
                    continue
                await to_thread.run_sync(_look, at, row)
                if row.money == "in_flight" and row.state in ("signed", "sent", "unknown"):
                    await _deliver(at, receipt)
            except ProblemError as problem:
                _log.info("refund still open", extra={"receipt": receipt, "code": problem.code})


async def _in_turn(desk: Desk, asked: RefundOut) -> None:
    async with desk.turn(_LOCK):
        row = await to_thread.run_sync(_find, desk, asked.receipt)
        if row is not None and row.money == "in_flight":
            await to_thread.run_sync(_look, desk, row)
            row = await to_thread.run_sync(_find, desk, asked.receipt)
        if row is None or row.money == "released":
            await to_thread.run_sync(_sign, desk, asked)
        await _deliver(desk, asked.receipt)


def _sign(desk: Desk, asked: RefundOut) -> None:
    """Sign the transfer and put it on disk, its amount aside."""
    key, head = desk.keyring.key(), desk.chain.head()
    nonce = transfer_nonce(desk.chain.chain_id, asked.viewer, refund_intent(asked.receipt))
    _check_balance(desk, asked.amount)
    terms = TransferTerms(
        payer=desk.keyring.owner(), payee=asked.viewer, amount=asked.amount, nonce=nonce,
        valid_after=max(0, head.timestamp - _BACKDATED_S), valid_before=head.timestamp + _VALIDITY_S,
    )  # fmt: skip
    signature = sign_transfer(desk.chain.chain_id, desk.chain.token, terms, key)
    message = Authorization(
        payer=terms.payer, to=terms.payee, value=str(terms.amount.micros), valid_after=str(terms.valid_after),
        valid_before=str(terms.valid_before), nonce=nonce,
    )  # fmt: skip
    payload = Payload(signature="0x" + signature.hex(), authorization=message).model_dump(mode="json", by_alias=True)
    with desk.database.write() as session:
        row = session.get(Refund, asked.receipt)
        if row is None:
            row = Refund(receipt=asked.receipt, node=desk.node.uri, viewer=asked.viewer, creator=asked.creator)
            session.add(row)
        row.item, row.amount, row.nonce, row.payment = asked.item, asked.amount, nonce, payload
        row.valid_before, row.state, row.money = terms.valid_before, "signed", "in_flight"
        row.transaction, row.at = None, desk.clock.now()
        book_refund(session, "signed", ref=_ref(row), amount=row.amount, item=row.item, at=row.at)


async def _deliver(desk: Desk, receipt: str) -> None:
    row = await to_thread.run_sync(_find, desk, receipt)
    if row is None or row.money != "in_flight":
        return
    await to_thread.run_sync(partial(_set, desk, receipt, state="sent"))
    body = RefundPaidIn(payload=Payload.model_validate(row.payment))
    try:
        await desk.node.call(RefundOut, "POST", f"/refunds/{receipt}/pay", body=body, timeout_s=_TIMEOUT_S)
    except ProblemError as problem:
        state = "refused" if problem.code in _CERTAIN else "unknown"
        await to_thread.run_sync(partial(_set, desk, receipt, state=state))
        await to_thread.run_sync(_look, desk, row)
        raise
    finally:
        desk.events.publish("wallet")
    await to_thread.run_sync(_look, desk, row)


def _look(desk: Desk, row: Refund) -> None:
    """Ask the chain whether the transfer happened; the only proof that counts, for either side. Blocking."""
    used = desk.chain.authorization_used(row.creator, row.nonce)
    chain_time = desk.chain.head().timestamp
    if not used:
        if row.money == "in_flight" and chain_time >= row.valid_before:
            _end(desk, row.receipt, step="released", money="released", state="refused", transaction=None)
        return
    found = desk.chain.find_transfer(row.creator, row.viewer, row.nonce, since_block=desk.chain.since_block)
    if found is None or found.amount != row.amount:
        return
    step, money = ("paid", "spent") if row.money == "in_flight" else ("came", "came")
    _end(desk, row.receipt, step=step, money=money, state="paid", transaction=found.tx)


def _end(desk: Desk, receipt: str, *, step: str, money: str, state: str, transaction: str | None) -> None:
    with desk.database.write() as session:
        row = session.get_one(Refund, receipt)
        if row.money in ("in_flight", "awaited"):
            book_refund(session, step, ref=_ref(row), amount=row.amount, item=row.item, at=desk.clock.now())
            row.money, row.state, row.transaction = money, state, transaction
    desk.events.publish("wallet")


def _await(desk: Desk, asked: RefundOut) -> None:
    with desk.database.write() as session:
        if session.get(Refund, asked.receipt) is None:
            nonce = transfer_nonce(desk.chain.chain_id, asked.viewer, refund_intent(asked.receipt))
            session.add(
                Refund(
                    receipt=asked.receipt,
                    node=desk.node.uri,
                    creator=asked.creator,
                    viewer=asked.viewer,
                    item=asked.item,
                    amount=asked.amount,
                    nonce=nonce,
                    payment=None,
                    valid_before=0,
                    state="asked",
                    money="awaited",
                    transaction=None,
                    at=desk.clock.now(),
                )
            )


def came_back(desk: Desk) -> Money:
    """Add up what the chain gave back to this account. Blocking. Raises ChainUnreachable."""
    with desk.database.read() as session:
        rows = list(session.scalars(select(Refund).where(Refund.viewer == desk.keyring.address)))
    total = ZERO
    for row in rows:
        if desk.chain.authorization_used(row.creator, row.nonce):
            total = total + row.amount
    return total


def _find(desk: Desk, receipt: str) -> Refund | None:
    with desk.database.read() as session:
        return session.get(Refund, receipt)


def _open(desk: Desk) -> list[tuple[str, str]]:
    with desk.database.read() as session:
        wanted = select(Refund).where(Refund.money.in_(("in_flight", "awaited"))).order_by(Refund.at)
        return [(row.receipt, row.node) for row in session.scalars(wanted)]


def _set(desk: Desk, receipt: str, *, state: str) -> None:
    with desk.database.write() as session:
        row = session.get_one(Refund, receipt)
        if row.money == "in_flight":
            row.state = state


def _check_balance(desk: Desk, amount: Money) -> None:
    with desk.database.read() as session:
        flying = in_flight(session)
    available = desk.chain.token_balance(desk.keyring.owner()) - flying
    if available < amount:
        raise ProblemError("payment.insufficient", amount=amount.micros, available=max(available, ZERO).micros)


def _ref(row: Refund) -> str:
    signature = "" if row.payment is None else row.payment["signature"][2:18]
    return f"{row.receipt}:{signature}"
