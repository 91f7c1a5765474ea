"""Escrow.pay, case by case: trees/escrow_pay.tree."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.chain.abi import address_word, selector, uint_word
from services.chain.authorization import SignedAuthorization, payment_nonce, sign_authorization
from services.chain.calls import (
    Call,
    authorization_state_call,
    balance_of_call,
    creator_balance_call,
    creator_gross_call,
    pay_call,
    payment_nonce_call,
    platform_balance_call,
    withdraw_platform_call,
)
from services.chain.demo.evm import Outcome
from services.chain.demo.genesis import FAUCET, PLATFORM, TOKEN, escrow_creation
from services.chain.events import RawLog, read_events
from services.chain.gateway import Paid
from services.chain.hashing import sign_digest
from services.units.address import Address, address, bytes32
from services.units.ids import ContentId
from services.units.money import Money
from tests.contracts.tokens import (
    ACCEPTING_WALLET,
    REENTERING_TOKEN,
    cancel_call,
    malleated,
    raw_pay_call,
    transfer_digest,
)
from tests.fixtures.chain import CONTENT, CREATOR, RELAYER, START, STRANGER, VIEWER, Stage, altered, new_stage, refusal

ORDER_INVALID = ("Error", ("FiatTokenV2: invalid signature",))
USED = ("Error", ("FiatTokenV2: authorization is used or canceled",))


def pay(stage: Stage, signed: SignedAuthorization, sender: Address = RELAYER.address) -> Outcome:
    return stage.send(pay_call(signed), sender)


def refused(stage: Stage, signed: SignedAuthorization) -> tuple[str, tuple[object, ...]]:
    """Try to pay; give the error, and hold that nothing moved."""
    before = books(stage)
    error = refusal(pay(stage, signed))
    assert books(stage) == before
    return error.error_name, error.arguments


def books(stage: Stage) -> tuple[int, ...]:
    """Give all sums that a payment could change."""
    return (
        stage.number_of(balance_of_call(stage.token, VIEWER.address)),
        stage.number_of(balance_of_call(stage.token, stage.escrow)),
        stage.number_of(creator_balance_call(stage.escrow, CREATOR.address)),
        stage.number_of(creator_balance_call(stage.escrow, STRANGER.address)),
        stage.number_of(platform_balance_call(stage.escrow)),
    )


def paid_event(stage: Stage, outcome: Outcome) -> Paid:
    """Read the one Paid event of an outcome."""
    logs = [
        RawLog(
            emitter=log.emitter,
            topics=log.topics,
            data=log.data,
            block_number=stage.number,
            timestamp=stage.timestamp,
            tx=bytes32(bytes(32)),
            log_index=index,
        )
        for index, log in enumerate(outcome.logs)
    ]
    (event,) = read_events(logs, escrow=stage.escrow)
    assert isinstance(event, Paid)
    return event


def test_it_reverts_with_zeroaddress(stage: Stage) -> None:
    assert refused(stage, stage.signed(creator=address("0x" + 40 * "0")))[0] == "ZeroAddress"


def test_it_reverts_with_zeroamount(stage: Stage) -> None:
    assert refusal(stage.send(raw_pay_call(stage.signed(), amount=0), RELAYER.address)).error_name == "ZeroAmount"


@pytest.mark.parametrize(("first", "count"), [(0, 0), (2**32 - 1, 1), (2**32 - 1, 2**32 - 1), (1, 2**32 - 1)])
def test_it_reverts_with_invalidchunkrange(stage: Stage, first: int, count: int) -> None:
    error = refusal(stage.send(raw_pay_call(stage.signed(), first=first, count=count), RELAYER.address))
    assert (error.error_name, error.arguments) == ("InvalidChunkRange", (first, count))


def test_it_refuses_another_creator(stage: Stage) -> None:
    assert refused(stage, altered(stage.signed(), creator=STRANGER.address)) == ORDER_INVALID


def test_it_refuses_another_content(stage: Stage) -> None:
    assert refused(stage, altered(stage.signed(), content_id=ContentId(bytes32(b"\x08" * 32)))) == ORDER_INVALID


@pytest.mark.parametrize("chunks", [{"first_chunk": 1}, {"chunk_count": 2}, {"first_chunk": 1, "chunk_count": 2}])
def test_it_refuses_other_chunks(stage: Stage, chunks: dict[str, int]) -> None:
    assert refused(stage, altered(stage.signed(), **chunks)) == ORDER_INVALID


@pytest.mark.parametrize("micros", [1, 1_499, 1_501, 10_000_000])
def test_it_refuses_another_amount(stage: Stage, micros: int) -> None:
    assert refused(stage, altered(stage.signed(), amount=Money(micros))) == ORDER_INVALID


def test_it_refuses_another_payer(stage: Stage) -> None:
    stage.mint(STRANGER.address, 10_000)
    assert refused(stage, altered(stage.signed(), payer=STRANGER.address)) == ORDER_INVALID


@pytest.mark.parametrize("times", [{"valid_after": 1}, {"valid_before": 2**41}])
def test_it_refuses_other_times(stage: Stage, times: dict[str, int]) -> None:
    assert refused(stage, altered(stage.signed(), **times)) == ORDER_INVALID


def test_it_refuses_a_signature_for_another_chain(stage: Stage) -> None:
    elsewhere = sign_authorization(replace(stage.terms(), chain_id=5042), VIEWER.key)
    assert refused(stage, altered(elsewhere, chain_id=stage.chain_id)) == ORDER_INVALID


def test_it_refuses_a_signature_for_another_escrow(stage: Stage) -> None:
    elsewhere = sign_authorization(replace(stage.terms(), escrow=STRANGER.address), VIEWER.key)
    assert refused(stage, altered(elsewhere, escrow=stage.escrow)) == ORDER_INVALID


def test_it_refuses_a_transfer_authorization(stage: Stage) -> None:
    terms = stage.terms()
    signed = SignedAuthorization(terms, sign_digest(transfer_digest(terms), VIEWER.key))
    assert refused(stage, signed) == ORDER_INVALID


def test_it_refuses_a_malleated_signature(stage: Stage) -> None:
    signed = stage.signed()
    assert refused(stage, SignedAuthorization(signed.terms, malleated(signed.signature))) == ORDER_INVALID


@pytest.mark.parametrize("after", [START, START + 1])
def test_it_refuses_before_its_time(stage: Stage, after: int) -> None:
    error = refused(stage, stage.signed(valid_after=after))
    assert error == ("Error", ("FiatTokenV2: authorization is not yet valid",))


@pytest.mark.parametrize("before", [START, START - 1])
def test_it_refuses_after_its_time(stage: Stage, before: int) -> None:
    error = refused(stage, stage.signed(valid_before=before))
    assert error == ("Error", ("FiatTokenV2: authorization is expired",))


def test_it_refuses_a_canceled_authorization(stage: Stage) -> None:
    signed = stage.signed()
    assert stage.send(cancel_call(stage, VIEWER, signed.nonce), RELAYER.address).is_ok
    assert refused(stage, signed) == USED


def test_it_refuses_what_the_payer_does_not_have(stage: Stage) -> None:
    error = refused(stage, stage.signed(micros=10_000_001))
    assert error == ("Error", ("ERC20: transfer amount exceeds balance",))
    assert pay(stage, stage.signed(micros=10_000_000)).is_ok


def test_it_refuses_while_the_token_is_paused(stage: Stage) -> None:
    assert stage.send(Call(TOKEN, selector("pause()")), FAUCET).is_ok
    assert refused(stage, stage.signed()) == ("Error", ("Pausable: paused",))
    assert stage.send(Call(TOKEN, selector("unpause()")), FAUCET).is_ok
    assert pay(stage, stage.signed()).is_ok


def test_it_refuses_a_blocked_payer(stage: Stage) -> None:
    stage.send(Call(TOKEN, selector("blacklist(address)") + address_word(VIEWER.address)), FAUCET)
    assert refused(stage, stage.signed()) == ("Error", ("Blacklistable: account is blacklisted",))


def test_it_refuses_the_same_authorization(stage: Stage) -> None:
    signed = stage.signed()
    assert pay(stage, signed).is_ok
    assert refused(stage, signed) == USED


def test_it_refuses_a_second_price_for_the_same_chunks(stage: Stage) -> None:
    assert pay(stage, stage.signed(micros=1_500)).is_ok
    assert refused(stage, stage.signed(micros=1, valid_before=2**41)) == USED


def test_it_refuses_to_be_reentered(stage: Stage) -> None:
    token = stage.install(
        "0x" + "ee" * 20, REENTERING_TOKEN, {0: int.from_bytes(selector("withdrawCreator()") + bytes(28), "big")}
    )
    creation = escrow_creation(token, platform=PLATFORM, owner=PLATFORM, distribution_delay_s=60)
    escrow = stage.deploy(creation).created
    assert escrow is not None
    inner = Stage(stage.evm, escrow, token=token, number=stage.number)
    for chunk in (0, 1):  # at the second payment the token has a balance, so only the guard can stop it
        assert pay(inner, inner.signed(creator=token, first_chunk=chunk)).is_ok
        assert stage.evm.storage(token, 1) == 2  # called back, and was refused
    assert inner.number_of(creator_balance_call(escrow, token)) == 2_700


def test_it_moves_the_money_into_the_escrow(stage: Stage) -> None:
    assert pay(stage, stage.signed(micros=1_500)).is_ok
    assert stage.number_of(balance_of_call(stage.token, stage.escrow)) == 1_500
    assert stage.number_of(balance_of_call(stage.token, VIEWER.address)) == 10_000_000 - 1_500


def test_it_credits_the_bound_creator_only(stage: Stage) -> None:
    assert pay(stage, stage.signed(micros=1_500), STRANGER.address).is_ok
    assert stage.number_of(creator_balance_call(stage.escrow, CREATOR.address)) == 1_350
    assert stage.number_of(creator_gross_call(stage.escrow, CREATOR.address)) == 1_500
    for other in (STRANGER.address, VIEWER.address, RELAYER.address, PLATFORM):
        assert stage.number_of(creator_balance_call(stage.escrow, other)) == 0


def test_it_gives_the_platform_a_tenth_of_the_lifetime_gross(stage: Stage) -> None:
    gross = 0
    for chunk, micros in enumerate([1, 8, 1, 19, 9, 1, 1, 1_000_000, 3]):
        event = paid_event(stage, pay(stage, stage.signed(first_chunk=chunk, micros=micros)))
        gross += micros
        assert event.creator_share + event.platform_share == Money(micros)
        assert stage.number_of(platform_balance_call(stage.escrow)) == gross // 10
        assert stage.number_of(creator_balance_call(stage.escrow, CREATOR.address)) == gross - gross // 10


def test_it_loses_nothing_to_rounding_over_many_small_payments(stage: Stage) -> None:
    for chunk in range(100):
        assert pay(stage, stage.signed(first_chunk=chunk, micros=7)).is_ok
    assert stage.number_of(platform_balance_call(stage.escrow)) == 70
    assert stage.number_of(creator_balance_call(stage.escrow, CREATOR.address)) == 630


def test_it_emits_paid(stage: Stage) -> None:
    signed = stage.signed(first_chunk=5, chunk_count=30, micros=45_005)
    event = paid_event(stage, pay(stage, signed))
    assert (event.payer, event.creator, event.content_id) == (VIEWER.address, CREATOR.address, CONTENT)
    assert (event.first_chunk, event.chunk_count) == (5, 30)
    assert (event.amount, event.creator_share, event.platform_share) == (Money(45_005), Money(40_505), Money(4_500))
    assert event.nonce == payment_nonce(signed.terms)


def test_it_returns_the_nonce_it_computed(stage: Stage) -> None:
    signed = stage.signed(first_chunk=2**32 - 2, micros=3)
    assert bytes32(stage.ask(payment_nonce_call(signed))) == signed.nonce
    assert bytes32(pay(stage, signed).output) == signed.nonce
    assert stage.number_of(authorization_state_call(stage.token, VIEWER.address, signed.nonce)) == 1


def test_it_computes_another_nonce_on_another_chain(stage: Stage) -> None:
    elsewhere = new_stage(31337)
    signed = elsewhere.signed()
    assert elsewhere.escrow == stage.escrow
    assert bytes32(elsewhere.ask(payment_nonce_call(signed))) == signed.nonce != stage.signed().nonce


def test_it_takes_a_range_by_one_authorization(stage: Stage) -> None:
    assert pay(stage, stage.signed(first_chunk=1, chunk_count=180, micros=270_000)).is_ok
    assert stage.number_of(creator_gross_call(stage.escrow, CREATOR.address)) == 270_000


def test_it_takes_any_relayer(stage: Stage) -> None:
    for chunk, sender in enumerate((RELAYER, STRANGER, VIEWER, CREATOR)):
        assert pay(stage, stage.signed(first_chunk=chunk), sender.address).is_ok
    assert stage.number_of(creator_gross_call(stage.escrow, CREATOR.address)) == 6_000


def test_it_takes_the_signature_of_a_contract_wallet(stage: Stage) -> None:
    wallet = stage.install("0x" + "aa" * 20, ACCEPTING_WALLET)
    stage.mint(wallet, 5_000)
    signed = SignedAuthorization(stage.terms(payer=wallet, micros=5_000), b"as the wallet likes it")
    assert pay(stage, signed).is_ok
    assert stage.number_of(creator_balance_call(stage.escrow, CREATOR.address)) == 4_500


def test_sums_beyond_a_slot_are_refused(stage: Stage) -> None:
    mint = selector("mint(address,uint256)") + address_word(VIEWER.address) + uint_word(2**130)
    assert stage.send(Call(TOKEN, mint), FAUCET).is_ok
    call = raw_pay_call(stage.signed(), amount=2**129, resign=VIEWER)
    assert refusal(stage.send(call, RELAYER.address)).error_name == "SafeCastOverflowedUintDowncast"


def test_platform_calls_do_not_touch_a_payment(stage: Stage) -> None:
    assert not stage.send(withdraw_platform_call(stage.escrow), RELAYER.address).is_ok
    assert pay(stage, stage.signed()).is_ok
    assert stage.send(withdraw_platform_call(stage.escrow), RELAYER.address).is_ok
    assert stage.number_of(creator_balance_call(stage.escrow, CREATOR.address)) == 1_350
    assert uint_word(150) == stage.ask(balance_of_call(stage.token, PLATFORM))
