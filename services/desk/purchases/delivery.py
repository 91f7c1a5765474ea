"""From a signed purchase to its keys: send, and when the answer is not clear, look instead of paying again."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

from anyio import move_on_after, to_thread

from services.chain.gateway import Paid, Transfer
from services.desk.context import Desk
from services.desk.purchases.keys import check_keys
from services.desk.purchases.record import ENDED, find, release, write_end, write_state
from services.desk.tables import Purchase
from services.media.manifest import Manifest
from services.units.ids import IntentId
from services.wire.node import KeysOut, PayIn
from services.wire.problems import ProblemError
from services.wire.sellers import encode_payment
from services.wire.x402 import PAYMENT_SIGNATURE, Authorization, Payload

_log = logging.getLogger(__name__)
_CERTAIN = ("payment.refused", "payment.insufficient", "payment.terms_changed", "content.not_found", "content.owned")
_TIMEOUT_S = 30.0
_PATIENCE_S = 2.0


async def deliver(desk: Desk, manifest: Manifest, row: Purchase) -> None:
    """Bring a signed purchase to its end. Sending the same bytes again is safe at any time.

    Raises ProblemError: payment.refused, payment.insufficient, payment.terms_changed, payment.unknown,
    content.wrong_key.
    """
    # What must be on disk is there: the signature. That it is being sent is noted meanwhile.
    noting = asyncio.ensure_future(to_thread.run_sync(write_state, desk, IntentId(row.intent), "sent"))
    try:
        try:
            answer = await _send(desk, row)
        finally:
            await noting
    except ProblemError as problem:
        await settle(desk, row, otherwise="refused" if problem.code in _CERTAIN else "unknown")
        if problem.code in _CERTAIN and await to_thread.run_sync(_is_spent, desk, row):
            # The chain says otherwise than the seller.
            raise ProblemError("payment.unknown") from problem
        raise
    try:
        check_keys(manifest, answer.keys, range(row.first_chunk, row.first_chunk + row.chunk_count))
    except ProblemError:
        await _write_end(desk, row, state="disputed", answer=answer)
        raise
    await _write_end(desk, row, state="keyed", answer=answer)


async def settle(desk: Desk, row: Purchase, *, otherwise: str) -> bool:
    """Ask the chain what became of a purchase's money; True when it was given back as void.

    ``otherwise``: the state to note while the authorization is unused and can still be used. What cannot be looked
    up stays in flight.
    """
    intent, is_void = IntentId(row.intent), False
    try:
        used, paid, chain_time = await to_thread.run_sync(_ask_chain, desk, row)
    except ProblemError as unclear:
        _log.info("outcome cannot be looked up", extra={"intent": intent, "code": unclear.code})
        await to_thread.run_sync(write_state, desk, intent, row.state if otherwise == row.state else "unknown")
    else:
        if paid is not None:
            state = row.state if row.state in ENDED else "unknown"
            await to_thread.run_sync(partial(write_end, desk, intent, state=state, is_paid=True, transaction=paid.tx))
        elif not used and chain_time >= row.valid_before:
            is_void = True
            await to_thread.run_sync(release, desk, intent)
        else:
            await to_thread.run_sync(write_state, desk, intent, "unknown" if used else otherwise)
    _tell(desk, row)
    return is_void


async def _send(desk: Desk, row: Purchase) -> KeysOut:
    header = {PAYMENT_SIGNATURE: encode_payment(row.payment)}
    body = PayIn(first_chunk=row.first_chunk, chunk_count=row.chunk_count)
    return await desk.node.call(
        KeysOut, "POST", f"/content/{row.content_id}/pay", body=body, headers=header, timeout_s=_TIMEOUT_S
    )


async def _write_end(desk: Desk, row: Purchase, *, state: str, answer: KeysOut) -> None:
    keys = answer.keys if state == "keyed" else ()
    is_paid = await _is_paid(desk, row)

    def write() -> None:
        write_end(desk, IntentId(row.intent), state=state, is_paid=is_paid, transaction=answer.transaction, keys=keys)

    await to_thread.run_sync(write)
    _tell(desk, row)


def _is_spent(desk: Desk, row: Purchase) -> bool:
    kept = find(desk, IntentId(row.intent))
    return kept is not None and kept.money == "spent"


async def _is_paid(desk: Desk, row: Purchase) -> bool:
    """Ask the chain, never the node, whether the money moved; a chain that is slow is asked again later."""
    authorization = _authorization(row)
    with move_on_after(_PATIENCE_S):
        try:
            return await to_thread.run_sync(
                desk.chain.authorization_used, authorization.payer, authorization.nonce, abandon_on_cancel=True
            )
        except ProblemError as unclear:
            _log.info("payment not seen yet", extra={"intent": row.intent, "code": unclear.code})
    return False


def _tell(desk: Desk, row: Purchase) -> None:
    desk.events.publish("purchase", row.content_id, row.intent)
    desk.events.publish("wallet")


def _ask_chain(desk: Desk, row: Purchase) -> tuple[bool, Paid | Transfer | None, int]:
    authorization = _authorization(row)
    chain_time = desk.chain.head().timestamp
    used = desk.chain.authorization_used(authorization.payer, authorization.nonce)
    return used, _find(desk, row, authorization) if used else None, chain_time


def _find(desk: Desk, row: Purchase, authorization: Authorization) -> Paid | Transfer | None:
    payer, nonce, since = authorization.payer, authorization.nonce, max(0, row.since_block)
    if row.payment["accepted"]["scheme"] == "exact":
        return desk.chain.find_transfer(payer, authorization.to, nonce, since_block=since)
    return desk.chain.find_paid(payer, row.content_id, nonce, since_block=since)


def _authorization(row: Purchase) -> Authorization:
    return Payload.model_validate(row.payment["payload"]).authorization
