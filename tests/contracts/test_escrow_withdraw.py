"""Escrow's withdrawals, constructor and views, case by case: trees/escrow_withdraw.tree."""

from __future__ import annotations

from services.chain.abi import address_word, selector
from services.chain.calls import (
    Call,
    balance_of_call,
    creator_balance_call,
    creator_gross_call,
    escrow_token_call,
    pay_call,
    platform_balance_call,
    transfer_call,
    withdraw_creator_call,
    withdraw_platform_call,
)
from services.chain.demo.evm import Outcome
from services.chain.demo.genesis import FAUCET, PLATFORM, TOKEN, escrow_creation
from services.chain.events import CREATOR_WITHDRAWN, PLATFORM_WITHDRAWN
from services.units.address import Address, address
from services.units.money import Money
from tests.contracts.tokens import REENTERING_TOKEN
from tests.fixtures.chain import CREATOR, RELAYER, STRANGER, VIEWER, Stage, refusal

NOBODY = address("0x" + 40 * "0")


def earn(stage: Stage, micros: int, *, creator: Address = CREATOR.address, chunk: int = 0) -> None:
    signed = stage.signed(creator=creator, first_chunk=chunk, micros=micros)
    assert stage.send(pay_call(signed), RELAYER.address).is_ok


def withdraw(stage: Stage, creator: Address = CREATOR.address) -> Outcome:
    return stage.send(withdraw_creator_call(stage.escrow), creator)


def money(stage: Stage, owner: Address) -> int:
    return stage.number_of(balance_of_call(stage.token, owner))


def block(stage: Stage, account: Address) -> None:
    assert stage.send(Call(TOKEN, selector("blacklist(address)") + address_word(account)), FAUCET).is_ok


def creation(token: Address, platform: Address, owner: Address = PLATFORM) -> bytes:
    return escrow_creation(token, platform=platform, owner=owner, distribution_delay_s=60)


def test_it_reverts_with_nothingtowithdraw(stage: Stage) -> None:
    earn(stage, 1_000)
    for caller in (STRANGER.address, VIEWER.address, PLATFORM):
        assert refusal(withdraw(stage, caller)).error_name == "NothingToWithdraw"
    assert money(stage, stage.escrow) == 1_000


def test_it_reverts_a_second_time_in_a_row(stage: Stage) -> None:
    earn(stage, 1_000)
    assert withdraw(stage).is_ok
    assert refusal(withdraw(stage)).error_name == "NothingToWithdraw"
    assert money(stage, CREATOR.address) == 900


def test_it_keeps_the_balance_of_a_blocked_creator(stage: Stage) -> None:
    earn(stage, 1_000)
    block(stage, CREATOR.address)
    assert refusal(withdraw(stage)).arguments == ("Blacklistable: account is blacklisted",)
    assert stage.number_of(creator_balance_call(stage.escrow, CREATOR.address)) == 900
    assert stage.send(Call(TOKEN, selector("unBlacklist(address)") + address_word(CREATOR.address)), FAUCET).is_ok
    assert withdraw(stage).is_ok


def test_it_lets_others_go_on_when_one_creator_is_blocked(stage: Stage) -> None:
    earn(stage, 1_000)
    block(stage, CREATOR.address)
    earn(stage, 500, chunk=1)
    earn(stage, 1_000, creator=STRANGER.address)
    assert withdraw(stage, STRANGER.address).is_ok
    assert stage.send(withdraw_platform_call(stage.escrow), STRANGER.address).is_ok
    assert money(stage, STRANGER.address) == 900
    assert money(stage, stage.escrow) == 1_350


def test_it_refuses_to_be_reentered(stage: Stage) -> None:
    selector_word = int.from_bytes(selector("withdrawPlatform()") + bytes(28), "big")
    token = stage.install("0x" + "ee" * 20, REENTERING_TOKEN, {0: selector_word})
    escrow = stage.deploy(creation(token, PLATFORM)).created
    assert escrow is not None
    inner = Stage(stage.evm, escrow, token=token, number=stage.number)
    earn(inner, 1_000)
    assert withdraw(inner).is_ok
    assert stage.evm.storage(token, 1) == 2  # called back, and was refused
    assert inner.number_of(platform_balance_call(escrow)) == 100


