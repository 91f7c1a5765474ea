"""Channels: deposits, and what a channel is, case by case: trees/channels_deposit.tree."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.chain.abi import selector
from services.chain.calls import Call
from services.chain.channel_calls import (
    claim_call,
    deposit_call,
    refund_call,
)
from services.chain.channels import (
    COLLECTOR,
    MAX_CHANNEL_MICROS,
    SETTLEMENT,
    ZERO_ADDRESS,
    ChannelConfig,
    Deposit,
    claim_digest,
    config_words,
    refund_digest,
    sign_deposit,
    voucher_digest,
)
from services.units.address import address, bytes32, raw
from services.units.money import Money
from tests.contracts.channel_room import altered, names, send, state, with_collector
from tests.contracts.ledger import error_of, money, number_of
from tests.contracts.tokens import ACCEPTING_WALLET, CALLING_TOKEN, forwarding_code
from tests.fixtures.chain import CREATOR, FOREVER, RELAYER, STRANGER, VIEWER
from tests.fixtures.chain_channels import FUNDS, ChannelHouse


@pytest.mark.parametrize(
    "change",
    [
        {"payer": ZERO_ADDRESS},
        {"receiver": ZERO_ADDRESS},
        {"receiver_authorizer": ZERO_ADDRESS},
        {"token": ZERO_ADDRESS},
        {"withdraw_delay_s": 899},
        {"withdraw_delay_s": 2_592_001},
    ],
    ids=str,
)
def test_it_refuses_a_channel_without_parties_or_with_a_bad_delay(
    house: ChannelHouse, change: dict[str, object]
) -> None:
    with pytest.raises(ValueError):
        house.config(VIEWER, **change)
    wrong = altered(house.config(), **change)
    assert error_of(send(house, deposit_call(house.deposit(wrong, VIEWER, 5))))[0] == "InvalidConfig"
    for delay in (900, 2_592_000):
        house.open(house.config(withdraw_delay_s=delay))


def test_it_refuses_nothing_and_too_much(house: ChannelHouse, config: ChannelConfig) -> None:
    assert error_of(send(house, deposit_call(house.deposit(config, VIEWER, 0))))[0] == "InvalidAmount"
    most = replace(deposit_call(house.deposit(config, VIEWER, 5)))
    for amount in (MAX_CHANNEL_MICROS - 999, 2**128 - 1):
        data = bytearray(most.data)
        data[4 + 7 * 32 : 4 + 8 * 32] = amount.to_bytes(32, "big")
        assert error_of(send(house, replace(most, data=bytes(data))))[0] == "InvalidAmount"
    data[4 + 7 * 32 : 4 + 8 * 32] = (MAX_CHANNEL_MICROS - 1_000).to_bytes(32, "big")
    assert error_of(send(house, replace(most, data=bytes(data))))[0] == "Error"  # the payer does not have it


@pytest.mark.parametrize(
    "change", [{"amount": Money(501)}, {"valid_before": FOREVER - 1}, {"valid_after": 1}, {"salt": 99}], ids=str
)
def test_it_refuses_what_the_payer_did_not_sign(house: ChannelHouse, change: dict[str, object]) -> None:
    made = house.deposit(house.config(), VIEWER, 500)
    forged = replace(made, **change)  # type: ignore[arg-type]
    assert error_of(send(house, deposit_call(forged)))[1] == ("FiatTokenV2: invalid signature",)
    elsewhere = replace(made, config=house.config(receiver=STRANGER.address))
    assert error_of(send(house, deposit_call(elsewhere)))[1] == ("FiatTokenV2: invalid signature",)
    assert money(house.stage, VIEWER.address) == FUNDS


def test_it_refuses_a_collector_that_brings_too_little(house: ChannelHouse) -> None:
    nothing = house.stage.install("0x" + "cc" * 20, bytes.fromhex("00"))
    call = with_collector(deposit_call(house.deposit(house.config(), VIEWER, 500)), nothing)
    assert error_of(send(house, call)) == ("WrongDeposit", (500, 0))
    assert state(house, house.config()) == (0, 0)


def test_it_refuses_to_count_one_deposit_twice(house: ChannelHouse) -> None:
    honest = deposit_call(house.deposit(house.config(), VIEWER, 500))
    thief = house.config(STRANGER, receiver=CREATOR.address)
    forwarder = house.stage.install("0x" + "cc" * 20, forwarding_code(SETTLEMENT, honest.data))
    call = with_collector(deposit_call(house.deposit(thief, STRANGER, 500)), forwarder)
    assert error_of(send(house, call, STRANGER.address)) == ("WrongDeposit", (500, 0))
    assert state(house, thief) == (0, 0)
    assert send(house, honest).is_ok


def test_it_takes_a_deposit_once(house: ChannelHouse) -> None:
    call = deposit_call(house.deposit(house.config(), VIEWER, 500))
    assert send(house, call).is_ok
    assert error_of(send(house, call))[1] == ("FiatTokenV2: authorization is used or canceled",)
    assert state(house, house.config()) == (500, 0)


def test_it_opens_a_channel_by_anybody_s_hand(house: ChannelHouse) -> None:
    assert send(house, deposit_call(house.deposit(house.config(), VIEWER, 500)), STRANGER.address).is_ok
    assert state(house, house.config()) == (500, 0)
    assert money(house.stage, SETTLEMENT) == 500
    assert money(house.stage, VIEWER.address) == FUNDS - 500


def test_it_tops_a_channel_up(house: ChannelHouse, config: ChannelConfig) -> None:
    assert send(house, claim_call([house.claim(config, VIEWER, 900)]), house.node.address).is_ok
    house.open(config, micros=250)
    assert state(house, config) == (1_250, 900)


def test_it_emits_channelcreated_for_the_first_money_only(house: ChannelHouse) -> None:
    made = house.config()
    first = send(house, deposit_call(house.deposit(made, VIEWER, 500)))
    assert names(first) == ["ChannelCreated", "Deposited"]
    (created,) = [log for log in first.logs if len(log.data) == 7 * 32]
    assert (created.topics[1], created.data) == (house.id(made), config_words(made))
    assert names(send(house, deposit_call(house.deposit(made, VIEWER, 500)))) == ["Deposited"]
    assert send(house, refund_call(made, Money(1_000)), house.node.address).is_ok
    again = send(house, deposit_call(house.deposit(made, VIEWER, 500)))
    assert names(again) == ["ChannelCreated", "Deposited"]


def test_it_takes_a_contract_wallet_s_deposit(house: ChannelHouse) -> None:
    wallet = house.stage.install("0x" + "aa" * 20, ACCEPTING_WALLET)
    house.stage.mint(wallet, 500)
    made = house.config(payer=wallet, payer_authorizer=ZERO_ADDRESS)
    assert send(house, deposit_call(Deposit(made, Money(500), 0, FOREVER, 1, b"any form"))).is_ok
    row = house.claim(made, VIEWER, 400)
    assert send(house, claim_call([row]), house.node.address).is_ok
    assert state(house, made) == (500, 400)


def test_it_serves_nobody_but_the_settlement(house: ChannelHouse) -> None:
    made = house.deposit(house.config(), VIEWER, 500)
    call = deposit_call(made)
    consent = call.data[4 + 10 * 32 :]
    name = selector("collect(address,address,uint256,bytes32,bytes)")
    head = b"".join(part.rjust(32, b"\0") for part in (raw(VIEWER.address), raw(made.config.token)))
    rest = (500).to_bytes(32, "big") + raw(house.id(made.config)) + (160).to_bytes(32, "big") + consent
    outcome = send(house, Call(COLLECTOR, name + head + rest))
    assert error_of(outcome) == ("NotTheSettlement", (number_of(RELAYER.address),))
    assert send(house, call).is_ok


def test_it_keeps_nothing(house: ChannelHouse, config: ChannelConfig) -> None:
    assert money(house.stage, COLLECTOR) == 0
    assert money(house.stage, SETTLEMENT) == state(house, config)[0]


def test_it_computes_the_digests_that_python_signs(house: ChannelHouse, config: ChannelConfig) -> None:
    stage, channel = house.stage, house.id(config)
    name = selector("getChannelId((address,address,address,address,address,uint40,bytes32))")
    assert bytes32(stage.ask(Call(SETTLEMENT, name + config_words(config)))) == channel
    limit = (77).to_bytes(32, "big")
    asked = stage.ask(Call(SETTLEMENT, selector("getVoucherDigest(bytes32,uint128)") + raw(channel) + limit))
    assert asked == voucher_digest(stage.chain_id, channel, Money(77))
    words_ = raw(channel) + (3).to_bytes(32, "big") + limit
    asked = stage.ask(Call(SETTLEMENT, selector("getRefundDigest(bytes32,uint256,uint128)") + words_))
    assert asked == refund_digest(stage.chain_id, channel, 3, Money(77))
    rows = [house.claim(config, VIEWER, 5), house.claim(config, VIEWER, 6, limit=9)]
    claims = "(((address,address,address,address,address,uint40,bytes32),uint128),bytes,uint128)[]"
    data = selector(f"getClaimBatchDigest({claims})") + claim_call(rows).data[4:]
    assert stage.ask(Call(SETTLEMENT, data)) == claim_digest(stage.chain_id, rows)


def test_it_belongs_to_the_standard_s_address_and_this_chain(house: ChannelHouse, config: ChannelConfig) -> None:
    code = house.stage.evm.account(SETTLEMENT).code
    elsewhere = house.stage.install("0x" + "40" * 20, code)
    name = selector("getChannelId((address,address,address,address,address,uint40,bytes32))")
    found = bytes32(house.stage.ask(Call(elsewhere, name + config_words(config))))
    assert found != house.id(config)
    assert address("0x4020074e9dF2ce1deE5A9C1b5c3f541D02a10003") == SETTLEMENT
    unsigned = Deposit(config, Money(5), 0, FOREVER, 1)
    assert sign_deposit(5042, unsigned, VIEWER.key) != sign_deposit(house.stage.chain_id, unsigned, VIEWER.key)
    token = house.stage.install("0x" + "ee" * 20, CALLING_TOKEN)
    assert house.id(house.config(token=token)) != house.id(config)
