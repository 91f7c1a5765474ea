"""The key that signs this device's vouchers, and the channel that follows from it: both the same after any loss.

The key comes from the device's key, so vouchers need no open wallet, and an empty database finds its channel again.
A stolen one can pay that creator only, and only up to the deposit.
"""

from __future__ import annotations

from services.chain.channel_fields import read_config
from services.chain.channels import ChannelConfig, channel_id
from services.chain.hashing import SEED_BYTES, address_of, key_from_seed
from services.chain.till import till_address
from services.desk.context import Desk
from services.desk.tables import Channel
from services.units.address import Address, Bytes32, bytes32
from services.wire.x402 import ConfigFields


def session_key(desk: Desk, creator: Address) -> bytes:
    """Give the key (32 bytes) that signs vouchers for one creator at this desk's node."""
    known = desk.memory.session_keys.get((desk.node.uri, creator))
    if known is not None:
        return known
    seed = desk.device.derive(f"museclock/v1/session-key\x1f{desk.node.uri}\x1f{creator}", length=SEED_BYTES)
    key = key_from_seed(seed)
    desk.memory.session_keys.put((desk.node.uri, creator), key)
    return key


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


def config_of(row: Channel) -> ChannelConfig:
    """Read the configuration that a channel's row keeps."""
    return read_config(ConfigFields.model_validate(row.config))
