"""Getting a channel's total back, after lost books here or there: by this account's own signature, or the chain."""

from __future__ import annotations

import logging

from anyio import to_thread
from sqlalchemy import select

from services.chain.channel_fields import read_config
from services.chain.channels import ChannelConfig, Voucher, is_signed_by
from services.chain.till import till_address
from services.desk.channels.chain import follow, see
from services.desk.channels.keys import config_for, config_of, id_of
from services.desk.channels.offers import checked_offer, read_required
from services.desk.channels.record import correct_total, give_back, new_channel, take, turn_name
from services.desk.context import Desk
from services.desk.purchases.home import bring_all_home
from services.desk.tables import Channel, Purchase
from services.units.address import Address, Bytes32
from services.units.money import ZERO, Money
from services.wire.node import ChannelOut
from services.wire.problems import ProblemError
from services.wire.x402 import ChannelState, VoucherState, read_money

_log = logging.getLogger(__name__)
# What a seller answers, without a problem code of ours, where there is nothing but x402.
_NO_SUCH_DOOR = ("404", "405")


def proven_total(desk: Desk, config: ChannelConfig, voucher: VoucherState | None) -> Money | None:
    """Read a total that the channel's own signer signed; None for anything else, whoever says it."""
    if voucher is None:
        return None
    channel, total = id_of(desk, config), read_money(voucher.signed_max_claimable)
    signed = Voucher(channel, total, bytes.fromhex(voucher.signature[2:]))
    return total if is_signed_by(desk.chain.chain_id, signed, config.voucher_signer) else None


async def correct(desk: Desk, purchase: Purchase, problem: ProblemError) -> None:
    """Follow a corrective 402: take over the total that it proves, and take the voucher back that was not taken.

    In the channel's turn. Nothing is believed without this device's own signature, nor against the chain. Raises
    ProblemError: payment.terms_changed, channel.refused (nothing proven), payment.unknown (it holds our voucher and
    does not sell), chain.unreachable; the purchase's money is then where it was, or spent where nobody can be asked
    for the goods.
    """
    required, channel = read_required(problem.headers), _channel_of(purchase)

    def read() -> Money:
        with desk.database.read() as session:
            row = session.get_one(Channel, channel)
        config = config_of(row)
        offer = checked_offer(desk, purchase.creator, purchase.amount, required, config=config)
        state = None if offer is None else offer.extra.channel_state
        if offer is None or state is None or state.channel_id != channel:
            raise ProblemError("payment.terms_changed")
        if purchase.money == "spent" and state.charged_cumulative_amount == str(row.total.micros):
            # Both count the same: it is paid, and the seller does not say so by the key.
            raise ProblemError("payment.unknown")
        return _credible(desk, row, config, state, offer.extra.voucher_state)

    def write() -> None:
        with desk.database.write() as session:
            row, now = session.get_one(Channel, channel), desk.clock.now()
            give_back(session, row, session.get_one(Purchase, purchase.intent), state="refused", at=now)
            correct_total(session, row, total, now, besides=purchase.intent)

    total = await to_thread.run_sync(read)
    if total == purchase.total and not await _came_home(desk, purchase):
        # The same total was signed in an earlier life of these books only if there are goods for it that they lost.
        raise ProblemError("payment.unknown")
    await to_thread.run_sync(write)


async def _came_home(desk: Desk, purchase: Purchase) -> bool:
    """Fetch what these books have lost; whether it is worth as much as a purchase.

    A seller who cannot be asked holds a voucher of ours and gives nothing for it now: that is paid and disputed, so
    that the channel goes on, and the same chunks are not paid again.
    """
    try:
        return await bring_all_home(desk, purchase.creator) >= purchase.amount
    except ProblemError as problem:
        if problem.code != "internal" or problem.params.get("status") not in _NO_SUCH_DOOR:
            raise

    def write() -> None:
        with desk.database.write() as session:
            row, kept = session.get_one(Channel, purchase.channel_id), session.get_one(Purchase, purchase.intent)
            kept.state = "disputed"
            take(session, row, kept, keyed=True, at=desk.clock.now())

    await to_thread.run_sync(write)
    return False


def _credible(
    desk: Desk, row: Channel, config: ChannelConfig, state: ChannelState, voucher: VoucherState | None
) -> Money:
    said, proven = read_money(state.charged_cumulative_amount), proven_total(desk, config, voucher)
    seen = see(desk, row.id)
    # Without a voucher the node has what the chain has: what was claimed was signed here, too.
    is_proven = said == proven or (voucher is None and said == seen.claimed)
    held = max(seen.balance, row.balance) if row.deposit is not None else seen.balance
    if not is_proven or not seen.claimed <= said <= held or said == row.total:
        raise ProblemError("channel.refused", reason="total")
    return said


