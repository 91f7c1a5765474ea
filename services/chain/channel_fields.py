"""A channel's configuration between the wire and the chain."""

from __future__ import annotations

from services.chain.channels import ChannelConfig
from services.wire.x402 import ConfigFields


def read_config(fields: ConfigFields) -> ChannelConfig:
    """Read a configuration; raises ValueError for what the contract would refuse."""
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
