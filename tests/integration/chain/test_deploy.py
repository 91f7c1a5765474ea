"""Deploying the Escrow at a known address: what it costs, and whether what stands there is right."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from services.chain.calls import Call
from services.chain.demo import DemoChain
from services.chain.demo.evm import created_address
from services.chain.demo.genesis import PLATFORM
from services.chain.deploy import _FACTORY_CODE, DeploymentError, EscrowPlan, dry_run, expected_code, verify
from services.chain.errors import ChainReverted
from services.chain.gateway import Fees
from services.chain.transaction import sign_transaction
from services.chain.web3_gateway import Web3Gateway
from services.units.address import bytes32
from services.units.money import Money
from tests.fixtures.chain import RELAYER, STRANGER
from tests.integration.chain.worlds import gateway_to


@pytest.fixture
def gateway(demo_chain: DemoChain) -> Web3Gateway:
    return gateway_to(demo_chain, demo_chain.rpc)


def send(gateway: Web3Gateway, call: Call) -> bool:
    signed = sign_transaction(
        call,
        key=RELAYER.key,
        nonce=gateway.nonce(RELAYER.address),
        gas=6_000_000,
        fees=Fees(40 * 10**9, 0),
        chain_id=gateway.chain_id,
    )
    receipt = gateway.receipt(gateway.broadcast(signed.raw))
    assert receipt is not None
    return receipt.is_ok


@pytest.fixture
def plan(gateway: Web3Gateway) -> EscrowPlan:
    """A plan by a factory that was just put on the demo chain."""
    factory = created_address(RELAYER.address, gateway.nonce(RELAYER.address))
    head = bytes.fromhex(f"60{len(_FACTORY_CODE):02x}600b5f3960{len(_FACTORY_CODE):02x}5ff3")
    assert send(gateway, Call(None, head.ljust(11, b"\0") + _FACTORY_CODE))
    return EscrowPlan(
        chain_id=gateway.chain_id,
        token=gateway.token,
        platform=PLATFORM,
        owner=STRANGER.address,
        distribution_delay_s=172_800,
        salt=bytes32(b"\x01" * 32),
        factory=factory,
    )


def test_it_stands_where_the_plan_says(gateway: Web3Gateway, plan: EscrowPlan, tmp_path: Path) -> None:
    with pytest.raises(DeploymentError, match="nothing"):
        verify(gateway, plan)
    assert send(gateway, plan.call)
    found = verify(gateway, plan)
    assert gateway.code(found.till_code)
    kept = json.loads(found.save(tmp_path).read_text())
    assert (kept["escrow"], kept["chain_id"]) == (plan.escrow, 7427010)
    there = Web3Gateway(gateway._rpc._provider, chain_id=plan.chain_id, token=plan.token, escrow=plan.escrow)
    there.check()


def test_a_dry_run_says_the_cost_and_sends_nothing(gateway: Web3Gateway, plan: EscrowPlan) -> None:
    head = gateway.head().number
    told = dry_run(gateway, plan, RELAYER.address)
    assert 2_500_000 < told.gas < 3_500_000
    assert told.cost == Money(-(-told.gas * told.wei_per_gas // 10**12)) > Money(50_000)
    assert gateway.head().number == head
    assert send(gateway, plan.call)
    with pytest.raises(ChainReverted):
        dry_run(gateway, plan, RELAYER.address)


@pytest.mark.parametrize(
    "change",
    [
        {"owner": RELAYER.address},
        {"platform": RELAYER.address},
        {"distribution_delay_s": 1},
        {"salt": bytes32(bytes(32))},
    ],
    ids=str,
)
def test_every_part_of_the_plan_moves_the_address(plan: EscrowPlan, change: dict[str, object]) -> None:
    other = replace(plan, **change)  # type: ignore[arg-type]
    assert other.escrow != plan.escrow


def test_the_code_knows_its_chain_and_place(plan: EscrowPlan) -> None:
    assert expected_code(plan) != expected_code(replace(plan, chain_id=5042002))
    assert expected_code(plan) != expected_code(replace(plan, salt=bytes32(bytes(32))))