def test_it_sends_all_to_the_caller(stage: Stage) -> None:
    earn(stage, 1_005)
    outcome = withdraw(stage)
    assert int.from_bytes(outcome.output, "big") == 905
    assert money(stage, CREATOR.address) == 905
    assert money(stage, stage.escrow) == 100
    assert stage.number_of(creator_balance_call(stage.escrow, CREATOR.address)) == 0


def test_it_emits_creatorwithdrawn(stage: Stage) -> None:
    earn(stage, 1_000)
    (log,) = [log for log in withdraw(stage).logs if log.emitter == stage.escrow]
    assert log.topics == (CREATOR_WITHDRAWN, "0x" + address_word(CREATOR.address).hex())
    assert int.from_bytes(log.data, "big") == 900


def test_it_keeps_the_lifetime_gross(stage: Stage) -> None:
    earn(stage, 1_000)
    assert withdraw(stage).is_ok
    assert stage.number_of(creator_gross_call(stage.escrow, CREATOR.address)) == 1_000


def test_it_splits_later_payments_as_if_nothing_had_left(stage: Stage) -> None:
    for chunk in range(20):
        earn(stage, 3, chunk=chunk)
        assert withdraw(stage).is_ok
    assert stage.number_of(platform_balance_call(stage.escrow)) == 6
    assert money(stage, CREATOR.address) == 54


def test_it_reverts_with_nothingtowithdraw_for_the_platform(stage: Stage) -> None:
    earn(stage, 9)  # less than a tenth of a micro-USDC of fee: none yet
    assert refusal(stage.send(withdraw_platform_call(stage.escrow), PLATFORM)).error_name == "NothingToWithdraw"


def test_it_sends_all_to_the_fixed_address_whoever_calls(stage: Stage) -> None:
    earn(stage, 1_000)
    assert stage.send(withdraw_platform_call(stage.escrow), STRANGER.address).is_ok
    assert money(stage, PLATFORM) == 100
    assert money(stage, STRANGER.address) == 0
    assert stage.number_of(platform_balance_call(stage.escrow)) == 0
    assert stage.number_of(creator_balance_call(stage.escrow, CREATOR.address)) == 900


def test_it_emits_platformwithdrawn(stage: Stage) -> None:
    earn(stage, 1_000)
    outcome = stage.send(withdraw_platform_call(stage.escrow), STRANGER.address)
    (log,) = [log for log in outcome.logs if log.emitter == stage.escrow]
    assert log.topics == (PLATFORM_WITHDRAWN, "0x" + address_word(PLATFORM).hex())
    assert int.from_bytes(log.data, "big") == int.from_bytes(outcome.output, "big") == 100


def test_it_refuses_a_zero_token(stage: Stage) -> None:
    assert refusal(stage.deploy(creation(NOBODY, PLATFORM))).error_name == "ZeroAddress"


def test_it_refuses_a_zero_platform_address(stage: Stage) -> None:
    assert refusal(stage.deploy(creation(TOKEN, NOBODY))).error_name == "ZeroAddress"


def test_it_belongs_to_nobody(stage: Stage) -> None:
    assert stage.send(transfer_call(TOKEN, stage.escrow, Money(777)), VIEWER.address).is_ok
    earn(stage, 1_000)
    assert withdraw(stage).is_ok
    assert stage.send(withdraw_platform_call(stage.escrow), STRANGER.address).is_ok
    assert money(stage, stage.escrow) == 777
    assert refusal(withdraw(stage, VIEWER.address)).error_name == "NothingToWithdraw"


def test_it_is_not_accepted(stage: Stage) -> None:
    for data in (b"", selector("withdrawCreator()"), b"\xff\xff\xff\xff"):
        assert not stage.send(Call(stage.escrow, data, value=0 if data == b"\xff\xff\xff\xff" else 1), FAUCET).is_ok
    assert stage.evm.account(stage.escrow).balance == 0


def test_views_tell_what_the_constructor_was_given(stage: Stage) -> None:
    assert stage.ask(escrow_token_call(stage.escrow)) == address_word(TOKEN)
    assert stage.ask(Call(stage.escrow, selector("platformWithdrawAddress()"))) == address_word(PLATFORM)
