"""From a signed membership payment to the membership: sent, and when the answer is not clear, looked up."""

from __future__ import annotations

import logging

from anyio import to_thread

from services.chain.gateway import Subscribed
from services.desk.context import Desk
from services.desk.memberships.mirror import keep
from services.desk.memberships.record import release, write_paid, write_state
from services.desk.memberships.tables import MembershipPayment
from services.units.ids import IntentId
from services.wire.memberships import SubscribedOut
from services.wire.problems import ProblemError
from services.wire.x402 import Authorization, Payload

_log = logging.getLogger(__name__)
_CERTAIN = ("payment.refused", "payment.insufficient", "payment.terms_changed", "tier.not_found")
_TIMEOUT_S = 30.0


async def deliver(desk: Desk, row: MembershipPayment) -> None:
    """Bring a signed payment to its end. Sending the same bytes again is safe at any time.

    Raises ProblemError: payment.refused, payment.insufficient, payment.terms_changed, payment.unknown.
    """
    intent = IntentId(row.intent)
    await to_thread.run_sync(write_state, desk, intent, "sent")
    body = {"tier_id": row.tier_id, "creator_id": row.creator, "payment": row.payment}
    try:
        answer = await desk.node.call(SubscribedOut, "POST", "/subscribe/", body=body, timeout_s=_TIMEOUT_S)
    except ProblemError as problem:
        is_certain = problem.code in _CERTAIN
        await settle(desk, row, otherwise="refused" if is_certain else "unknown")
        if is_certain and await to_thread.run_sync(_is_used, desk, row):
            # The chain says otherwise than the node.
            raise ProblemError("payment.unknown") from problem
        raise
    await settle(desk, row, otherwise="unknown")
    if answer.membership.viewer == desk.keyring.address and answer.membership.tier_id == row.tier_id:
        agreed = answer.membership.price
        await to_thread.run_sync(lambda: keep(desk, (answer.membership,), agreed=agreed))
    _tell(desk, row)


async def settle(desk: Desk, row: MembershipPayment, *, otherwise: str) -> bool:
    """Ask the chain what became of a payment; True when its money was given back as void.

    ``otherwise``: the state to note while the authorization is unused and can still be used. What cannot be looked up
    stays in flight.
    """
    intent, is_void = IntentId(row.intent), False
    try:
        used, paid, chain_time = await to_thread.run_sync(_ask_chain, desk, row)
    except ProblemError as unclear:
        _log.info("outcome cannot be looked up", extra={"intent": intent, "code": unclear.code})
        await to_thread.run_sync(write_state, desk, intent, "unknown")
    else:
        if used:
            # The nonce says viewer, creator, tier and end: nothing else can have used it.
            await to_thread.run_sync(write_paid, desk, intent, paid.tx if paid else None)
        elif chain_time >= row.valid_before:
            is_void = True
            await to_thread.run_sync(release, desk, intent)
        else:
            await to_thread.run_sync(write_state, desk, intent, otherwise)
    _tell(desk, row)
    return is_void


def _is_used(desk: Desk, row: MembershipPayment) -> bool:
    message = _authorization(row)
    return desk.chain.authorization_used(message.payer, message.nonce)


def _ask_chain(desk: Desk, row: MembershipPayment) -> tuple[bool, Subscribed | None, int]:
    message, head = _authorization(row), desk.chain.head()
    if not desk.chain.authorization_used(message.payer, message.nonce):
        return False, None, head.timestamp
    events = desk.chain.escrow_events(max(0, row.since_block), desk.chain.head().number)
    found = (event for event in events if isinstance(event, Subscribed) and event.nonce == message.nonce)
    return True, next(found, None), head.timestamp


def _authorization(row: MembershipPayment) -> Authorization:
    return Payload.model_validate(row.payment["payload"]).authorization


def _tell(desk: Desk, row: MembershipPayment) -> None:
    desk.events.publish("membership", row.intent)
    desk.events.publish("wallet")
