"""Channels: the ways back to the payer, case by case: trees/channels_back.tree."""

from __future__ import annotations

import pytest

from services.chain.abi import read_uint, words
from services.chain.calls import Call
from services.chain.channel_calls import (
    PendingWithdrawal,
    claim_call,
    finalize_withdraw_call,
    initiate_withdraw_call,
    multicall_call,
    refund_call,
    refund_signed_call,
    settle_call,
)
from services.chain.channels import (
    COLLECTOR,
    SETTLEMENT,
    ChannelConfig,
    sign_refund,
)
from services.units.address import address
from services.units.money import Money
from tests.contracts.channel_room import names, nonce, pending, received, send, state, waiting
from tests.contracts.ledger import block, error_of, money, number_of
from tests.contracts.tokens import forwarding_code
from tests.fixtures.chain import CREATOR, RELAYER, START, STRANGER, VIEWER
from tests.fixtures.chain_channels import DELAY_S, FUNDS, ChannelHouse


@pytest.mark.parametrize(("asked", "given"), [(1, 1), (600, 600), (700, 700), (701, 700), (2**62, 700)])
def test_it_gives_back_at_most_what_was_not_claimed(house: ChannelHouse, asked: int, given: int) -> None:
    made = house.config()
    house.open(made)
    assert send(house, claim_call([house.claim(made, VIEWER, 300)]), house.node.address).is_ok
    outcome = send(house, refund_call(made, Money(asked)), house.node.address)
    assert names(outcome) == ["Refunded"]
    assert state(house, made) == (1_000 - given, 300)
    assert money(house.stage, VIEWER.address) == FUNDS - 1_000 + given


def test_it_refuses_a_refund_by_everybody_but_the_receiver_s_side(house: ChannelHouse, config: ChannelConfig) -> None:
    for who in (VIEWER, STRANGER, RELAYER, house.session(VIEWER)):
        outcome = send(house, refund_call(config, Money(1)), who.address)
        assert error_of(outcome) == ("NotAllowed", (number_of(who.address),))


def test_it_refuses_a_refund_of_nothing(house: ChannelHouse, config: ChannelConfig) -> None:
    assert error_of(send(house, refund_call(config, Money(0)), house.node.address))[0] == "InvalidAmount"
    assert nonce(house, config) == 0


def test_it_counts_up_even_when_nothing_is_left(house: ChannelHouse, config: ChannelConfig) -> None:
    assert send(house, claim_call([house.claim(config, VIEWER, 1_000)]), house.node.address).is_ok
    outcome = send(house, refund_call(config, Money(1)), house.node.address)
    assert outcome.is_ok
    assert (names(outcome), nonce(house, config)) == ([], 1)
    assert state(house, config) == (1_000, 1_000)


def test_it_closes_a_channel_that_was_never_claimed(house: ChannelHouse, config: ChannelConfig) -> None:
    outcome = send(house, refund_call(config, Money(1_000)), house.node.address)
    assert names(outcome) == ["Refunded", "ChannelClosed"]
    assert (state(house, config), money(house.stage, VIEWER.address)) == ((0, 0), FUNDS)


def test_it_lessens_a_withdrawal_under_way(house: ChannelHouse, config: ChannelConfig) -> None:
    assert send(house, initiate_withdraw_call(config, Money(800)), VIEWER.address).is_ok
    assert send(house, refund_call(config, Money(300)), house.node.address).is_ok
    assert pending(house, config) == PendingWithdrawal(Money(500), START)
    house.stage.timestamp += DELAY_S
    assert send(house, finalize_withdraw_call(config), VIEWER.address).is_ok
    assert state(house, config) == (200, 0)


@pytest.mark.parametrize("amount", [800, 900])
def test_it_ends_a_withdrawal_that_it_covers(house: ChannelHouse, config: ChannelConfig, amount: int) -> None:
    assert send(house, initiate_withdraw_call(config, Money(800)), VIEWER.address).is_ok
    assert send(house, refund_call(config, Money(amount)), house.node.address).is_ok
    assert pending(house, config) == PendingWithdrawal(Money(0), 0)
    house.stage.timestamp += DELAY_S
    assert error_of(send(house, finalize_withdraw_call(config), VIEWER.address))[0] == "NoWithdrawal"
    assert send(house, initiate_withdraw_call(config, Money(1_000 - amount)), VIEWER.address).is_ok


