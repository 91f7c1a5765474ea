"""Deploying at known addresses: what it costs, whether what stands there is right, and never twice."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.chain.book import MemoryTransactionBook
from services.chain.calls import Call
from services.chain.creation import (
    FACTORY,
    DeploymentError,
    dry_run,
    find_block,
    is_placed,
    place,
    placed_in_block,
    runtime_code,
)
from services.chain.demo.genesis import PLATFORM
from services.chain.deploy import EscrowPlan, recorded, verify
from services.chain.errors import ChainReverted, ChainUnreachable
from services.chain.gateway import Fees
from services.chain.relayer import OwnKeyRelayer
from services.chain.rpc import RpcClient
from services.chain.transaction import sign_transaction
from services.chain.web3_gateway import Web3Gateway
from services.units.address import address, bytes32
from services.units.money import Money, gas_to_money
from tests.fixtures.chain import STRANGER
from tests.fixtures.deployable_chain import PAYER, DeployableChain, MakeChain


@pytest.fixture
def site(deployable: MakeChain) -> DeployableChain:
    return deployable()


@pytest.fixture
def plan(site: DeployableChain) -> EscrowPlan:
    return EscrowPlan(
        chain_id=site.chain.chain_id,
        token=site.chain.token,
        platform=PLATFORM,
        owner=STRANGER.address,
        distribution_delay_s=172_800,
        salt=bytes32(b"\x01" * 32),
    )


@pytest.fixture
def gateway(site: DeployableChain, plan: EscrowPlan) -> Web3Gateway:
    return Web3Gateway(site.line, chain_id=plan.chain_id, token=plan.token, escrow=plan.escrow)


@pytest.fixture
def book() -> MemoryTransactionBook:
    return MemoryTransactionBook()


@pytest.fixture
def relayer(gateway: Web3Gateway, book: MemoryTransactionBook) -> OwnKeyRelayer:
    return OwnKeyRelayer(gateway, PAYER.key, book)


def test_it_stands_where_the_plan_says(
    gateway: Web3Gateway, relayer: OwnKeyRelayer, book: MemoryTransactionBook, plan: EscrowPlan, tmp_path: Path
) -> None:
    with pytest.raises(DeploymentError, match="nothing"):
        verify(gateway, plan, block=0)
    receipt = place(gateway, relayer, book, plan.creation, timeout_s=60)
    found = verify(gateway, plan, block=receipt.block_number)
    assert gateway.code(found.till_code)
    kept = json.loads(found.save(tmp_path / "new").read_text())
    assert (kept["escrow"], kept["chain_id"], kept["block"]) == (plan.escrow, 5042002, receipt.block_number)
    assert recorded(tmp_path / "new", 5042002) == (plan.escrow, receipt.block_number)
    gateway.check()


def test_a_dry_run_says_the_cost_and_sends_nothing(
    gateway: Web3Gateway, relayer: OwnKeyRelayer, book: MemoryTransactionBook, plan: EscrowPlan, site: DeployableChain
) -> None:
    head = gateway.head().number
    told = dry_run(gateway, plan.creation, STRANGER.address)
    assert 2_500_000 < told.gas < 3_500_000
    assert told.cost == Money(-(-told.gas * told.wei_per_gas // 10**12)) > Money(50_000)
    assert gateway.head().number == head
    receipt = place(gateway, relayer, book, plan.creation, timeout_s=60)
    assert gas_to_money(receipt.fee_wei) <= told.cost
    (sent,) = site.transactions()
    assert sent.gas == told.gas, "what is shown is what can be spent"
    with pytest.raises(ChainReverted):
        dry_run(gateway, plan.creation, STRANGER.address)


def test_the_cost_follows_the_chain_s_price(gateway: Web3Gateway, plan: EscrowPlan, site: DeployableChain) -> None:
    before = dry_run(gateway, plan.creation, STRANGER.address)
    site.line.answers["eth_gasPrice"] = lambda: hex(5 * before.wei_per_gas // 2)
    after = dry_run(gateway, plan.creation, STRANGER.address)
    assert after.wei_per_gas == 5 * before.wei_per_gas


@pytest.mark.parametrize(
    "change",
    [
        {"owner": PAYER.address},
        {"platform": PAYER.address},
        {"distribution_delay_s": 1},
        {"salt": bytes32(bytes(32))},
        {"token": PAYER.address},
        {"factory": PAYER.address},
    ],
    ids=str,
)
def test_every_part_of_the_plan_moves_the_address(plan: EscrowPlan, change: dict[str, Any]) -> None:
    assert replace(plan, **change).escrow != plan.escrow


def test_the_chain_does_not_move_it(plan: EscrowPlan) -> None:
    assert replace(plan, chain_id=5042).escrow == plan.escrow


def test_the_code_knows_its_chain_and_place(plan: EscrowPlan) -> None:
    code = runtime_code(plan.creation, 5042002)
    assert code != runtime_code(plan.creation, 5042)
    assert code != runtime_code(replace(plan, salt=bytes32(bytes(32))).creation, 5042002)


def test_code_that_does_not_run_is_said_so(plan: EscrowPlan) -> None:
    with pytest.raises(DeploymentError, match="does not run"):
        runtime_code(replace(plan.creation, code=b"\xfe"), 1)


@pytest.mark.parametrize("where", ["another", "shorter"])
def test_other_code_at_the_address_is_refused(
    gateway: Web3Gateway,
    relayer: OwnKeyRelayer,
    book: MemoryTransactionBook,
    plan: EscrowPlan,
    site: DeployableChain,
    where: str,
) -> None:
    assert not is_placed(gateway, plan.creation)
    place(gateway, relayer, book, plan.creation, timeout_s=60)
    assert is_placed(gateway, plan.creation)
    code = gateway.code(plan.escrow)
    found = code[:-1] + bytes((code[-1] ^ 1,)) if where == "another" else code[:-1]
    site.line.answers["eth_getCode"] = lambda *_: "0x" + found.hex()
    with pytest.raises(DeploymentError, match="other code"):
        is_placed(gateway, plan.creation)


def test_without_a_factory_nothing_goes(deployable: MakeChain, plan: EscrowPlan) -> None:
    bare = deployable(7, has_factory=False)
    with pytest.raises(DeploymentError, match=f"no CREATE2 factory at {FACTORY} on chain 7"):
        dry_run(bare.gateway(plan.escrow), plan.creation, STRANGER.address)


def test_a_factory_that_puts_it_elsewhere_is_refused(
    gateway: Web3Gateway, plan: EscrowPlan, site: DeployableChain
) -> None:
    site.line.answers["eth_call"] = lambda *_: "0x" + "ab" * 20
    with pytest.raises(DeploymentError, match="elsewhere"):
        dry_run(gateway, plan.creation, STRANGER.address)


def test_called_again_it_sends_the_same_transaction(
    gateway: Web3Gateway, relayer: OwnKeyRelayer, book: MemoryTransactionBook, plan: EscrowPlan, site: DeployableChain
) -> None:
    receipts = [place(gateway, relayer, book, plan.creation, timeout_s=60) for _ in range(3)]
    assert len({receipt.tx for receipt in receipts}) == 1
    assert len(site.transactions()) == 1
    assert placed_in_block(gateway, book, plan.creation) == receipts[0].block_number


def test_after_a_revert_another_attempt_is_made(
    gateway: Web3Gateway, relayer: OwnKeyRelayer, book: MemoryTransactionBook, plan: EscrowPlan, site: DeployableChain
) -> None:
    """Somebody else was first, between our trial and our block."""
    site.chain.fund(STRANGER.address, usdc=Money(0), gas_wei=10**18)

    def outrun(encoded: str) -> object:
        nonce = site.chain.account(STRANGER.address).nonce
        other = sign_transaction(
            plan.creation.call,
            key=STRANGER.key,
            nonce=nonce,
            gas=6_000_000,
            fees=Fees(40 * 10**9, 0),
            chain_id=plan.chain_id,
        )
        site.chain.send(other.raw)
        return site.chain.send(bytes.fromhex(encoded[2:]))

    site.line.answers["eth_sendRawTransaction"] = outrun
    with pytest.raises(DeploymentError, match="was reverted"):
        place(gateway, relayer, book, plan.creation, timeout_s=60)
    assert is_placed(gateway, plan.creation)
    assert placed_in_block(gateway, book, plan.creation) is None
    with pytest.raises(ChainReverted):
        place(gateway, relayer, book, plan.creation, timeout_s=60)


class Archive:
    """A node with a contract that began in a block, and with the states from a block on."""

    def __init__(self, began: int, *, keeps_from: int = 0) -> None:
        self.began, self.keeps_from, self.asked = began, keeps_from, 0

    def make_request(self, method: str, params: list[Any]) -> dict[str, object]:
        self.asked += 1
        if method == "eth_getLogs":
            return {"result": [{}] if int(params[0]["fromBlock"], 16) == self.began else []}
        return {"result": "0x01" if int(params[1], 16) >= max(self.began, self.keeps_from) else "0x"}


@pytest.mark.parametrize("began", [0, 1, 77, 99, 100])
def test_the_first_block_is_found_by_halving(began: int) -> None:
    node = Archive(began)
    assert find_block(RpcClient(node), STRANGER.address, 100) == began
    assert node.asked <= 9


@pytest.mark.parametrize("keeps_from", [78, 90, 100, 101])
def test_a_node_that_dropped_the_state_is_not_believed(keeps_from: int) -> None:
    with pytest.raises(ChainUnreachable):
        find_block(RpcClient(Archive(77, keeps_from=keeps_from)), STRANGER.address, 100)


def test_a_node_that_forgets_cannot_say_the_block(gateway: Web3Gateway, site: DeployableChain) -> None:
    for _ in range(3):
        site.chain.fund(STRANGER.address, usdc=Money(1), gas_wei=0)
    with pytest.raises(ChainUnreachable):
        find_block(RpcClient(site.line), gateway.token, gateway.head().number)


@pytest.mark.parametrize("text", ["{}", "[]", "x", '{"escrow": "0x1", "block": 1}', '{"escrow": 1, "block": 1}'])
def test_a_record_that_is_none_is_said_so(tmp_path: Path, text: str) -> None:
    assert recorded(tmp_path, 5) is None
    (tmp_path / "5.json").write_text(text)
    with pytest.raises(DeploymentError, match="no record"):
        recorded(tmp_path, 5)


def test_the_factory_is_the_one_that_the_standard_names() -> None:
    assert address("0x4e59b44847b379578588920cA78FbF26c0B4956C") == FACTORY
    assert Call(FACTORY).to == FACTORY
