"""Reads a channel as the node holds it, and writes what the chain says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from services.chain.channel_calls import (
    ChannelBalance,
    PendingWithdrawal,
    channel_call,
    pending_withdrawal_call,
    read_channel,
    read_pending,
    refund_nonce_call,
)
from services.chain.channels import ChannelConfig
from services.chain.errors import ChainUnreachable
from services.db.columns import MoneyColumn
from services.db.plain import Prepared, Unit
from services.node.context import Node
from services.node.sales.offer import Offer
from services.node.standing import sold_by_the_chunk
from services.node.tables import Channel, Entitlement
from services.units.address import Address, Bytes32, bytes32
from services.units.money import ZERO, Money
from services.wire.x402 import ChannelState, VoucherState


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """A row of ``channel`` as plain values: a sale looks at one and changes it elsewhere."""

    id: str
    payer: Address
    payer_authorizer: Address
    creator: Address
    receiver: Address
    receiver_authorizer: Address
    token: Address
    withdraw_delay: int
    salt: Bytes32
    balance: Money
    claimed: Money
    charged: Money
    signature: bytes | None
    refund_nonce: int
    withdraw_requested_at: int


# Built once: SQLAlchemy takes longer to build a statement than SQLite to run it.
_OWNED = (
    select(func.count())
    .where(
        Entitlement.account == bindparam("account"),
        Entitlement.content_id == bindparam("content"),
        Entitlement.index >= bindparam("first"),
        Entitlement.index < bindparam("stop"),
    )
    .scalar_subquery()
)
_NAMES = [field.name for field in fields(ChannelRow)]
_MONEY = [isinstance(getattr(Channel, name).type, MoneyColumn) for name in _NAMES]
_LOOK = Prepared(
    select(*(getattr(Channel, name) for name in _NAMES), _OWNED, sold_by_the_chunk()).where(
        Channel.id == bindparam("channel")
    ),
    ("channel", "account", "content", "first", "stop", "price", "free"),
)


def look(unit: Unit, offer: Offer, channel: Bytes32) -> tuple[ChannelRow | None, int, bool]:
    """Give a channel, how many of the offered chunks the account owns, and whether the item is sold so to it now."""
    wanted, item = offer.wanted, offer.item
    terms = (item.price_per_ten_seconds.micros, item.free_chunks)
    found = _LOOK.first(unit, channel, offer.account, item.content_id, wanted.start, wanted.stop, *terms)
    if found is None:
        return None, 0, False
    *values, owned, sold = found
    row: list[Any] = [Money(value) if is_money else value for value, is_money in zip(values, _MONEY, strict=True)]
    return ChannelRow(*row), owned, sold is not None


def config_of(row: Channel | ChannelRow) -> ChannelConfig:
    """Give the configuration that a row was made from."""
    return ChannelConfig(
        payer=row.payer,
        payer_authorizer=row.payer_authorizer,
        receiver=row.receiver,
        receiver_authorizer=row.receiver_authorizer,
        token=row.token,
        withdraw_delay_s=row.withdraw_delay,
        salt=row.salt,
    )


def state_of(row: Channel | ChannelRow) -> ChannelState:
    """Write a channel's state for the wire."""
    return ChannelState(
        channel_id=bytes32(row.id),
        balance=str(row.balance.micros),
        total_claimed=str(row.claimed.micros),
        withdraw_requested_at=row.withdraw_requested_at,
        refund_nonce=str(row.refund_nonce),
        charged_cumulative_amount=str(row.charged.micros),
    )


def voucher_of(row: Channel | ChannelRow) -> VoucherState | None:
    """Write the last voucher for the wire; None before the first."""
    if row.signature is None:
        return None
    return VoucherState(signed_max_claimable=str(row.charged.micros), signature="0x" + row.signature.hex())


def find_channel(session: Session, channel: Bytes32) -> Channel | None:
    """Look a channel up."""
    return session.scalar(select(Channel).where(Channel.id == channel))


def refresh(node: Node, channel: Bytes32) -> Channel:
    """Ask the chain for a known channel's balance, claims and announced withdrawal, and keep them. Blocking.

    Raises ChainUnreachable.
    """
    return refresh_all(node, [channel])[0]


def refresh_all(node: Node, channels: Sequence[Bytes32]) -> list[Channel]:
    """Do so for some known channels, kept in one unit of work. Blocking. Raises ChainUnreachable."""
    seen = [ask_chain(node, channel) for channel in channels]
    with node.database.write() as session:
        rows = {row.id: row for row in session.scalars(select(Channel).where(Channel.id.in_(channels)))}
        found = [rows[channel] for channel in channels]
        for row, what in zip(found, seen, strict=True):
            what.keep(row)
    return found


@dataclass(frozen=True, slots=True)
class SeenChannel:
    """What the chain says of a channel at one moment."""

    held: ChannelBalance
    pending: PendingWithdrawal
    refund_nonce: int

    def keep(self, row: Channel) -> None:
        """Write it into a channel's row."""
        row.balance, row.claimed = self.held.balance, self.held.total_claimed
        row.refund_nonce, row.withdraw_requested_at = self.refund_nonce, self.pending.initiated_at
        if row.charged <= row.claimed:
            row.unclaimed_since = None


def ask_chain(node: Node, channel: Bytes32) -> SeenChannel:
    """Ask the chain for a channel. Blocking. Raises ChainUnreachable."""
    ask = node.chain.ask
    try:
        return SeenChannel(
            held=read_channel(ask(channel_call(channel))),
            pending=read_pending(ask(pending_withdrawal_call(channel))),
            refund_nonce=int.from_bytes(ask(refund_nonce_call(channel)), "big"),
        )
    except (ValueError, OverflowError) as exc:
        raise ChainUnreachable("the node gave no channel") from exc


def new_row(node: Node, config: ChannelConfig, channel: Bytes32, creator: Address) -> Channel:
    """Make the row of a channel that has neither money nor charges yet."""
    return Channel(
        id=channel,
        payer=config.payer,
        payer_authorizer=config.payer_authorizer,
        creator=creator,
        receiver=config.receiver,
        receiver_authorizer=config.receiver_authorizer,
        token=config.token,
        withdraw_delay=config.withdraw_delay_s,
        salt=config.salt,
        balance=ZERO,
        claimed=ZERO,
        charged=ZERO,
        signature=None,
        refund_nonce=0,
        withdraw_requested_at=0,
        used_at=node.clock.now(),
        unclaimed_since=None,
    )
