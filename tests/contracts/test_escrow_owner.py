"""Escrow's owner and signed withdrawals, case by case: trees/escrow_owner.tree."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.chain.abi import WORD, address_word, dynamic_bytes, read_address, selector, topic, uint_word
from services.chain.calls import Call, pay_call, transfer_call, withdraw_creator_call, withdraw_platform_call
from services.chain.demo.evm import Outcome
from services.chain.demo.genesis import PLATFORM, TOKEN, escrow_creation
from services.chain.gateway import CreatorWithdrawn
from services.chain.orders import WithdrawOrder, order_nonce_call
from services.chain.till import collect_call, till_address
from services.units.address import Address, address
from services.units.money import Money
from tests.contracts.ledger import balance, earn, error_of, events_of, money, number_of, stop_sales
from tests.contracts.tokens import ACCEPTING_WALLET, REENTERING_TOKEN
from tests.fixtures.chain import CREATOR, FOREVER, RELAYER, START, STRANGER, VIEWER, Stage

WITHDRAW = selector("withdrawCreatorWithSignature(address,uint256,bytes)")


def order(stage: Stage, **changes: object) -> WithdrawOrder:
    made = WithdrawOrder(chain_id=stage.chain_id, escrow=stage.escrow, creator=CREATOR.address, nonce=0, deadline=START)
    return replace(made, **changes)  # type: ignore[arg-type]


def bring(stage: Stage, order_: WithdrawOrder, key: bytes = CREATOR.key) -> Outcome:
    return stage.send(order_.signed_call(key), RELAYER.address)


def raw_call(stage: Stage, creator: Address, deadline: int, signature: bytes) -> Call:
    data = WITHDRAW + address_word(creator) + uint_word(deadline) + uint_word(3 * WORD) + dynamic_bytes(signature)
    return Call(stage.escrow, data)


def signature_in(call: Call) -> bytes:
    return call.data[4 + 4 * WORD :][:65]


def nonce(stage: Stage, creator: Address = CREATOR.address) -> int:
    return stage.number_of(order_nonce_call(stage.escrow, creator))


def owner(stage: Stage) -> Address:
    return read_address(stage.ask(Call(stage.escrow, selector("owner()"))))


def test_it_sends_all_to_the_creator_whoever_brings_it(stage: Stage) -> None:
    earn(stage, 1_000)
    outcome = bring(stage, order(stage))
    assert int.from_bytes(outcome.output, "big") == 900
    (event,) = events_of(stage, outcome)
    assert isinstance(event, CreatorWithdrawn)
    assert (event.creator, event.amount) == (CREATOR.address, Money(900))
    assert (money(stage, CREATOR.address), money(stage, RELAYER.address), balance(stage)) == (900, 0, 0)


def test_it_refuses_somebody_else_s_signature(stage: Stage) -> None:
    earn(stage, 1_000)
    for key in (RELAYER.key, VIEWER.key):
        assert error_of(bring(stage, order(stage), key)) == ("InvalidOrder", (number_of(CREATOR.address),))
    assert balance(stage) == 900


def test_it_refuses_a_changed_deadline_or_creator(stage: Stage) -> None:
    earn(stage, 1_000)
    earn(stage, 1_000, creator=STRANGER.address)
    signature = signature_in(order(stage).signed_call(CREATOR.key))
    for creator, deadline in ((CREATOR.address, FOREVER), (STRANGER.address, START)):
        outcome = stage.send(raw_call(stage, creator, deadline, signature), RELAYER.address)
        assert error_of(outcome)[0] == "InvalidOrder"
    assert stage.send(raw_call(stage, CREATOR.address, START, signature), RELAYER.address).is_ok


@pytest.mark.parametrize("place", [{"chain_id": 5042}, {"escrow": STRANGER.address}], ids=lambda one: next(iter(one)))
def test_it_refuses_a_signature_for_another_escrow_or_chain(stage: Stage, place: dict[str, object]) -> None:
    earn(stage, 1_000)
    signature = signature_in(order(stage, **place).signed_call(CREATOR.key))
    outcome = stage.send(raw_call(stage, CREATOR.address, START, signature), RELAYER.address)
    assert error_of(outcome)[0] == "InvalidOrder"


def test_it_refuses_after_the_deadline(stage: Stage) -> None:
    earn(stage, 1_000)
    assert error_of(bring(stage, order(stage, deadline=START - 1))) == ("OrderExpired", (START - 1,))


def test_it_takes_an_order_once(stage: Stage) -> None:
    earn(stage, 1_000)
    assert bring(stage, order(stage)).is_ok
    earn(stage, 1_000, chunk=1)
    assert error_of(bring(stage, order(stage)))[0] == "InvalidOrder"
    assert (nonce(stage), balance(stage)) == (1, 900)


def test_it_refuses_an_order_out_of_sequence(stage: Stage) -> None:
    earn(stage, 1_000)
    assert error_of(bring(stage, order(stage, nonce=1)))[0] == "InvalidOrder"
    assert bring(stage, order(stage, nonce=0)).is_ok


def test_it_reverts_with_nothingtowithdraw_and_keeps_the_nonce(stage: Stage) -> None:
    assert error_of(bring(stage, order(stage)))[0] == "NothingToWithdraw"
    assert nonce(stage) == 0
    earn(stage, 1_000)
    assert bring(stage, order(stage)).is_ok


def test_it_refuses_to_be_reentered(stage: Stage) -> None:
    callback = int.from_bytes(selector("withdrawPlatform()") + bytes(28), "big")
    token = stage.install("0x" + "ee" * 20, REENTERING_TOKEN, {0: callback})
    escrow = stage.deploy(escrow_creation(token, platform=PLATFORM, owner=PLATFORM, distribution_delay_s=0)).created
    assert escrow is not None
    inner = Stage(stage.evm, escrow, token=token, number=stage.number)
    earn(inner, 1_000)
    assert bring(inner, order(inner)).is_ok
    assert stage.evm.storage(token, 1) == 2  # called back, and was refused


def test_it_asks_a_contract_wallet(stage: Stage) -> None:
    wallet = stage.install("0x" + "aa" * 20, ACCEPTING_WALLET)
    earn(stage, 1_000, creator=wallet)
    assert stage.send(raw_call(stage, wallet, START, b"any form"), RELAYER.address).is_ok
    assert money(stage, wallet) == 900


@pytest.mark.parametrize("name", ["stopSales()", "resumeSales()"])
def test_it_lets_only_the_owner_stop_and_resume(stage: Stage, name: str) -> None:
    outcome = stop_sales(stage, STRANGER.address, name=name)
    assert error_of(outcome) == ("OwnableUnauthorizedAccount", (number_of(STRANGER.address),))
    assert stop_sales(stage, name=name).is_ok


def test_it_stops_payments_and_lets_them_go_on(stage: Stage) -> None:
    stopped = Call(stage.escrow, selector("areSalesStopped()"))
    earn(stage, 1_000)
    assert [log.topics for log in stop_sales(stage).logs] == [(topic("SalesStopped()"),)]
    assert stage.number_of(stopped) == 1
    assert error_of(stage.send(pay_call(stage.signed(first_chunk=1)), RELAYER.address))[0] == "SalesPaused"
    assert [log.topics for log in stop_sales(stage, name="resumeSales()").logs] == [(topic("SalesResumed()"),)]
    assert stage.number_of(stopped) == 0
    earn(stage, 1_000, chunk=1)
    assert balance(stage) == 1_800


def test_it_never_blocks_withdrawals(stage: Stage) -> None:
    earn(stage, 1_000)
    earn(stage, 1_000, creator=STRANGER.address)
    till = till_address(stage.escrow, VIEWER.address)
    assert stage.send(transfer_call(TOKEN, till, Money(100)), VIEWER.address).is_ok
    assert stop_sales(stage).is_ok
    assert bring(stage, order(stage)).is_ok
    for call, sender in (
        (withdraw_creator_call(stage.escrow), STRANGER.address),
        (collect_call(stage.escrow, VIEWER.address), RELAYER.address),
        (withdraw_creator_call(stage.escrow), VIEWER.address),
        (withdraw_platform_call(stage.escrow), RELAYER.address),
    ):
        assert stage.send(call, sender).is_ok
    assert money(stage, stage.escrow) == 0
    assert stage.number_of(Call(stage.escrow, selector("areSalesStopped()"))) == 1


def test_it_passes_in_two_steps(stage: Stage) -> None:
    offer = Call(stage.escrow, selector("transferOwnership(address)") + address_word(STRANGER.address))
    assert stage.send(offer, PLATFORM).is_ok
    assert owner(stage) == PLATFORM
    assert stage.send(Call(stage.escrow, selector("acceptOwnership()")), STRANGER.address).is_ok
    assert owner(stage) == STRANGER.address
    assert not stop_sales(stage).is_ok


def test_it_refuses_a_step_by_anybody_else(stage: Stage) -> None:
    offer = Call(stage.escrow, selector("transferOwnership(address)") + address_word(STRANGER.address))
    accept = Call(stage.escrow, selector("acceptOwnership()"))
    assert error_of(stage.send(offer, STRANGER.address))[0] == "OwnableUnauthorizedAccount"
    assert error_of(stage.send(accept, STRANGER.address))[0] == "OwnableUnauthorizedAccount"
    assert stage.send(offer, PLATFORM).is_ok
    assert error_of(stage.send(accept, VIEWER.address))[0] == "OwnableUnauthorizedAccount"


def test_it_cannot_be_given_up(stage: Stage) -> None:
    renounce = Call(stage.escrow, selector("renounceOwnership()"))
    for sender in (PLATFORM, STRANGER.address):
        assert error_of(stage.send(renounce, sender))[0] == "OwnerRequired"
    assert owner(stage) == PLATFORM


def test_it_refuses_no_owner(stage: Stage) -> None:
    nobody = address("0x" + 40 * "0")
    creation = escrow_creation(TOKEN, platform=PLATFORM, owner=nobody, distribution_delay_s=0)
    assert error_of(stage.deploy(creation))[0] == "OwnableInvalidOwner"