def test_it_takes_a_signed_refund_from_anybody_once(house: ChannelHouse, config: ChannelConfig) -> None:
    signature = sign_refund(house.stage.chain_id, house.id(config), 0, Money(400), house.node.key)
    call = refund_signed_call(config, Money(400), 0, signature)
    assert send(house, call, STRANGER.address).is_ok
    assert (state(house, config), money(house.stage, VIEWER.address)) == ((600, 0), FUNDS - 600)
    assert error_of(send(house, call)) == ("WrongRefundNonce", (1, 0))


def test_it_refuses_a_refund_that_was_changed(house: ChannelHouse, config: ChannelConfig) -> None:
    chain_id, channel = house.stage.chain_id, house.id(config)
    signature = sign_refund(chain_id, channel, 0, Money(400), house.node.key)
    wrong = sign_refund(chain_id, channel, 0, Money(400), STRANGER.key)
    for call in (
        refund_signed_call(config, Money(401), 0, signature),
        refund_signed_call(config, Money(400), 0, wrong),
        refund_signed_call(config, Money(400), 0, sign_refund(5042, channel, 0, Money(400), house.node.key)),
    ):
        assert error_of(send(house, call))[0] == "InvalidSignature"
    zero = sign_refund(chain_id, channel, 0, Money(0), house.node.key)
    assert error_of(send(house, refund_signed_call(config, Money(0), 0, zero)))[0] == "InvalidAmount"
    assert error_of(send(house, refund_signed_call(config, Money(400), 1, signature))) == ("WrongRefundNonce", (0, 1))


def test_it_is_overtaken_by_a_direct_refund(house: ChannelHouse, config: ChannelConfig) -> None:
    signature = sign_refund(house.stage.chain_id, house.id(config), 0, Money(400), house.node.key)
    assert send(house, refund_call(config, Money(100)), house.node.address).is_ok
    call = refund_signed_call(config, Money(400), 0, signature)
    assert error_of(send(house, call)) == ("WrongRefundNonce", (1, 0))


def test_it_refuses_a_withdrawal_by_everybody_but_the_payer_s_side(house: ChannelHouse, config: ChannelConfig) -> None:
    for who in (house.node, STRANGER, CREATOR):
        outcome = send(house, initiate_withdraw_call(config, Money(1)), who.address)
        assert error_of(outcome) == ("NotAllowed", (number_of(who.address),))
    assert send(house, initiate_withdraw_call(config, Money(1)), house.session(VIEWER).address).is_ok


def test_it_refuses_to_withdraw_nothing_or_too_much(house: ChannelHouse, config: ChannelConfig) -> None:
    assert send(house, claim_call([house.claim(config, VIEWER, 300)]), house.node.address).is_ok
    assert error_of(send(house, initiate_withdraw_call(config, Money(0)), VIEWER.address))[0] == "InvalidAmount"
    outcome = send(house, initiate_withdraw_call(config, Money(701)), VIEWER.address)
    assert error_of(outcome) == ("WithdrawalTooLarge", (701, 700))
    outcome = send(house, initiate_withdraw_call(config, Money(700)), VIEWER.address)
    assert names(outcome) == ["WithdrawInitiated"]
    assert [read_uint(word) for word in words(outcome.logs[0].data)] == [700, START + DELAY_S]
    assert pending(house, config) == PendingWithdrawal(Money(700), START)


def test_it_refuses_a_second_withdrawal(house: ChannelHouse, config: ChannelConfig) -> None:
    assert send(house, initiate_withdraw_call(config, Money(100)), VIEWER.address).is_ok
    outcome = send(house, initiate_withdraw_call(config, Money(100)), VIEWER.address)
    assert error_of(outcome)[0] == "WithdrawalPending"


def test_it_refuses_without_a_withdrawal(house: ChannelHouse, config: ChannelConfig) -> None:
    assert error_of(send(house, finalize_withdraw_call(config), VIEWER.address))[0] == "NoWithdrawal"


def test_it_refuses_to_finalize_before_the_delay_is_over(house: ChannelHouse, config: ChannelConfig) -> None:
    assert send(house, initiate_withdraw_call(config, Money(100)), VIEWER.address).is_ok
    house.stage.timestamp += DELAY_S - 1
    outcome = send(house, finalize_withdraw_call(config), VIEWER.address)
    assert error_of(outcome) == ("WithdrawalTooEarly", (START + DELAY_S,))
    house.stage.timestamp += 1
    assert send(house, finalize_withdraw_call(config), VIEWER.address).is_ok


