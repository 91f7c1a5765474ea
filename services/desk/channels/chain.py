"""What the chain says of a channel by the desk's own line, and bringing the books to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from services.chain.canonical import ChannelsOffer, check_channels
from services.chain.channel_calls import channel_call, pending_withdrawal_call, read_channel, read_pending
from services.chain.channels import deposit_nonce
from services.chain.errors import ChainUnreachable
from services.desk.channels.keys import config_of
from services.desk.channels.record import (
    correct_balance,
    correct_total,
    end_deposit,
    open_purchase,
    set_state,
    take,
)
from services.desk.context import Desk
from services.desk.tables import Channel
from services.units.address import Bytes32
from services.units.money import Money
from services.units.time import from_unix_seconds
from services.wire.x402 import DepositFields


@dataclass(frozen=True, slots=True)
class SeenChannel:
    """A channel on the chain: what is in it, what was claimed of it, and since when (Unix seconds) a withdrawal runs.

    0: none.
    """

    balance: Money
    claimed: Money
    withdrawing_since: int


def see(desk: Desk, channel: Bytes32) -> SeenChannel:
    """Ask the chain. Blocking. Raises ChainUnreachable."""
    try:
        held = read_channel(desk.chain.ask(channel_call(channel)))
        pending = read_pending(desk.chain.ask(pending_withdrawal_call(channel)))
    except (ValueError, OverflowError) as exc:
        raise ChainUnreachable("the node gave no channel") from exc
    return SeenChannel(held.balance, held.total_claimed, pending.initiated_at)


def why_not(desk: Desk) -> str:
    """Say why money must not go into channels on this chain; empty when it may. Blocking. Raises ChainUnreachable.

    The node's word does not count: the contracts are compared by the desk's own line.
    """
    if desk.memory.are_channels_ours:
        return ""
    check = check_channels(desk.chain)
    desk.memory.are_channels_ours = check.is_offered
    return "" if check.offer is ChannelsOffer.OFFERED else check.offer.value


def settle_deposit(desk: Desk, channel: Bytes32) -> None:
    """Look up what became of the deposit under way, if there is one. Blocking. Raises ChainUnreachable.

    One that is unused and can still be used stays under way.
    """
    with desk.database.read() as session:
        row = session.get_one(Channel, channel)
    if row.deposit is None:
        return
    given = DepositFields.model_validate(row.deposit).authorization.erc3009_authorization
    # The time first: what is unused after it ran out stays unused.
    chain_time = desk.chain.head().timestamp
    payer = config_of(row).payer
    used = desk.chain.authorization_used(payer, deposit_nonce(channel, int(given.salt, 0)))
    if not used and chain_time < int(given.valid_before):
        return
    with desk.database.write() as session:
        end_deposit(session, session.get_one(Channel, channel), landed=used, at=desk.clock.now())


def follow(desk: Desk, channel: Bytes32) -> Channel:
    """Bring a channel's row to what the chain says. Blocking; in the channel's turn. Raises ChainUnreachable."""
    settle_deposit(desk, channel)
    seen = see(desk, channel)
    with desk.database.write() as session:
        row, now = session.get_one(Channel, channel), desk.clock.now()
        if row.deposit is None:
            correct_balance(session, row, seen.balance, now)
        row.claimed = seen.claimed
        purchase = open_purchase(session, row)
        if purchase is not None and purchase.total is not None and purchase.total <= seen.claimed:
            # It can only be claimed by the voucher: it is paid, and its key is due.
            take(session, row, purchase, keyed=False, at=now)
        if seen.claimed > row.total:
            correct_total(session, row, seen.claimed, now)
        if seen.withdrawing_since:
            delay = timedelta(seconds=config_of(row).withdraw_delay_s)
            set_state(row, "withdrawing", now)
            row.ready_at = from_unix_seconds(seen.withdrawing_since) + delay
    return row
