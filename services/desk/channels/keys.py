"""The key that signs this device's vouchers, and the channel that follows from it: both the same after any loss.

The key comes from the device's key, so vouchers need no open wallet, and an empty database finds its channel again.
A stolen one can pay that creator only, and only up to the deposit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.chain.channels import ChannelConfig, channel_id
from services.chain.hashing import address_of
from services.chain.till import till_address
from services.desk.context import Desk
from services.units.address import Address, Bytes32, bytes32
from services.wire.x402 import ConfigFields

# Order of secp256k1's group (SEC 2, 2.4.1); 16 bytes more than it has make the remainder even (FIPS 186-5, A.2.1).
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_SEED_BYTES = 48


def session_key(desk: Desk, creator: Address) -> bytes:
    """Give the key (32 bytes) that signs vouchers for one creator at this desk's node."""
    seed = desk.device.derive(f"museclock/v1/session-key\x1f{desk.node.uri}\x1f{creator}", length=_SEED_BYTES)
    return (int.from_bytes(seed, "big") % (_ORDER - 1) + 1).to_bytes(32, "big")


def config_for(desk: Desk, creator: Address, *, authorizer: Address, withdraw_delay_s: int) -> ChannelConfig:
    """Give the channel of this account and device to a creator. Raises ProblemError: wallet.missing."""
    return ChannelConfig(
        payer=desk.keyring.owner(),
        payer_authorizer=address_of(session_key(desk, creator)),
        receiver=till_address(desk.chain.escrow, creator),
        receiver_authorizer=authorizer,
        token=desk.chain.token,
        withdraw_delay_s=withdraw_delay_s,
        salt=bytes32(desk.device.derive("museclock/v1/device")),
    )


def id_of(desk: Desk, config: ChannelConfig) -> Bytes32:
    """Give a channel's id on this desk's chain."""
    return channel_id(desk.chain.chain_id, config)


def read_config(content: Mapping[str, Any] | ConfigFields) -> ChannelConfig:
    """Read a configuration; raises ValueError for what is none."""
    fields = content if isinstance(content, ConfigFields) else ConfigFields.model_validate(content)
    return ChannelConfig(
        payer=fields.payer,
        payer_authorizer=fields.payer_authorizer,
        receiver=fields.receiver,
        receiver_authorizer=fields.receiver_authorizer,
        token=fields.token,
        withdraw_delay_s=fields.withdraw_delay,
        salt=fields.salt,
    )


def config_fields(config: ChannelConfig) -> ConfigFields:
    """Write a configuration for the wire and for the books."""
    return ConfigFields(
        payer=config.payer,
        payer_authorizer=config.payer_authorizer,
        receiver=config.receiver,
        receiver_authorizer=config.receiver_authorizer,
        token=config.token,
        withdraw_delay=config.withdraw_delay_s,
        salt=config.salt,
    )