def test_it_refuses_to_finalize_for_anybody_else(house: ChannelHouse, config: ChannelConfig) -> None:
    assert send(house, initiate_withdraw_call(config, Money(100)), VIEWER.address).is_ok
    house.stage.timestamp += DELAY_S
    for who in (house.node, STRANGER, CREATOR):
        assert error_of(send(house, finalize_withdraw_call(config), who.address))[0] == "NotAllowed"


@pytest.mark.parametrize(("claimed", "given"), [(0, 800), (200, 800), (201, 799), (1_000, 0)])
def test_it_gives_back_what_was_not_claimed_meanwhile(house: ChannelHouse, claimed: int, given: int) -> None:
    made = house.config()
    house.open(made)
    assert send(house, initiate_withdraw_call(made, Money(800)), VIEWER.address).is_ok
    if claimed:
        assert send(house, claim_call([house.claim(made, VIEWER, claimed)]), house.node.address).is_ok
    house.stage.timestamp += DELAY_S
    outcome = send(house, finalize_withdraw_call(made), VIEWER.address)
    assert names(outcome) == ["WithdrawFinalized"]
    assert (state(house, made), money(house.stage, VIEWER.address)) == ((1_000 - given, claimed), FUNDS - 1_000 + given)
    assert pending(house, made) == PendingWithdrawal(Money(0), 0)
    assert error_of(send(house, finalize_withdraw_call(made), VIEWER.address))[0] == "NoWithdrawal"


def test_it_needs_nobody_else(house: ChannelHouse, config: ChannelConfig) -> None:
    block(house.stage, config.receiver)
    block(house.stage, house.node.address)
    assert send(house, initiate_withdraw_call(config, Money(1_000)), VIEWER.address).is_ok
    house.stage.timestamp += DELAY_S
    assert send(house, finalize_withdraw_call(config), VIEWER.address).is_ok
    assert money(house.stage, VIEWER.address) == FUNDS


def test_it_closes_an_untouched_channel(house: ChannelHouse, config: ChannelConfig) -> None:
    assert send(house, initiate_withdraw_call(config, Money(1_000)), VIEWER.address).is_ok
    house.stage.timestamp += DELAY_S
    outcome = send(house, finalize_withdraw_call(config), VIEWER.address)
    assert names(outcome) == ["WithdrawFinalized", "ChannelClosed"]


@pytest.mark.parametrize("outer", ["settle", "refund", "refundWithSignature", "finalizeWithdraw"])
def test_it_refuses_to_be_reentered(house: ChannelHouse, outer: str) -> None:
    config = house.config(token=address("0x" + "ee" * 20), receiver=CREATOR.address)
    callback = settle_call(STRANGER.address, config.token)
    waiting(house, config, forwarding_code(SETTLEMENT, callback.data))
    signature = sign_refund(house.stage.chain_id, house.id(config), 0, Money(5), house.node.key)
    call, sender = {
        "settle": (settle_call(CREATOR.address, config.token), RELAYER),
        "refund": (refund_call(config, Money(5)), house.node),
        "refundWithSignature": (refund_signed_call(config, Money(5), 0, signature), RELAYER),
        "finalizeWithdraw": (finalize_withdraw_call(config), VIEWER),
    }[outer]
    assert send(house, call, sender.address).is_ok
    other = house.config(token=config.token, receiver=STRANGER.address)
    assert received(house, other) == (50, 0)  # called back, and was refused
    assert send(house, callback).is_ok
    assert received(house, other) == (50, 50)


def test_it_claims_and_settles_and_refunds_in_one_go(house: ChannelHouse, config: ChannelConfig) -> None:
    calls = [
        claim_call([house.claim(config, VIEWER, 300)]),
        settle_call(config.receiver, config.token),
        refund_call(config, Money(700)),
    ]
    outcome = send(house, multicall_call(calls), house.node.address)
    assert names(outcome) == ["Claimed", "Settled", "Refunded"]
    assert (money(house.stage, config.receiver), money(house.stage, VIEWER.address)) == (300, FUNDS - 300)
    assert money(house.stage, SETTLEMENT) == 0
    with pytest.raises(ValueError, match="go together"):
        multicall_call([Call(COLLECTOR, b"")])


def test_it_does_all_or_nothing(house: ChannelHouse, config: ChannelConfig) -> None:
    calls = [claim_call([house.claim(config, VIEWER, 300)]), finalize_withdraw_call(config)]
    assert error_of(send(house, multicall_call(calls), house.node.address))[0] == "NotAllowed"
    assert state(house, config) == (1_000, 0)
