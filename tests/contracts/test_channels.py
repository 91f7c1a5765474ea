"""Channels and their collector, case by case: trees/channels.tree."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.chain.abi import read_address, read_uint, selector, topic, words
from services.chain.calls import Call
from services.chain.channel_calls import (
    PendingWithdrawal,
    claim_call,
    claim_signed_call,
    deposit_call,
    finalize_withdraw_call,
    initiate_withdraw_call,
    multicall_call,
    pending_withdrawal_call,
    read_pending,
    receiver_call,
    refund_call,
    refund_nonce_call,
    refund_signed_call,
    settle_call,
)
from services.chain.channels import (
    COLLECTOR,
    MAX_CHANNEL_MICROS,
    SETTLEMENT,
    ZERO_ADDRESS,
    ChannelConfig,
    Claim,
    Deposit,
    claim_digest,
    config_words,
    is_signed_by,
    refund_digest,
    sign_claims,
    sign_deposit,
    sign_refund,
    sign_voucher,
    voucher_digest,
)
from services.chain.demo.evm import Outcome
from services.units.address import Address, address, bytes32, raw
from services.units.money import Money
from tests.contracts.ledger import block, error_of, money, number_of
from tests.contracts.tokens import ACCEPTING_WALLET, CALLING_TOKEN, forwarding_code, malleated
from tests.fixtures.chain import CREATOR, FOREVER, RELAYER, START, STRANGER, VIEWER, person
from tests.fixtures.chain_channels import DELAY_S, FUNDS, ChannelHouse

OTHER_VIEWER = person("other viewer")


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


@pytest.fixture
def config(house: ChannelHouse) -> ChannelConfig:
    """An open channel with 1,000 micro-USDC."""
    made = house.config()
    house.open(made)
    return made


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
