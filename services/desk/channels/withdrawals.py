"""Leaving a channel without anybody's help: announced and, after the channel's delay, finished by the wallet itself."""

from __future__ import annotations

import logging

from anyio import to_thread

from services.chain.calls import Call
from services.chain.channel_calls import finalize_withdraw_call, initiate_withdraw_call
from services.chain.errors import ChainRefused, ChainReverted, ChainUnreachable, OutcomeUnknown
from services.chain.relayer import OwnKeyRelayer
from services.db.transactions import SqlTransactionBook
from services.desk.channels.chain import follow, see
from services.desk.channels.keys import config_of
from services.desk.channels.record import free_of, set_state
from services.desk.context import Desk
from services.desk.tables import Channel
from services.units.address import Bytes32
from services.units.ids import IntentId, named_intent
from services.units.money import ZERO, gas_to_money
from services.units.time import from_unix_seconds
from services.wire.problems import ProblemError

_log = logging.getLogger(__name__)
_WAIT_S = 20.0


async def withdraw(desk: Desk, channel: Bytes32) -> None:
    """Announce a withdrawal of all that is not promised, or finish one whose time has come. In the channel's turn.

    The wallet pays the gas. Raises ProblemError: wallet.locked, withdrawal.nothing, withdrawal.no_gas, channel.state
    (not ready yet, or being refunded), chain.unreachable, transaction.unknown (it goes on by itself).
    """
    try:
        await to_thread.run_sync(_withdraw, desk, channel)
    finally:
        desk.events.publish("channel", channel)
        desk.events.publish("wallet")


def _withdraw(desk: Desk, channel: Bytes32) -> None:
    desk.keyring.key()
    row = follow(desk, channel)
    if row.state == "withdrawing":
        if not is_ready(desk, row):
            raise ProblemError("channel.state", state=row.state)
        finalize(desk, row)
        return
    if row.deposit is not None:
        raise ProblemError("channel.state", state="depositing")
    # What is signed may still be claimed, keyed or not.
    amount = row.balance - max(row.total, row.signed if row.open_intent else ZERO)
    if amount <= ZERO:
        raise ProblemError("withdrawal.nothing")
    call = initiate_withdraw_call(config_of(row), amount)
    _check_gas(desk, call)
    with desk.database.write() as session:
        row, now = session.get_one(Channel, channel), desk.clock.now()
        row.withdrawals, row.ready_at = row.withdrawals + 1, None
        set_state(row, "withdrawing", now)
    _send(desk, row, _announced(row), call)
    follow(desk, channel)


def is_ready(desk: Desk, row: Channel) -> bool:
    """Tell whether an announced withdrawal can be finished, by the chain's clock. Blocking."""
    return row.ready_at is not None and from_unix_seconds(desk.chain.head().timestamp) >= row.ready_at


def finalize(desk: Desk, row: Channel) -> None:
    """Take the money after the delay. Blocking; in the channel's turn. Raises as ``withdraw``."""
    intent = named_intent(f"channel-finish/1\x1f{row.id}\x1f{row.withdrawals}\x1f{see(desk, row.id).withdrawing_since}")
    try:
        _send(desk, row, intent, finalize_withdraw_call(config_of(row)))
    except ChainReverted:
        # Somebody was faster, or there is nothing to take: the chain tells which.
        if see(desk, row.id).withdrawing_since:
            raise
    _ended(desk, row.id)


def go_on(desk: Desk, row: Channel) -> None:
    """Bring a withdrawal one step further, if its time has come and the wallet is open. Blocking; in the turn."""
    row = follow(desk, row.id)
    if row.ready_at is None:
        _announce_again(desk, row)
    elif not see(desk, row.id).withdrawing_since:
        _ended(desk, row.id)
    elif desk.keyring.status == "open" and is_ready(desk, row):
        finalize(desk, row)


def _announce_again(desk: Desk, row: Channel) -> None:
    booked = SqlTransactionBook(desk.database).find(_announced(row))
    if booked is None:
        # Killed between the row and the signature: nothing was ever signed.
        _set_open(desk, row.id)
    elif desk.keyring.status == "open":
        _send(desk, row, _announced(row), initiate_withdraw_call(config_of(row), free_of(row)))
        follow(desk, row.id)


def _send(desk: Desk, row: Channel, intent: IntentId, call: Call) -> None:
    """Send a call of the wallet's own and wait for its end; without one it stays noted and is looked for again."""
    book = SqlTransactionBook(desk.database)
    relayer = OwnKeyRelayer(desk.chain, desk.keyring.key(), book, clock=desk.clock)
    try:
        receipt = relayer.wait(relayer.submit(intent, call), timeout_s=_WAIT_S)
    except (ChainReverted, ChainRefused, ChainUnreachable):
        if book.find(intent) is None and row.ready_at is None:
            _set_open(desk, row.id)
        raise
    except OutcomeUnknown:
        _log.info("a channel's withdrawal without an end yet", extra={"channel": row.id})
        raise
    if not receipt.is_ok:
        if row.ready_at is None:
            _set_open(desk, row.id)
        raise ChainReverted("Error", (receipt.reason,))


def _check_gas(desk: Desk, call: Call) -> None:
    owner = desk.keyring.owner()
    fee_wei = desk.chain.simulate(call, owner) * desk.chain.fees().max_fee_per_gas
    gas_wei = desk.chain.gas_balance(owner)
    if gas_wei < fee_wei:
        raise ProblemError("withdrawal.no_gas", fee=gas_to_money(fee_wei).micros, gas=gas_to_money(gas_wei).micros)


def _ended(desk: Desk, channel: Bytes32) -> None:
    row = follow(desk, channel)
    with desk.database.write() as session:
        row = session.get_one(Channel, channel)
        row.ready_at = None
        set_state(row, "open" if free_of(row) > ZERO else "closed", desk.clock.now())


def _set_open(desk: Desk, channel: Bytes32) -> None:
    with desk.database.write() as session:
        set_state(session.get_one(Channel, channel), "open", desk.clock.now())


def _announced(row: Channel) -> IntentId:
    return named_intent(f"channel-withdraw/1\x1f{row.id}\x1f{row.withdrawals}")
