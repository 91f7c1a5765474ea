"""What a ChainGateway promises: one suite, run on the demo chain three ways and on the fake."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from services.chain import reasons
from services.chain.abi import read_uint
from services.chain.authorization import SignedAuthorization, TransferTerms, sign_authorization, transfer_digest
from services.chain.calls import (
    balance_of_call,
    pay_call,
    transfer_authorized_call,
    withdraw_creator_call,
    withdraw_platform_call,
)
from services.chain.demo.genesis import PLATFORM
from services.chain.errors import ChainRefused, ChainReverted
from services.chain.gateway import CreatorWithdrawn, Paid, PlatformWithdrawn, ReceiptStatus
from services.chain.hashing import sign_digest
from services.units.address import bytes32
from services.units.money import ZERO, Money
from tests.fixtures.chain import CONTENT, CREATOR, RELAYER, START, STRANGER, VIEWER
from tests.integration.chain.worlds import World, open_world


@pytest.fixture(params=["fake", "rpc", "provider", "http"])
def world(request: pytest.FixtureRequest, chain_path: Path) -> Iterator[World]:
    with open_world(request.param, chain_path) as opened:
        yield opened


def test_it_is_the_chain_that_it_says(world: World) -> None:
    world.gateway.check()
    assert world.gateway.chain_id == 7427010


def test_head_follows_the_clock_and_the_transactions(world: World) -> None:
    before = world.gateway.head()
    assert before.timestamp >= START
    world.clock.advance(timedelta(seconds=5))
    world.run(pay_call(world.signed()))
    after = world.gateway.head()
    assert after.number == before.number + 1
    assert after.timestamp == START + 5


def test_time_never_runs_back(world: World) -> None:
    world.run(pay_call(world.signed(0)))
    world.clock.advance(timedelta(hours=-24))
    receipt = world.run(pay_call(world.signed(1)))
    assert receipt.timestamp == START == world.gateway.head().timestamp


def test_balances_of_somebody_unknown_are_zero(world: World) -> None:
    gateway = world.gateway
    assert gateway.token_balance(STRANGER.address) == ZERO
    assert gateway.gas_balance(STRANGER.address) == 0
    assert gateway.nonce(STRANGER.address) == 0
    assert gateway.creator_balance(STRANGER.address) == ZERO
    assert gateway.creator_gross(STRANGER.address) == ZERO
    assert gateway.platform_balance() == ZERO


def test_any_view_can_be_asked(world: World) -> None:
    gateway = world.gateway
    answer = gateway.ask(balance_of_call(gateway.token, VIEWER.address))
    assert read_uint(answer) == gateway.token_balance(VIEWER.address).micros > 0


def test_only_contracts_have_code(world: World) -> None:
    assert world.gateway.code(world.gateway.escrow)
    assert world.gateway.code(VIEWER.address) == b""


def test_a_payment_moves_and_splits_the_money(world: World) -> None:
    signed = world.signed(micros=1_509)
    receipt = world.run(pay_call(signed))
    gateway = world.gateway
    assert receipt.is_ok
    assert gateway.token_balance(VIEWER.address) == Money(10_000_000 - 1_509)
    assert gateway.token_balance(gateway.escrow) == Money(1_509)
    assert gateway.creator_gross(CREATOR.address) == Money(1_509)
    assert gateway.creator_balance(CREATOR.address) == Money(1_359)
    assert gateway.platform_balance() == Money(150)


def test_a_receipt_holds_the_event_and_the_fee(world: World) -> None:
    signed = world.signed(3)
    before = world.gateway.gas_balance(RELAYER.address)
    receipt = world.run(pay_call(signed))
    (event,) = receipt.events
    assert isinstance(event, Paid)
    assert event.nonce == signed.nonce
    assert (event.payer, event.creator, event.content_id) == (VIEWER.address, CREATOR.address, CONTENT)
    assert (event.first_chunk, event.chunk_count, event.amount) == (3, 1, Money(1_500))
    assert (event.tx, event.block_number, event.timestamp) == (receipt.tx, receipt.block_number, receipt.timestamp)
    assert receipt.fee_wei == receipt.gas_used * 20 * 10**9
    assert world.gateway.gas_balance(RELAYER.address) == before - receipt.fee_wei


def test_a_withdrawal_takes_all_and_a_second_one_reverts(world: World) -> None:
    world.run(pay_call(world.signed()))
    call = withdraw_creator_call(world.gateway.escrow)
    receipt = world.run(call, CREATOR)
    (event,) = receipt.events
    assert isinstance(event, CreatorWithdrawn)
    assert (event.creator, event.amount) == (CREATOR.address, Money(1_350))
    assert world.gateway.token_balance(CREATOR.address) == Money(1_350)
    with pytest.raises(ChainReverted) as refused:
        world.gateway.simulate(call, CREATOR.address)
    assert refused.value.error_name == "NothingToWithdraw"


def test_the_platform_s_share_goes_to_its_address(world: World) -> None:
    world.run(pay_call(world.signed()))
    (event,) = world.run(withdraw_platform_call(world.gateway.escrow)).events
    assert isinstance(event, PlatformWithdrawn)
    assert (event.to, event.amount) == (PLATFORM, Money(150))
    assert world.gateway.token_balance(PLATFORM) == Money(150)


def test_an_estimate_is_enough_gas(world: World) -> None:
    call = pay_call(world.signed())
    gas = world.gateway.simulate(call, RELAYER.address)
    assert 21_000 < gas < 300_000
    assert world.gateway.nonce(RELAYER.address) == 0
    assert world.gateway.token_balance(VIEWER.address) == Money(10_000_000)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"amount": Money(1)}, "FiatTokenV2: invalid signature"),
        ({"creator": STRANGER.address}, "FiatTokenV2: invalid signature"),
    ],
)
def test_a_redirected_payment_is_refused_with_the_token_s_reason(
    world: World, change: dict[str, object], reason: str
) -> None:
    signed = world.signed()
    forged = SignedAuthorization(replace(signed.terms, **change), signed.signature)  # type: ignore[arg-type]
    with pytest.raises(ChainReverted) as refused:
        world.gateway.simulate(pay_call(forged), RELAYER.address)
    assert (refused.value.error_name, refused.value.arguments) == ("Error", (reason,))
    assert refused.value.body()["params"]["reason"] == reason


def test_an_expired_payment_is_refused(world: World) -> None:
    terms = replace(world.signed().terms, valid_before=START + 10)
    world.clock.advance(timedelta(seconds=10))
    with pytest.raises(ChainReverted, match=r"chain\.reverted") as refused:
        world.gateway.simulate(pay_call(sign_authorization(terms, VIEWER.key)), RELAYER.address)
    assert "expired" in str(refused.value.arguments)


def test_the_same_bytes_twice_are_one_transaction(world: World) -> None:
    signed = world.transaction(pay_call(world.signed()))
    assert [world.gateway.broadcast(signed.raw) for _ in range(3)] == [signed.hash] * 3
    assert world.gateway.nonce(RELAYER.address) == 1
    assert world.gateway.creator_gross(CREATOR.address) == Money(1_500)


def test_the_same_bytes_at_once_are_one_transaction(world: World) -> None:
    signed = world.transaction(pay_call(world.signed()))
    with ThreadPoolExecutor(8) as pool:
        hashes = list(pool.map(lambda _: world.gateway.broadcast(signed.raw), range(16)))
    assert set(hashes) == {signed.hash}
    assert world.gateway.nonce(RELAYER.address) == 1


def test_one_payment_by_two_relayers_is_one_payment(world: World) -> None:
    call = pay_call(world.signed())
    first, second = world.run(call, RELAYER), world.run(call, CREATOR)
    assert first.is_ok
    assert second.status is ReceiptStatus.REVERTED
    assert second.events == ()
    assert second.reason == reasons.AUTHORIZATION_USED
    assert first.reason == first.error_name == ""
    assert world.gateway.creator_gross(CREATOR.address) == Money(1_500)


def test_a_reverted_transaction_costs_gas_and_nothing_else(world: World) -> None:
    before = world.gateway.gas_balance(RELAYER.address)
    receipt = world.run(withdraw_creator_call(world.gateway.escrow), RELAYER)
    assert receipt.status is ReceiptStatus.REVERTED
    assert receipt.error_name == "NothingToWithdraw"
    assert world.gateway.gas_balance(RELAYER.address) == before - receipt.fee_wei
    assert world.gateway.nonce(RELAYER.address) == 1


def test_a_sender_without_gas_money_is_refused(world: World) -> None:
    signed = world.transaction(pay_call(world.signed()), STRANGER)
    with pytest.raises(ChainRefused, match=r"chain\.refused"):
        world.gateway.broadcast(signed.raw)
    assert world.gateway.receipt(signed.hash) is None


@pytest.mark.parametrize("encoded", [b"", b"\x02", b"\x02\xc0", b"\x01" * 40, b"\xf8" + b"\x00" * 60])
def test_bytes_that_are_no_transaction_are_refused(world: World, encoded: bytes) -> None:
    with pytest.raises(ChainRefused):
        world.gateway.broadcast(encoded)


def test_a_receipt_that_is_not_there_is_none(world: World) -> None:
    assert world.gateway.receipt(bytes32(b"\x01" * 32)) is None


def test_used_authorizations_are_known_and_found(world: World) -> None:
    used, unused = world.signed(0), world.signed(1)
    world.run(pay_call(used))
    gateway = world.gateway
    assert gateway.authorization_used(VIEWER.address, used.nonce)
    assert not gateway.authorization_used(VIEWER.address, unused.nonce)
    found = gateway.find_paid(VIEWER.address, CONTENT, used.nonce, since_block=0)
    assert found is not None
    assert found.nonce == used.nonce
    assert gateway.find_paid(VIEWER.address, CONTENT, unused.nonce, since_block=0) is None
    assert gateway.find_paid(VIEWER.address, CONTENT, used.nonce, since_block=found.block_number + 1) is None


def test_a_signed_transfer_is_found_by_its_nonce(world: World) -> None:
    gateway, payee = world.gateway, CREATOR.address
    now = gateway.head().timestamp
    terms = TransferTerms(VIEWER.address, payee, Money(700), now - 60, now + 600, bytes32(b"\x07" * 32))
    other = replace(terms, nonce=bytes32(b"\x08" * 32))
    for one in (terms, other):
        digest = transfer_digest(gateway.chain_id, gateway.token, one)
        world.run(transfer_authorized_call(gateway.token, one, sign_digest(digest, VIEWER.key)))
    found = gateway.find_transfer(VIEWER.address, payee, terms.nonce, since_block=0)
    assert found is not None
    assert (found.amount, gateway.authorization_used(VIEWER.address, terms.nonce)) == (Money(700), True)
    assert gateway.receipt(found.tx) is not None
    assert gateway.find_transfer(VIEWER.address, payee, terms.nonce, since_block=found.block_number + 1) is None
    assert gateway.find_transfer(VIEWER.address, gateway.escrow, terms.nonce, since_block=0) is None
    unused = bytes32(b"\x09" * 32)
    assert gateway.find_transfer(VIEWER.address, payee, unused, since_block=0) is None


def test_events_come_in_order_and_by_blocks(world: World) -> None:
    for chunk in range(3):
        world.run(pay_call(world.signed(chunk)))
    world.run(withdraw_creator_call(world.gateway.escrow), CREATOR)
    head = world.gateway.head().number
    events = world.gateway.escrow_events(0, head)
    assert [type(event) for event in events] == [Paid, Paid, Paid, CreatorWithdrawn]
    assert [event.block_number for event in events] == list(range(head - 3, head + 1))
    assert world.gateway.escrow_events(head, head) == events[-1:]
    assert world.gateway.escrow_events(head + 1, head + 50) == []
    paid = [event for event in events if isinstance(event, Paid)]
    assert [event.first_chunk for event in paid] == [0, 1, 2]
    assert all(event.amount == event.creator_share + event.platform_share for event in paid)


def test_many_threads_are_served(world: World) -> None:
    world.run(pay_call(world.signed()))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: world.gateway.creator_gross(CREATOR.address), range(64)))
    assert set(found) == {Money(1_500)}
