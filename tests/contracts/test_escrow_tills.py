"""Tills and Escrow.collect, case by case: trees/escrow_tills.tree."""

from __future__ import annotations

from services.chain.abi import read_address, selector
from services.chain.calls import Call, transfer_call
from services.chain.demo.evm import Account, Outcome
from services.chain.demo.genesis import PLATFORM, TOKEN, escrow_creation
from services.chain.gateway import Collected
from services.chain.till import collect_call, till_address, till_call, till_code_address
from services.units.address import Address, address
from services.units.money import Money
from tests.contracts.ledger import balance, block, earn, error_of, events_of, gross, money, number_of, platform
from tests.contracts.ledger import stop_sales as stop
from tests.contracts.tokens import CALLING_TOKEN
from tests.fixtures.chain import CREATOR, STRANGER, VIEWER, Stage

EMPTY = selector("empty()")


def till(stage: Stage, creator: Address = CREATOR.address) -> Address:
    return till_address(stage.escrow, creator)


def tip(stage: Stage, micros: int, creator: Address = CREATOR.address) -> None:
    assert stage.send(transfer_call(TOKEN, till(stage, creator), Money(micros)), VIEWER.address).is_ok


def collect(stage: Stage, creator: Address = CREATOR.address, sender: Address = STRANGER.address) -> Outcome:
    return stage.send(collect_call(stage.escrow, creator), sender)


def test_it_is_where_python_computes_it(stage: Stage) -> None:
    for creator in (CREATOR.address, STRANGER.address, address("0x" + 40 * "f")):
        assert read_address(stage.ask(till_call(stage.escrow, creator))) == till(stage, creator)
    assert read_address(stage.ask(Call(stage.escrow, selector("tillCode()")))) == till_code_address(stage.escrow)


def test_it_is_another_for_every_creator_and_escrow(stage: Stage) -> None:
    other = stage.deploy(escrow_creation(TOKEN, platform=PLATFORM, owner=PLATFORM, distribution_delay_s=0)).created
    assert other is not None
    found = {till_address(escrow, one) for escrow in (stage.escrow, other) for one in (CREATOR.address, VIEWER.address)}
    assert len(found) == 4


def test_it_refuses_everybody_but_the_escrow(stage: Stage) -> None:
    tip(stage, 1_000)
    assert collect(stage).is_ok
    tip(stage, 1_000)
    for sender in (CREATOR.address, STRANGER.address, PLATFORM):
        assert error_of(stage.send(Call(till(stage), EMPTY), sender)) == ("NotTheEscrow", (number_of(sender),))
    assert money(stage, till(stage)) == 1_000


def test_it_refuses_everybody_at_the_code_itself(stage: Stage) -> None:
    code = till_code_address(stage.escrow)
    assert stage.send(transfer_call(TOKEN, code, Money(5)), VIEWER.address).is_ok
    assert error_of(stage.send(Call(code, EMPTY), CREATOR.address))[0] == "NotTheEscrow"


def test_it_reverts_with_nothingtocollect(stage: Stage) -> None:
    assert error_of(collect(stage))[0] == "NothingToCollect"
    tip(stage, 1_000)
    assert collect(stage).is_ok
    assert error_of(collect(stage))[0] == "NothingToCollect"
    assert balance(stage) == 900


def test_it_refuses_a_till_of_nobody_and_of_the_escrow(stage: Stage) -> None:
    nobody = address("0x" + 40 * "0")
    tip(stage, 10, nobody)
    tip(stage, 10, stage.escrow)
    assert error_of(collect(stage, nobody))[0] == "ZeroAddress"
    assert error_of(collect(stage, stage.escrow)) == ("NotACreator", (number_of(stage.escrow),))


def test_it_keeps_what_a_blocked_till_holds(stage: Stage) -> None:
    tip(stage, 1_000)
    tip(stage, 500, STRANGER.address)
    block(stage, till(stage))
    assert error_of(collect(stage))[1] == ("Blacklistable: account is blacklisted",)
    assert collect(stage, STRANGER.address).is_ok
    block(stage, till(stage), is_blocked=False)
    assert collect(stage).is_ok
    assert (balance(stage), balance(stage, STRANGER.address)) == (900, 450)


def test_it_refuses_to_be_reentered(stage: Stage) -> None:
    callback = int.from_bytes(selector("withdrawPlatform()") + bytes(28), "big")
    token = stage.install("0x" + "ee" * 20, CALLING_TOKEN, {0: callback})
    escrow = stage.deploy(escrow_creation(token, platform=PLATFORM, owner=PLATFORM, distribution_delay_s=0)).created
    assert escrow is not None
    inner = Stage(stage.evm, escrow, token=token, number=stage.number)
    earn(inner, 1_000)  # so that the platform could withdraw
    stage.evm.install(token, Account(nonce=1, code=CALLING_TOKEN), {2: number_of(escrow)})
    assert collect(inner).is_ok
    assert stage.evm.storage(token, 1) == 2  # called back, and was refused
    assert balance(inner) == 1_800


def test_it_credits_a_plain_transfer(stage: Stage) -> None:
    tip(stage, 1_000)
    outcome = collect(stage)
    assert int.from_bytes(outcome.output, "big") == 1_000
    assert (balance(stage), platform(stage), gross(stage)) == (900, 100, 1_000)
    assert (money(stage, till(stage)), money(stage, stage.escrow)) == (0, 1_000)


def test_it_makes_the_till_once(stage: Stage) -> None:
    assert stage.evm.account(till(stage)).code == b""
    tip(stage, 1_000)
    first = collect(stage)
    code = stage.evm.account(till(stage)).code
    assert len(code) == 45
    tip(stage, 1_000)
    assert collect(stage).gas_used < first.gas_used
    assert stage.evm.account(till(stage)).code == code


def test_it_collects_for_a_creator_whoever_calls(stage: Stage) -> None:
    tip(stage, 1_000)
    assert collect(stage, sender=VIEWER.address).is_ok
    assert (balance(stage, VIEWER.address), balance(stage)) == (0, 900)


def test_it_splits_by_the_lifetime_gross(stage: Stage) -> None:
    for _ in range(10):
        tip(stage, 3)
        assert collect(stage).is_ok
    earn(stage, 5)
    assert (gross(stage), balance(stage), platform(stage)) == (35, 32, 3)


def test_it_collects_while_sales_are_stopped(stage: Stage) -> None:
    tip(stage, 1_000)
    assert stop(stage).is_ok
    assert collect(stage).is_ok


def test_it_emits_collected(stage: Stage) -> None:
    tip(stage, 1_009)
    (event,) = events_of(stage, collect(stage))
    assert isinstance(event, Collected)
    assert (event.creator, event.amount) == (CREATOR.address, Money(1_009))
    assert (event.creator_share, event.platform_share) == (Money(909), Money(100))