async def open_channel(desk: Desk, creator: Address, config: ChannelConfig) -> Bytes32:
    """Make sure that a channel has a row; one that these books had lost is taken up again. In the channel's turn.

    Raises ProblemError: chain.unreachable.
    """
    channel = id_of(desk, config)

    def is_lost() -> bool:
        with desk.database.read() as session:
            if session.get(Channel, channel) is not None:
                return False
        seen = see(desk, channel)
        _add(desk, config, channel, creator=creator, is_own=True)
        return seen.balance > ZERO

    if await to_thread.run_sync(is_lost):
        await take_up(desk, channel)
    await to_thread.run_sync(follow, desk, channel)
    await to_thread.run_sync(_reopen, desk, channel)
    return channel


async def look_up(desk: Desk) -> None:
    """Bring all channels that the node knows of this account into these books.

    Raises ProblemError: wallet.locked, node.unreachable, chain.unreachable.
    """
    for listed in await _listed(desk):
        async with desk.turn(turn_name(desk, listed.creator)):
            await to_thread.run_sync(_take_up, desk, listed)


async def refresh(desk: Desk) -> None:
    """Bring the rows of the channels at this node to what it and the chain say now, as far as they can be asked."""
    try:
        if desk.keyring.address is not None:
            await look_up(desk)
    except ProblemError as problem:
        _log.info("channels not looked up", extra={"code": problem.code})
    for channel, creator in await to_thread.run_sync(_known, desk):
        async with desk.turn(turn_name(desk, creator)):
            try:
                await to_thread.run_sync(follow, desk, channel)
            except ProblemError as problem:
                _log.info("channel not seen", extra={"channel": channel, "code": problem.code})


def _known(desk: Desk) -> list[tuple[Bytes32, Address]]:
    with desk.database.read() as session:
        wanted = select(Channel).where(Channel.node == desk.node.uri).order_by(Channel.id)
        return [(row.id, row.creator) for row in session.scalars(wanted)]


async def take_up(desk: Desk, channel: Bytes32) -> Money | None:
    """Bring one channel's row to what node and chain say; gives the total that the node proves. In the channel's turn.

    Raises ProblemError: wallet.locked, node.unreachable, chain.unreachable.
    """
    for listed in await _listed(desk):
        if listed.state.channel_id == channel:
            return await to_thread.run_sync(_take_up, desk, listed)
    return None


async def _listed(desk: Desk) -> tuple[ChannelOut, ...]:
    return await desk.node.call(tuple[ChannelOut, ...], "GET", "/channels")


def _take_up(desk: Desk, listed: ChannelOut) -> Money | None:
    """Enter one channel: what is in it by the chain, what was bought by the signature on it."""
    try:
        config = read_config(listed.config)
    except ValueError:
        return None
    channel = id_of(desk, config)
    ours = (desk.keyring.address, till_address(desk.chain.escrow, listed.creator), desk.chain.token)
    if channel != listed.state.channel_id or (config.payer, config.receiver, config.token) != ours:
        return None
    mine = config_for(
        desk, listed.creator, authorizer=config.receiver_authorizer, withdraw_delay_s=config.withdraw_delay_s
    )
    with desk.database.read() as session:
        is_known = session.get(Channel, channel) is not None
    if not is_known:
        _add(desk, config, channel, creator=listed.creator, is_own=mine == config)
    row = follow(desk, channel)
    total = proven_total(desk, config, listed.voucher)
    if total is not None and row.total < total <= row.balance:
        raise_total(desk, channel, total)
    return total


def raise_total(desk: Desk, channel: Bytes32, total: Money) -> None:
    """Take over a proven total that is above this desk's. Blocking; in the channel's turn."""
    with desk.database.write() as session:
        row, now = session.get_one(Channel, channel), desk.clock.now()
        purchase = None if row.open_intent is None else session.get_one(Purchase, row.open_intent)
        if purchase is not None and purchase.total == total:
            # The node holds the voucher that no answer came for: it is paid, and its key is due.
            take(session, row, purchase, keyed=False, at=now)
        elif purchase is None and total > row.total:
            correct_total(session, row, total, now)


def _add(desk: Desk, config: ChannelConfig, channel: Bytes32, *, creator: Address, is_own: bool) -> None:
    with desk.database.write() as session:
        session.add(new_channel(desk, config, channel, creator, own=is_own))


def _reopen(desk: Desk, channel: Bytes32) -> None:
    with desk.database.write() as session:
        row = session.get_one(Channel, channel)
        if row.state == "closed":
            row.state, row.since = "open", desk.clock.now()


def _channel_of(purchase: Purchase) -> Bytes32:
    if purchase.channel_id is None:
        raise ValueError("not a purchase by voucher")
    return purchase.channel_id
