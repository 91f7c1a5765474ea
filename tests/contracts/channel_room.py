"""Short deeds and questions about channels, shared by their case tests."""

from __future__ import annotations

from dataclasses import replace

from services.chain.abi import address_word, read_uint, topic, uint_word, words
from services.chain.calls import Call
from services.chain.channel_calls import (
    PendingWithdrawal,
    pending_withdrawal_call,
    read_pending,
    receiver_call,
    refund_nonce_call,
)
from services.chain.channels import (
    COLLECTOR,
    SETTLEMENT,
    ChannelConfig,
)
from services.chain.demo.evm import Outcome
from services.chain.hashing import keccak256
from services.units.address import Address, raw
from tests.fixtures.chain import RELAYER, STRANGER
from tests.fixtures.chain_channels import DELAY_S, ChannelHouse


def send(house: ChannelHouse, call: Call, sender: Address = RELAYER.address) -> Outcome:
    return house.stage.send(call, sender)


def pending(house: ChannelHouse, config: ChannelConfig) -> PendingWithdrawal:
    return read_pending(house.stage.ask(pending_withdrawal_call(house.id(config))))


def nonce(house: ChannelHouse, config: ChannelConfig) -> int:
    return house.stage.number_of(refund_nonce_call(house.id(config)))


def state(house: ChannelHouse, config: ChannelConfig) -> tuple[int, int]:
    found = house.state(config)
    return found.balance.micros, found.total_claimed.micros


def received(house: ChannelHouse, config: ChannelConfig) -> tuple[int, int]:
    """Give what was claimed for a channel's receiver, and what of it was sent."""
    claimed, settled = words(house.stage.ask(receiver_call(config.receiver, config.token)))
    return read_uint(claimed), read_uint(settled)


def altered(config: ChannelConfig, **changes: object) -> ChannelConfig:
    """Change a configuration without its own checks."""
    made = replace(config)
    for name, value in changes.items():
        object.__setattr__(made, name, value)
    return made


def with_collector(call: Call, collector: Address) -> Call:
    """Name another collector in a deposit."""
    return replace(call, data=call.data.replace(raw(COLLECTOR), raw(collector), 1))


def names(outcome: Outcome) -> list[str]:
    """Name the events of the channels in an outcome."""
    config = "(address,address,address,address,address,uint40,bytes32)"
    known = {
        topic(f"{name}({arguments})"): name
        for name, arguments in (
            ("ChannelCreated", f"bytes32,{config}"),
            ("ChannelClosed", f"bytes32,{config}"),
            ("Deposited", "bytes32,uint128,uint128"),
            ("Claimed", "bytes32,uint128,uint128"),
            ("Settled", "address,address,address,uint128"),
            ("Refunded", "bytes32,uint128"),
            ("WithdrawInitiated", "bytes32,uint128,uint256"),
            ("WithdrawFinalized", "bytes32,uint128"),
        )
    }
    return [known[log.topics[0]] for log in outcome.logs if log.emitter == SETTLEMENT]


def waiting(house: ChannelHouse, config: ChannelConfig, code: bytes) -> None:
    """Put code at a channel's token, and into the books what that token could never have brought.

    1,000 deposited of which 300 are claimed and not sent, a withdrawal under way, and 50 claimed for the outsider.
    """
    balance, claimed, is_leaving = 1_000, 300, 1 << 248
    channel, withdrawal = (keccak256(raw(house.id(config)) + uint_word(slot)) for slot in (0, 2))
    slots = {
        int.from_bytes(channel, "big"): balance | claimed << 104 | is_leaving,
        int.from_bytes(withdrawal, "big"): 700 | (house.stage.timestamp - DELAY_S) << 128,
        _receiver_slot(config.receiver, config.token): claimed,
        _receiver_slot(STRANGER.address, config.token): 50,
    }
    house.stage.install(config.token, code)
    house.stage.evm.install(SETTLEMENT, house.stage.evm.account(SETTLEMENT), slots)


def _receiver_slot(receiver: Address, token: Address) -> int:
    inner = keccak256(address_word(receiver) + uint_word(1))
    return int.from_bytes(keccak256(address_word(token) + inner), "big")
