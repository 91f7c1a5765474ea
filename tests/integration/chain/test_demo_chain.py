"""The demo chain as a chain: what it refuses, what it keeps, and what it is after a damage."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from services.chain.calls import Call, balance_of_call, mint_call, pay_call, transfer_call
from services.chain.demo import DemoChain
from services.chain.demo.admission import RefusedError
from services.chain.demo.chain import IDLE_BLOCK_S
from services.chain.demo.evm import BASE_FEE_WEI, BLOCK_GAS
from services.chain.demo.genesis import FAUCET, FAUCET_KEY
from services.chain.gateway import Fees
from services.chain.transaction import SignedTransaction, sign_transaction
from services.units.money import Money
from services.wire.problems import ProblemError
from tests.fixtures.chain import CREATOR, RELAYER, STRANGER, VIEWER, HandClock, Person, fund_people
from tests.integration.chain.worlds import World, gateway_to

PAYEE = CREATOR.address


def world_of(chain: DemoChain, clock: HandClock) -> World:
    return World(gateway_to(chain, chain.rpc), clock)


def signed(
    chain: DemoChain,
    *,
    sender: Person = RELAYER,
    nonce: int = 0,
    gas: int = 60_000,
    fee: int = BASE_FEE_WEI,
    tip: int = 0,
    value: int = 1,
    chain_id: int | None = None,
) -> SignedTransaction:
    return sign_transaction(
        Call(STRANGER.address, b"", value),
        key=sender.key,
        nonce=nonce,
        gas=gas,
        fees=Fees(fee, tip),
        chain_id=chain.chain_id if chain_id is None else chain_id,
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"chain_id": 5042002}, "invalid chain id for signer"),
        ({"chain_id": 5042}, "invalid chain id for signer"),
        ({"nonce": 500}, "nonce too high"),
        ({"fee": BASE_FEE_WEI - 1}, "max fee per gas less than block base fee"),
        ({"tip": BASE_FEE_WEI + 1}, "max priority fee per gas higher"),
        ({"gas": 20_999}, "intrinsic gas too low"),
        ({"gas": BLOCK_GAS + 1}, "exceeds block gas limit"),
        ({"value": 10**19}, "insufficient funds"),
        ({"sender": STRANGER}, "insufficient funds"),
    ],
)
def test_what_a_real_node_refuses_it_refuses(demo_chain: DemoChain, changes: dict[str, int], reason: str) -> None:
    before = demo_chain.head
    with pytest.raises(RefusedError, match=reason):
        demo_chain.send(signed(demo_chain, **changes).raw)  # type: ignore[arg-type]
    assert demo_chain.head is before


def test_a_used_nonce_and_a_known_transaction_are_refused(demo_chain: DemoChain) -> None:
    demo_chain.send(signed(demo_chain).raw)
    with pytest.raises(RefusedError, match="already known"):
        demo_chain.send(signed(demo_chain).raw)
    with pytest.raises(RefusedError, match="nonce too low: next nonce 1, tx nonce 0"):
        demo_chain.send(signed(demo_chain, value=2).raw)


def test_gas_is_charged_as_sent_and_used(demo_chain: DemoChain) -> None:
    before = demo_chain.account(RELAYER.address).balance
    demo_chain.send(signed(demo_chain, fee=3 * BASE_FEE_WEI, tip=BASE_FEE_WEI, value=7).raw)
    assert demo_chain.account(RELAYER.address).balance == before - 7 - 21_000 * 2 * BASE_FEE_WEI
    assert demo_chain.account(STRANGER.address).balance == 7


def test_calldata_costs_at_least_its_floor(demo_chain: DemoChain) -> None:
    data = b"\x01" * 1_000
    transaction = sign_transaction(
        Call(STRANGER.address, data),
        key=RELAYER.key,
        nonce=0,
        gas=100_000,
        fees=Fees(BASE_FEE_WEI, 0),
        chain_id=demo_chain.chain_id,
    )
    block = demo_chain.mined(demo_chain.send(transaction.raw))
    assert block is not None
    assert block.outcome is not None
    assert block.outcome.gas_used == 21_000 + 40 * 1_000  # EIP-7623


def test_storage_is_cold_at_the_start_of_each_transaction(demo_chain: DemoChain, hand_clock: HandClock) -> None:
    world = world_of(demo_chain, hand_clock)
    call = transfer_call(demo_chain.token, CREATOR.address, Money(1))
    demo_chain.fund(RELAYER.address, usdc=Money(100), gas_wei=0)
    used = [world.run(call).gas_used for _ in range(3)]
    assert used[0] > used[1] == used[2]
    assert used[1] > 21_000 + 2 * 2_100 + 2 * 2_900  # two balances read cold and changed (EIP-2929, EIP-2200)


def test_a_later_nonce_waits_for_the_earlier_one(demo_chain: DemoChain, hand_clock: HandClock) -> None:
    world = world_of(demo_chain, hand_clock)
    early, late, latest = (world.transaction(pay_call(world.signed(chunk)), nonce=chunk) for chunk in range(3))
    for transaction in (latest, late):
        assert world.gateway.broadcast(transaction.raw) == transaction.hash
        assert world.gateway.receipt(transaction.hash) is None
        assert world.gateway.broadcast(transaction.raw) == transaction.hash
    world.gateway.broadcast(early.raw)
    receipts = [world.gateway.receipt(one.hash) for one in (early, late, latest)]
    assert all(receipt is not None and receipt.is_ok for receipt in receipts)
    assert world.gateway.creator_gross(CREATOR.address) == Money(4_500)


def test_a_waiting_transaction_that_lost_its_money_is_dropped(demo_chain: DemoChain) -> None:
    balance = demo_chain.account(RELAYER.address).balance
    late = signed(demo_chain, nonce=1, value=balance // 2)
    demo_chain.send(late.raw)
    early = signed(demo_chain, nonce=0, value=balance // 2)
    demo_chain.send(early.raw)
    assert demo_chain.mined(early.hash) is not None
    assert demo_chain.mined(late.hash) is None
    assert demo_chain.queued(late.hash) is None


def test_a_quiet_chain_still_tells_the_time(demo_chain: DemoChain, hand_clock: HandClock) -> None:
    world = world_of(demo_chain, hand_clock)
    number = world.gateway.head().number
    hand_clock.advance(timedelta(seconds=IDLE_BLOCK_S - 1))
    assert world.gateway.head().number == number
    hand_clock.advance(timedelta(hours=3))
    head = world.gateway.head()
    assert head.number == number + 1
    assert head.timestamp == int(hand_clock.now().timestamp())


def test_it_opens_again_as_it_was(chain_path: Path, hand_clock: HandClock) -> None:
    chain = DemoChain.open(chain_path, hand_clock)
    fund_people(chain)
    world = world_of(chain, hand_clock)
    receipts = [world.run(pay_call(world.signed(chunk))) for chunk in range(5)]
    hand_clock.advance(timedelta(minutes=1))
    head, escrow = world.gateway.head(), chain.escrow
    chain.close()

    again = DemoChain.open(chain_path, HandClock(0))
    world = world_of(again, hand_clock)
    assert (world.gateway.head(), again.escrow) == (head, escrow)
    assert [world.gateway.receipt(receipt.tx) for receipt in receipts] == receipts
    assert world.gateway.creator_gross(CREATOR.address) == Money(7_500)
    assert world.gateway.nonce(RELAYER.address) == 5
    assert world.run(pay_call(world.signed(5))).is_ok
    again.close()


def test_one_process_holds_it(demo_chain: DemoChain, chain_path: Path, hand_clock: HandClock) -> None:
    with pytest.raises(ProblemError, match=r"service\.busy_profile"):
        DemoChain.open(chain_path, hand_clock)
    assert demo_chain.head.number > 0


def test_its_files_are_for_their_owner_only(demo_chain: DemoChain, chain_path: Path) -> None:
    assert demo_chain.head.number > 0
    assert chain_path.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE blocks SET timestamp = timestamp + 1 WHERE number = 3",
        "UPDATE blocks SET result = zeroblob(32) WHERE number = 3",
        "DELETE FROM blocks WHERE number = 3",
        "UPDATE blocks SET tx = substr(tx, 1, length(tx) - 1) WHERE number = 3",
        "UPDATE genesis SET state = replace(state, '7427010', '5042002')",
        "UPDATE genesis SET state = '{'",
    ],
)
def test_a_changed_journal_is_not_believed(chain_path: Path, hand_clock: HandClock, damage: str) -> None:
    chain = DemoChain.open(chain_path, hand_clock)
    fund_people(chain)
    chain.close()
    with sqlite3.connect(chain_path) as db:
        db.execute(damage)
    db.close()
    with pytest.raises(ProblemError, match=r"chain\.damaged"):
        DemoChain.open(chain_path, hand_clock)
    with pytest.raises(ProblemError, match=r"chain\.damaged"):  # and the lock was let go
        DemoChain.open(chain_path, hand_clock)


def test_a_file_that_is_no_journal_is_not_believed(chain_path: Path, hand_clock: HandClock) -> None:
    chain_path.parent.mkdir()
    chain_path.write_bytes(b"something else entirely" * 200)
    with pytest.raises(ProblemError, match=r"chain\.damaged"):
        DemoChain.open(chain_path, hand_clock)


def test_a_full_disk_leaves_the_state_on_disk_and_the_state_in_memory_the_same(
    demo_chain: DemoChain, hand_clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = world_of(demo_chain, hand_clock)
    world.run(pay_call(world.signed(0)))
    transaction = world.transaction(pay_call(world.signed(1)))

    def full(_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(demo_chain._journal, "append", full)
        with pytest.raises(sqlite3.OperationalError):
            demo_chain.send(transaction.raw)
        assert world.gateway.creator_gross(CREATOR.address) == Money(1_500)
        assert world.gateway.receipt(transaction.hash) is None
    assert world.gateway.broadcast(transaction.raw) == transaction.hash
    assert world.gateway.creator_gross(CREATOR.address) == Money(3_000)


def test_two_demo_chains_are_the_same_chain(tmp_path: Path, hand_clock: HandClock) -> None:
    chains = [DemoChain.open(tmp_path / name / "demo.sqlite", hand_clock) for name in ("one", "two")]
    assert len({(chain.escrow, chain.head.hash) for chain in chains}) == 1
    for chain in chains:
        chain.close()


def test_another_chain_id_makes_another_chain(tmp_path: Path, hand_clock: HandClock) -> None:
    chain = DemoChain.open(tmp_path / "demo.sqlite", hand_clock, chain_id=31337)
    assert chain.rpc.make_request("eth_chainId", [])["result"] == hex(31337)
    chain.close()


def test_the_faucet_s_money_comes_by_transactions(demo_chain: DemoChain) -> None:
    calls = [block.transaction for block in demo_chain._blocks if block.transaction]
    assert {one.sender for one in calls} == {FAUCET}
    assert mint_call(demo_chain.token, VIEWER.address, Money(10_000_000)).data in [one.data for one in calls]
    assert len(FAUCET_KEY) == 32


def test_zero_is_not_sent(demo_chain: DemoChain) -> None:
    before = demo_chain.head
    demo_chain.fund(STRANGER.address, usdc=Money(0), gas_wei=0)
    assert demo_chain.head is before


def test_only_the_present_state_is_kept(demo_chain: DemoChain) -> None:
    call = balance_of_call(demo_chain.token, PAYEE)
    request = {"to": call.to, "input": "0x" + call.data.hex()}
    assert "result" in demo_chain.rpc.make_request("eth_call", [request, hex(demo_chain.head.number)])
    assert "historical" in demo_chain.rpc.make_request("eth_call", [request, "0x1"])["error"]["message"]
