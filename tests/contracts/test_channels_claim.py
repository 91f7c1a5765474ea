"""Channels: claims and their way to the receiver, case by case: trees/channels_claim.tree."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.chain.abi import read_address, read_uint, topic, words
from services.chain.channel_calls import (
    claim_call,
    claim_signed_call,
    settle_call,
)
from services.chain.channels import (
    SETTLEMENT,
    ZERO_ADDRESS,
    ChannelConfig,
    Claim,
    is_signed_by,
    sign_claims,
    sign_voucher,
)
from services.units.address import Address, bytes32, raw
from services.units.money import Money
from tests.contracts.channel_room import names, received, send, state
from tests.contracts.ledger import block, error_of, money, number_of
from tests.contracts.tokens import malleated
from tests.fixtures.chain import CREATOR, RELAYER, STRANGER, VIEWER, person
from tests.fixtures.chain_channels import ChannelHouse

OTHER_VIEWER = person("other viewer")


@pytest.mark.parametrize("sender", [VIEWER, STRANGER, CREATOR, RELAYER], ids=lambda one: one.name)
def test_it_refuses_everybody_but_the_receiver_s_side(house: ChannelHouse, sender: object) -> None:
    made = house.config()
    house.open(made)
    who: Address = sender.address  # type: ignore[attr-defined]
    assert error_of(send(house, claim_call([house.claim(made, VIEWER, 100)]), who)) == ("NotAllowed", (number_of(who),))


def test_it_refuses_more_than_the_voucher(house: ChannelHouse, config: ChannelConfig) -> None:
    row = house.claim(config, VIEWER, 101, limit=100)
    outcome = send(house, claim_call([row]), house.node.address)
    assert error_of(outcome) == ("ClaimTooLarge", (int(house.id(config), 16), 101, 100))


def test_it_refuses_more_than_the_balance(house: ChannelHouse, config: ChannelConfig) -> None:
    outcome = send(house, claim_call([house.claim(config, VIEWER, 1_001)]), house.node.address)
    assert error_of(outcome) == ("ClaimTooLarge", (int(house.id(config), 16), 1_001, 1_000))
    assert send(house, claim_call([house.claim(config, VIEWER, 1_000)]), house.node.address).is_ok


@pytest.mark.parametrize("signer", [STRANGER, CREATOR, person("node")], ids=lambda one: one.name)
def test_it_refuses_a_voucher_of_somebody_else(house: ChannelHouse, signer: object) -> None:
    made = house.config()
    house.open(made)
    key: bytes = signer.key  # type: ignore[attr-defined]
    forged = sign_voucher(house.stage.chain_id, house.id(made), Money(500), key)
    row = Claim(made, forged, Money(500))
    assert error_of(send(house, claim_call([row]), house.node.address))[0] == "InvalidSignature"
    assert not is_signed_by(house.stage.chain_id, forged, made.voucher_signer)


def test_it_refuses_a_malleated_or_malformed_voucher(house: ChannelHouse, config: ChannelConfig) -> None:
    row = house.claim(config, VIEWER, 500)
    for bad in (malleated(row.voucher.signature), row.voucher.signature[:64], bytes(65), b""):
        forged = replace(row, voucher=replace(row.voucher, signature=bad))
        assert error_of(send(house, claim_call([forged]), house.node.address))[0] == "InvalidSignature"
        assert not is_signed_by(house.stage.chain_id, forged.voucher, config.voucher_signer)
    # Without a session key nobody signs for a zero address either.
    loose = house.config(payer=OTHER_VIEWER.address, payer_authorizer=ZERO_ADDRESS)
    house.open(loose, OTHER_VIEWER)
    forged = replace(house.claim(loose, VIEWER, 500), voucher=replace(row.voucher, signature=bytes(65)))
    assert error_of(send(house, claim_call([forged]), house.node.address))[0] == "InvalidSignature"


def test_it_refuses_a_voucher_of_another_channel_or_chain(house: ChannelHouse, config: ChannelConfig) -> None:
    key = house.session(VIEWER).key
    other = house.config(salt=bytes32(b"\x01" * 32))
    house.open(other)
    for chain_id, channel in ((5042, house.id(config)), (house.stage.chain_id, house.id(other))):
        voucher = sign_voucher(chain_id, channel, Money(500), key)
        outcome = send(house, claim_call([Claim(config, voucher, Money(500))]), house.node.address)
        assert error_of(outcome)[0] == "InvalidSignature"


def test_it_refuses_the_payer_s_own_voucher_where_a_session_key_signs(
    house: ChannelHouse, config: ChannelConfig
) -> None:
    voucher = sign_voucher(house.stage.chain_id, house.id(config), Money(500), VIEWER.key)
    outcome = send(house, claim_call([Claim(config, voucher, Money(500))]), house.node.address)
    assert error_of(outcome)[0] == "InvalidSignature"


def test_it_takes_the_payer_s_voucher_where_no_session_key_is_named(house: ChannelHouse) -> None:
    made = house.config(payer_authorizer=ZERO_ADDRESS)
    house.open(made)
    voucher = sign_voucher(house.stage.chain_id, house.id(made), Money(500), VIEWER.key)
    assert made.voucher_signer == VIEWER.address
    assert send(house, claim_call([Claim(made, voucher, Money(500))]), house.node.address).is_ok
    assert state(house, made) == (1_000, 500)


def test_it_claims_less_than_the_voucher_allows(house: ChannelHouse, config: ChannelConfig) -> None:
    assert send(house, claim_call([house.claim(config, VIEWER, 300, limit=700)]), house.node.address).is_ok
    assert (state(house, config), received(house, config)) == ((1_000, 300), (300, 0))


def test_it_passes_over_what_was_claimed_already(house: ChannelHouse, config: ChannelConfig) -> None:
    call = claim_call([house.claim(config, VIEWER, 300)])
    assert send(house, call, house.node.address).is_ok
    older = claim_call([house.claim(config, VIEWER, 200)])
    for again in (call, older):
        outcome = send(house, again, house.node.address)
        assert outcome.is_ok
        assert names(outcome) == []
    assert (state(house, config), received(house, config)) == ((1_000, 300), (300, 0))


def test_it_grows_by_the_difference(house: ChannelHouse, config: ChannelConfig) -> None:
    for total, step in ((300, 300), (301, 1), (1_000, 699)):
        outcome = send(house, claim_call([house.claim(config, VIEWER, total)]), house.node.address)
        (log,) = outcome.logs
        assert log.topics == (topic("Claimed(bytes32,uint128,uint128)"), house.id(config))
        assert [read_uint(word) for word in words(log.data)] == [step, total]
        assert received(house, config) == (total, 0)


def test_it_takes_many_channels_at_once(house: ChannelHouse) -> None:
    viewers = [person(f"viewer {number}") for number in range(5)]
    for viewer in viewers:
        house.open(house.config(viewer), viewer)
    rows = [house.claim(house.config(viewer), viewer, 100 + place) for place, viewer in enumerate(viewers)]
    assert send(house, claim_call(rows), house.node.address).is_ok
    assert [state(house, house.config(viewer))[1] for viewer in viewers] == [100, 101, 102, 103, 104]
    assert received(house, house.config()) == (510, 0)
    foreign = house.config(viewers[0], receiver_authorizer=STRANGER.address)
    house.open(foreign, viewers[0])
    mixed = [house.claim(house.config(viewers[1]), viewers[1], 500), house.claim(foreign, viewers[0], 100)]
    assert error_of(send(house, claim_call(mixed), house.node.address))[0] == "NotAllowed"


def test_it_lets_the_receiver_itself_claim(house: ChannelHouse) -> None:
    made = house.config(receiver=CREATOR.address)
    house.open(made)
    assert send(house, claim_call([house.claim(made, VIEWER, 100)]), CREATOR.address).is_ok
    assert state(house, made) == (1_000, 100)


def test_it_takes_a_signed_batch_from_anybody(house: ChannelHouse, config: ChannelConfig) -> None:
    other = house.config(salt=bytes32(b"\x01" * 32))
    house.open(other)
    rows = [house.claim(config, VIEWER, 100), house.claim(other, VIEWER, 200, limit=300)]
    signature = sign_claims(house.stage.chain_id, rows, house.node.key)
    assert send(house, claim_signed_call(rows, signature), STRANGER.address).is_ok
    assert (state(house, config)[1], state(house, other)[1]) == (100, 200)


def test_it_refuses_a_batch_that_was_changed(house: ChannelHouse, config: ChannelConfig) -> None:
    rows = [house.claim(config, VIEWER, 100, limit=200)]
    signature = sign_claims(house.stage.chain_id, rows, house.node.key)
    for forged in (
        [replace(rows[0], total_claimed=Money(101))],
        [house.claim(config, VIEWER, 100, limit=201)],
        [*rows, *rows],
    ):
        assert error_of(send(house, claim_signed_call(forged, signature)))[0] == "InvalidSignature"


def test_it_refuses_rows_of_another_authorizer(house: ChannelHouse, config: ChannelConfig) -> None:
    foreign = house.config(receiver_authorizer=STRANGER.address)
    house.open(foreign)
    rows = [house.claim(config, VIEWER, 100), house.claim(foreign, VIEWER, 100)]
    signature = sign_claims(house.stage.chain_id, rows, house.node.key)
    assert error_of(send(house, claim_signed_call(rows, signature)))[0] == "InvalidBatch"


def test_it_refuses_an_empty_batch(house: ChannelHouse) -> None:
    signature = sign_claims(house.stage.chain_id, [], house.node.key)
    assert error_of(send(house, claim_signed_call([], signature)))[0] == "InvalidBatch"


def test_it_refuses_a_stranger_s_signature_on_a_batch(house: ChannelHouse, config: ChannelConfig) -> None:
    rows = [house.claim(config, VIEWER, 100)]
    for key in (STRANGER.key, VIEWER.key, house.session(VIEWER).key):
        signature = sign_claims(house.stage.chain_id, rows, key)
        assert error_of(send(house, claim_signed_call(rows, signature)))[0] == "InvalidSignature"


def test_it_sends_what_was_claimed_to_the_receiver(house: ChannelHouse, config: ChannelConfig) -> None:
    for total in (300, 450):
        assert send(house, claim_call([house.claim(config, VIEWER, total)]), house.node.address).is_ok
        assert send(house, settle_call(config.receiver, config.token), STRANGER.address).is_ok
        assert (money(house.stage, config.receiver), received(house, config)) == (total, (total, total))
    assert money(house.stage, SETTLEMENT) == 550


def test_it_does_nothing_when_there_is_nothing(house: ChannelHouse, config: ChannelConfig) -> None:
    outcome = send(house, settle_call(config.receiver, config.token))
    assert outcome.is_ok
    assert outcome.logs == ()
    assert received(house, config) == (0, 0)


def test_it_keeps_receivers_and_tokens_apart(house: ChannelHouse, config: ChannelConfig) -> None:
    other = house.config(receiver=STRANGER.address)
    house.open(other)
    rows = [house.claim(config, VIEWER, 300), house.claim(other, VIEWER, 200)]
    assert send(house, claim_call(rows), house.node.address).is_ok
    assert send(house, settle_call(config.receiver, STRANGER.address)).is_ok
    assert money(house.stage, config.receiver) == 0
    assert send(house, settle_call(STRANGER.address, config.token)).is_ok
    assert (money(house.stage, STRANGER.address), money(house.stage, config.receiver)) == (200, 0)
    assert (received(house, config), received(house, other)) == ((300, 0), (200, 200))


def test_it_lets_a_blocked_receiver_stop_nobody_else(house: ChannelHouse, config: ChannelConfig) -> None:
    other = house.config(receiver=STRANGER.address)
    house.open(other)
    rows = [house.claim(config, VIEWER, 300), house.claim(other, VIEWER, 200)]
    block(house.stage, STRANGER.address)
    assert send(house, claim_call(rows), house.node.address).is_ok
    assert error_of(send(house, settle_call(STRANGER.address, config.token)))[1] == (
        "Blacklistable: account is blacklisted",
    )
    assert send(house, settle_call(config.receiver, config.token)).is_ok
    block(house.stage, STRANGER.address, is_blocked=False)
    assert send(house, settle_call(STRANGER.address, config.token)).is_ok
    assert money(house.stage, STRANGER.address) == 200


def test_it_emits_settled(house: ChannelHouse, config: ChannelConfig) -> None:
    assert send(house, claim_call([house.claim(config, VIEWER, 300)]), house.node.address).is_ok
    outcome = send(house, settle_call(config.receiver, config.token), STRANGER.address)
    (log,) = [log for log in outcome.logs if log.emitter == SETTLEMENT]
    parties = [read_address(raw(one)) for one in log.topics[1:]]
    assert parties == [config.receiver, config.token, STRANGER.address]
    assert (names(outcome), read_uint(log.data)) == (["Settled"], 300)
