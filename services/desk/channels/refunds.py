"""Getting a channel's rest back from the node: by itself after a while, or when the person asks for it."""

from __future__ import annotations

import logging
from datetime import timedelta

from anyio import to_thread

from services.desk.channels.chain import follow
from services.desk.channels.delivery import finish
from services.desk.channels.keys import config_of
from services.desk.channels.offers import learn
from services.desk.channels.record import free_of, set_state
from services.desk.channels.recovery import refresh
from services.desk.channels.vouchers import refund_payment
from services.desk.choices import Choices
from services.desk.context import Desk
from services.desk.tables import Channel
from services.units.address import Bytes32
from services.units.ids import IntentId
from services.units.money import ZERO
from services.wire.problems import ProblemError
from services.wire.sellers import encode_payment
from services.wire.x402 import Settled

_log = logging.getLogger(__name__)
AT_THE_END = timedelta(minutes=10)
_TIMEOUT_S = 30.0
# After these the node has moved nothing, nor will it.
_REFUSALS = ("channel.refused", "channel.not_found", "channel.total", "channel.busy", "payment.scheme")


def is_idle(row: Channel, chosen: Choices, desk: Desk) -> bool:
    """Tell whether a channel's rest goes back by itself now."""
    after = timedelta(days=chosen.refund_after_days) if chosen.refund_after_days else AT_THE_END
    is_clear = row.own and row.state == "open" and row.open_intent is None and row.deposit is None
    return bool(is_clear) and free_of(row) > ZERO and desk.clock.now() >= row.used_at + after


async def refund(desk: Desk, channel: Bytes32) -> None:
    """Ask for what is left, and book what the chain says came back. In the channel's turn.

    Asking again moves nothing more. Raises ProblemError: channel.state (it is on its way by a withdrawal, another
    device's, or waits for a key), withdrawal.nothing, node.unreachable, channel.refused.
    """
    row = await to_thread.run_sync(_row, desk, channel)
    if row.open_intent is not None and not await finish(desk, IntentId(row.open_intent)):
        raise ProblemError("channel.state", state="waiting")
    row = await to_thread.run_sync(follow, desk, channel)
    if not row.own or row.state not in ("open", "refunding") or row.deposit is not None:
        raise ProblemError("channel.state", state=row.state)
    if row.state == "open" and free_of(row) <= ZERO:
        raise ProblemError("withdrawal.nothing")
    try:
        await _ask(desk, row)
    finally:
        desk.events.publish("channel", channel)
        desk.events.publish("wallet")


async def _ask(desk: Desk, row: Channel) -> None:
    await to_thread.run_sync(_note, desk, row.id, "refunding")
    try:
        await _send(desk, row)
    except ProblemError as problem:
        if problem.code in _REFUSALS:
            await to_thread.run_sync(_note, desk, row.id, "open")
        if problem.code == "channel.total":
            # These books are behind: they catch up, and the next time it is the right total.
            desk.spawn(refresh(desk), name="channels")
        raise
    await to_thread.run_sync(_returned, desk, row.id)


async def _send(desk: Desk, row: Channel) -> None:
    payment = refund_payment(desk, row)
    try:
        await _bring(desk, payment)
    except ProblemError as problem:
        if not learn(desk, config_of(row), row.creator, payment, problem):
            raise
        await _bring(desk, refund_payment(desk, row))


async def _bring(desk: Desk, payment: dict[str, object]) -> None:
    answer = await desk.node.pay("/channels/refund", {}, encode_payment(payment), timeout_s=_TIMEOUT_S)
    desk.node.read(Settled, answer)


def _returned(desk: Desk, channel: Bytes32) -> None:
    """Believe the chain, not the answer: without the money the channel stays on its way."""
    row = follow(desk, channel)
    if free_of(row) <= ZERO:
        _note(desk, channel, "closed")


def _note(desk: Desk, channel: Bytes32, state: str) -> None:
    with desk.database.write() as session:
        set_state(session.get_one(Channel, channel), state, desk.clock.now())


def _row(desk: Desk, channel: Bytes32) -> Channel:
    with desk.database.read() as session:
        row = session.get(Channel, channel)
    if row is None:
        raise ProblemError("channel.not_found")
    return row
