"""From a signed purchase to its keys: send, and when the answer is not clear, look instead of paying again."""

from __future__ import annotations

import logging

from anyio import to_thread

from services.chain.gateway import Paid
from services.desk.context import Desk
from services.desk.purchases.keys import check_keys
from services.desk.purchases.record import release, write_paid, write_state
from services.desk.tables import Purchase
from services.media.manifest import Manifest
from services.units.ids import IntentId
from services.wire.node import KeysOut, PayIn
from services.wire.problems import ProblemError
from services.wire.x402 import PAYMENT_SIGNATURE, Payment, encode

_log = logging.getLogger(__name__)
_CERTAIN = ("payment.refused", "payment.insufficient", "payment.terms_changed", "content.not_found", "content.owned")
_TIMEOUT_S = 30.0


async def deliver(desk: Desk, manifest: Manifest, row: Purchase) -> None:
    """Bring a signed purchase to its end. Sending the same bytes again is safe at any time.

    Raises ProblemError: payment.refused, payment.insufficient, payment.terms_changed, payment.unknown,
    content.wrong_key.
    """
    intent = IntentId(row.intent)
    await to_thread.run_sync(write_state, desk, intent, "sent")
    try:
        answer = await _send(desk, row)
    except ProblemError as problem:
        await _look_up(desk, row, problem)
        raise
    try:
        check_keys(manifest, answer.keys, range(row.first_chunk, row.first_chunk + row.chunk_count))
    except ProblemError:
        await _write_end(desk, row, state="disputed", answer=answer)
        raise
    await _write_end(desk, row, state="keyed", answer=answer)


async def released_as_void(desk: Desk, row: Purchase) -> bool:
    """Give the money of a purchase back if its authorization ran out unused; True when that was so."""
    if row.money != "in_flight":
        return False
    used, _, chain_time = await to_thread.run_sync(_ask_chain, desk, row)
    if used or chain_time < row.valid_before:
        return False
    await to_thread.run_sync(release, desk, IntentId(row.intent))
    return True


async def _send(desk: Desk, row: Purchase) -> KeysOut:
    header = {PAYMENT_SIGNATURE: encode(Payment.model_validate(row.payment))}
    body = PayIn(first_chunk=row.first_chunk, chunk_count=row.chunk_count)
    return await desk.node.call(
        KeysOut, "POST", f"/content/{row.content_id}/pay", body=body, headers=header, timeout_s=_TIMEOUT_S
    )


async def _write_end(desk: Desk, row: Purchase, *, state: str, answer: KeysOut) -> None:
    keys = answer.keys if state == "keyed" else ()

    def write() -> None:
        write_paid(desk, IntentId(row.intent), state=state, transaction=answer.transaction, keys=keys)

    await to_thread.run_sync(write)
    desk.events.publish("purchase", row.content_id, row.intent)
    desk.events.publish("wallet")


async def _look_up(desk: Desk, row: Purchase, problem: ProblemError) -> None:
    """Ask the chain what became of the money; what stays unclear stays in flight."""
    intent = IntentId(row.intent)
    state = "refused" if problem.code in _CERTAIN else "unknown"
    try:
        used, paid, chain_time = await to_thread.run_sync(_ask_chain, desk, row)
    except ProblemError as unclear:
        _log.info("outcome cannot be looked up", extra={"intent": intent, "code": unclear.code})
        await to_thread.run_sync(write_state, desk, intent, "unknown")
    else:
        if paid is not None:
            await to_thread.run_sync(lambda: write_paid(desk, intent, state="unknown", transaction=paid.tx))
        elif not used and chain_time >= row.valid_before:
            await to_thread.run_sync(release, desk, intent)
        else:
            await to_thread.run_sync(write_state, desk, intent, "unknown" if used else state)
    desk.events.publish("purchase", row.content_id, intent)
    desk.events.publish("wallet")


def _ask_chain(desk: Desk, row: Purchase) -> tuple[bool, Paid | None, int]:
    authorization = Payment.model_validate(row.payment).payload.authorization
    chain_time = desk.chain.head().timestamp
    used = desk.chain.authorization_used(authorization.payer, authorization.nonce)
    if not used:
        return False, None, chain_time
    since = max(0, row.since_block)
    paid = desk.chain.find_paid(authorization.payer, row.content_id, authorization.nonce, since_block=since)
    return True, paid, chain_time
