"""The channels that the proxy pays by: keys, rows, and what the chain says of them. Blocking; in the channel's turn."""

from __future__ import annotations

from services.chain.channel_calls import ChannelBalance, channel_call, read_channel
from services.chain.channel_fields import config_fields, read_config
from services.chain.channels import ChannelConfig, Voucher, channel_id, deposit_nonce, is_signed_by
from services.chain.errors import ChainUnreachable
from services.chain.hashing import SEED_BYTES, address_of, key_from_seed
from services.proxy.purse import Purse
from services.proxy.tables import ChannelRow, PaymentRow
from services.units.address import Address, Bytes32, bytes32
from services.units.money import ZERO, Money
from services.wire.x402 import ChannelRequirements, ConfigFields, DepositFields, VoucherState, read_money


def session_key(purse: Purse, node: str, receiver: Address) -> bytes:
    """Give the key (32 bytes) that signs vouchers for one receiver at one node: always the same for the payer's key."""
    seed = purse.secrets.derive(f"museclock/v1/pay-proxy/session-key\x1f{node}\x1f{receiver}", length=SEED_BYTES)
    return key_from_seed(seed)


def config_for(purse: Purse, node: str, offer: ChannelRequirements) -> ChannelConfig:
    """Give the channel of this payer to the offer's receiver; a lost profile finds the same one again."""
    return ChannelConfig(
        payer=purse.account,
        payer_authorizer=address_of(session_key(purse, node, offer.pay_to)),
        receiver=offer.pay_to,
        receiver_authorizer=offer.extra.receiver_authorizer,
        token=offer.asset,
        withdraw_delay_s=offer.extra.withdraw_delay,
        salt=bytes32(purse.secrets.derive("museclock/v1/pay-proxy/channel")),
    )


def id_of(purse: Purse, config: ChannelConfig) -> Bytes32:
    """Give a channel's id."""
    return channel_id(purse.chain.chain_id, config)


def see(purse: Purse, channel: Bytes32) -> ChannelBalance:
    """Ask the chain for a channel. Raises ChainUnreachable."""
    try:
        return read_channel(purse.chain.ask(channel_call(channel)))
    except (ValueError, OverflowError) as exc:
        raise ChainUnreachable("the node gave no channel") from exc


def open_row(purse: Purse, node: str, config: ChannelConfig) -> ChannelRow:
    """Find a channel's row, or make it from what the chain says. Raises ChainUnreachable."""
    channel = id_of(purse, config)
    with purse.database.read() as session:
        row = session.get(ChannelRow, channel)
    if row is not None:
        return row
    seen = see(purse, channel)
    row = ChannelRow(
        id=channel,
        node=node,
        config=config_fields(config).model_dump(mode="json", by_alias=True),
        balance=seen.balance,
        total=seen.total_claimed,
        signed=seen.total_claimed,
        base=seen.total_claimed,
        deposited=ZERO,
        deposit=None,
    )
    with purse.database.write() as session:
        session.add(row)
    return row


def settle_deposit(purse: Purse, channel: str) -> None:
    """Look up what became of the deposit under way, if there is one. Raises ChainUnreachable.

    One that is unused and can still be used stays under way.
    """
    with purse.database.read() as session:
        row = session.get_one(ChannelRow, channel)
    if row.deposit is None:
        return
    given = DepositFields.model_validate(row.deposit)
    consent, amount = given.authorization.erc3009_authorization, read_money(given.amount)
    # The time first: what is unused after it ran out stays unused.
    now = purse.chain.head().timestamp
    used = purse.chain.authorization_used(purse.account, deposit_nonce(bytes32(row.id), int(consent.salt)))
    if not used and now < int(consent.valid_before):
        return
    with purse.database.write() as session:
        row = session.get_one(ChannelRow, channel)
        row.deposit = None
        if used:
            row.balance = row.balance + amount
        else:
            row.deposited = row.deposited - amount


def follow(purse: Purse, channel: str) -> ChannelRow:
    """Bring a channel's balance to what the chain says, with the deposit under way. Raises ChainUnreachable."""
    settle_deposit(purse, channel)
    seen = see(purse, bytes32(channel))
    with purse.database.write() as session:
        row = session.get_one(ChannelRow, channel)
        if row.deposit is None:
            row.deposited = max(row.deposited - max(row.balance - seen.balance, ZERO), ZERO)
            row.balance = seen.balance
        if seen.total_claimed > row.total:
            adopt(row, seen.total_claimed)
    return row


def adopt(row: ChannelRow, total: Money) -> None:
    """Go on from a total that is proven; what another profile of this payer signed is not this one's spending."""
    if total > row.signed:
        # What was signed here below it and not taken can bring the node nothing any more.
        row.base, row.signed = row.base + (total - row.total), total
    row.total = total


def proven_total(purse: Purse, row: ChannelRow, voucher: VoucherState | None) -> Money | None:
    """Read a total that this payer's own session key signed; None for anything else, whoever says it."""
    if voucher is None:
        return None
    total, config = read_money(voucher.signed_max_claimable), config_of(row)
    signed = Voucher(bytes32(row.id), total, bytes.fromhex(voucher.signature[2:]))
    return total if is_signed_by(purse.chain.chain_id, signed, config.voucher_signer) else None


def channel_of(purse: Purse, payment: PaymentRow) -> ChannelRow:
    """Give the channel of a payment by voucher."""
    with purse.database.read() as session:
        return session.get_one(ChannelRow, payment.channel_id)


def config_of(row: ChannelRow) -> ChannelConfig:
    """Read the configuration that a channel's row keeps."""
    return read_config(ConfigFields.model_validate(row.config))
