"""The demo chain and anvil agree on gas, logs, outcomes and balances, transaction by transaction.

Large (anvil is 44 MB from npm): runs with MUSECLOCK_ANVIL=1, on Linux on x86-64.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from contracts.packages import NoAnswerError, fetched, locked_packages
from services.chain.calls import Call, balance_of_call, pay_call, transfer_call, withdraw_creator_call
from services.chain.channel_calls import (
    claim_call,
    claim_signed_call,
    deposit_call,
    initiate_withdraw_call,
    multicall_call,
    refund_call,
    settle_call,
)
from services.chain.channels import (
    SETTLEMENT,
    ChannelConfig,
    Claim,
    Deposit,
    channel_id,
    sign_claims,
    sign_deposit,
    sign_voucher,
)
from services.chain.demo import DemoChain
from services.chain.demo.chain import MinedBlock
from services.chain.demo.genesis import PLATFORM, demo_key
from services.chain.membership import Quote, Subscription, sign_quote, sign_subscription, subscribe_call
from services.chain.orders import AppointOrder, WithdrawOrder, appoint_pool_seller_call
from services.chain.pool import Share, distribute_call, propose_distribution_call
from services.chain.till import collect_call, till_address
from services.statements.proof import proven_events
from services.units.address import Address, bytes32
from services.units.money import ZERO, Money
from tests.fixtures.chain import CREATOR, FOREVER, RELAYER, START, STRANGER, VIEWER, HandClock, Person
from tests.integration.chain.worlds import World, gateway_to

SHOWN = os.environ.get("MUSECLOCK_ANVIL", "") and platform.system() == "Linux" and platform.machine() == "x86_64"
pytestmark = pytest.mark.skipif(not SHOWN, reason="large: MUSECLOCK_ANVIL=1 on Linux on x86-64")
OWNER = Person("platform", demo_key("platform"), PLATFORM)
TIER = bytes32(b"\x03" * 32)


class Anvil:
    """One anvil, spoken to over HTTP."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=30)

    def ask(self, method: str, *params: object) -> Any:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        answer = self._http.post("/", json=body).json()
        assert "error" not in answer, answer
        return answer["result"]

    def make_request(self, method: Any, params: Any) -> Any:
        """Be a provider, as the gateway has it."""
        return self._http.post("/", json={"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).json()

    def close(self) -> None:
        self._http.close()


@pytest.fixture
def anvil(tmp_path: Path) -> Iterator[Anvil]:
    """Start anvil on a port of its own choice."""
    try:
        tarball = fetched(locked_packages()["@foundry-rs/anvil-linux-amd64"])
    except NoAnswerError as reason:
        pytest.skip(f"no network to fetch anvil: {reason}")
    with tarfile.open(tarball) as archive:
        archive.extract("package/bin/anvil", tmp_path, filter="data")
    program = tmp_path / "package" / "bin" / "anvil"
    program.chmod(0o700)
    options = ["--port", "0", "--chain-id", "7427010", "--hardfork", "prague", "--timestamp", str(START - 1_000)]
    command = [
        str(program),
        *options,
        "--accounts",
        "1",
        "--gas-limit",
        "30000000",
        "--base-fee",
        "20000000000",
        "--no-mining",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = next(line for line in process.stdout if line.startswith("Listening on "))
        node = Anvil("http://" + line.removeprefix("Listening on ").strip())
        yield node
        node.close()
    finally:
        process.terminate()
        process.communicate(timeout=60)


def install_genesis(anvil: Anvil, chain: DemoChain) -> None:
    genesis = chain.genesis
    for where, code in {genesis.token: genesis.token_code, **genesis.placed_code}.items():
        anvil.ask("anvil_setCode", where, "0x" + code.hex())
    for slot, value in genesis.token_storage.items():
        anvil.ask("anvil_setStorageAt", genesis.token, f"0x{slot:064x}", f"0x{value:064x}")
    anvil.ask("anvil_setBalance", genesis.faucet, hex(genesis.faucet_wei))


Step = tuple[Call, Person]
ROUND = bytes32(b"\x0a" * 32)
SHARES = [Share(CREATOR.address, Money(60_000)), Share(STRANGER.address, Money(30_000))]


def play(world: World, chain: DemoChain, clock: HandClock) -> None:
    """Use every part of the contracts once, and fail at some."""
    for steps in (sales(world, chain), pool(chain), channels(chain), withdrawals(chain)):
        for call, sender in steps:
            clock.advance(timedelta(seconds=1))
            world.run(call, sender)
        clock.advance(timedelta(seconds=100))


def sales(world: World, chain: DemoChain) -> list[Step]:
    order = AppointOrder(**place(chain), nonce=0, seller=RELAYER.address, is_appointed=True)  # type: ignore[arg-type]
    return [
        (pay_call(world.signed(0)), RELAYER),
        (pay_call(world.signed(1, micros=12_345)), RELAYER),
        (pay_call(world.signed(1, micros=12_345)), RELAYER),  # refused
        (order.signed_call(CREATOR.key), RELAYER),
        (membership(chain, CREATOR.address), RELAYER),
        (membership(chain, STRANGER.address), RELAYER),  # refused
    ]


def pool(chain: DemoChain) -> list[Step]:
    return [
        (appoint_pool_seller_call(chain.escrow, RELAYER.address, is_appointed=True), OWNER),
        (membership(chain, chain.escrow), RELAYER),
        (propose_distribution_call(chain.escrow, ROUND, SHARES), OWNER),
        (distribute_call(chain.escrow, ROUND, SHARES), RELAYER),  # refused: too early
    ]


def channels(chain: DemoChain) -> list[Step]:
    chain_id, till = chain.chain_id, till_address(chain.escrow, CREATOR.address)
    config = ChannelConfig(
        VIEWER.address, STRANGER.address, till, RELAYER.address, chain.token, 900, bytes32(bytes(32))
    )
    first, last = (claim(chain_id, config, micros) for micros in (20_000, 40_000))
    deposits = [sign_deposit(chain_id, Deposit(config, Money(50_000), 0, FOREVER, salt), VIEWER.key) for salt in (1, 2)]
    end = [claim_call([last]), settle_call(till, chain.token), refund_call(config, Money(60_000))]
    return [
        (transfer_call(chain.token, till, Money(5_000)), VIEWER),
        (collect_call(chain.escrow, CREATOR.address), RELAYER),
        *((deposit_call(one), RELAYER) for one in deposits),
        (claim_signed_call([first], sign_claims(chain_id, [first], RELAYER.key)), CREATOR),
        (claim_call([first]), RELAYER),  # does nothing
        (initiate_withdraw_call(config, Money(60_000)), VIEWER),
        (multicall_call(end), RELAYER),
    ]


def withdrawals(chain: DemoChain) -> list[Step]:
    return [
        (collect_call(chain.escrow, CREATOR.address), RELAYER),
        (collect_call(chain.escrow, CREATOR.address), RELAYER),  # refused: empty
        (distribute_call(chain.escrow, ROUND, SHARES), RELAYER),
        (WithdrawOrder(**place(chain), nonce=1).signed_call(CREATOR.key), RELAYER),  # type: ignore[arg-type]
        (withdraw_creator_call(chain.escrow), CREATOR),  # refused: nothing left
    ]


def place(chain: DemoChain) -> dict[str, object]:
    return {"chain_id": chain.chain_id, "escrow": chain.escrow, "creator": CREATOR.address, "deadline": FOREVER}


def membership(chain: DemoChain, creator: Address) -> Call:
    """Let the viewer subscribe by a quote of the relayer's."""
    offer = Quote(
        chain_id=chain.chain_id,
        escrow=chain.escrow,
        viewer=VIEWER.address,
        creator=creator,
        tier=TIER,
        amount=Money(100_000),
        until=START + 10**6,
        deadline=FOREVER,
    )
    unsigned = Subscription(
        quote=offer,
        quote_signature=sign_quote(offer, RELAYER.key),
        token=chain.token,
        payer=VIEWER.address,
        valid_after=0,
        valid_before=FOREVER,
    )
    return subscribe_call(sign_subscription(unsigned, VIEWER.key))


def claim(chain_id: int, config: ChannelConfig, micros: int) -> Claim:
    voucher = sign_voucher(chain_id, channel_id(chain_id, config), Money(micros), STRANGER.key)
    return Claim(config, voucher, Money(micros))


def test_every_transaction_ends_alike(anvil: Anvil, chain_path: Path) -> None:
    clock = HandClock()
    chain = DemoChain.open(chain_path, clock)
    try:
        for fund in _funds(chain):
            clock.advance(timedelta(seconds=1))
            fund()
        play(World(gateway_to(chain, chain.rpc), clock), chain, clock)
        install_genesis(anvil, chain)
        outcomes = [_compare(anvil, block) for block in _blocks(chain)]
        assert outcomes.count(False) == 5
        _prove(anvil, chain)
        people = [VIEWER.address, CREATOR.address, STRANGER.address, PLATFORM, chain.escrow, SETTLEMENT]
        for owner in people:
            call = balance_of_call(chain.token, owner)
            found = int(anvil.ask("eth_call", {"to": call.to, "data": "0x" + call.data.hex()}, "latest"), 16)
            assert found == gateway_to(chain, chain.rpc).token_balance(owner).micros
    finally:
        chain.close()


def _funds(chain: DemoChain) -> list[Callable[[], None]]:
    gas = [VIEWER.address, CREATOR.address, RELAYER.address, PLATFORM]
    return [
        lambda: chain.fund(VIEWER.address, usdc=Money(10_000_000), gas_wei=0),
        *(lambda owner=owner: chain.fund(owner, usdc=ZERO, gas_wei=10**19) for owner in gas),
    ]


def _blocks(chain: DemoChain) -> Iterator[MinedBlock]:
    for number in range(1, chain.head.number + 1):
        block = chain.block(number)
        assert block is not None
        if block.transaction is not None:
            yield block


def _prove(anvil: Anvil, chain: DemoChain) -> None:
    """Every event of the Escrow on anvil is proved by header, transaction and receipt, and is the demo chain's."""
    there, here = gateway_to(chain, anvil), gateway_to(chain, chain.rpc)
    events = there.escrow_events(1, there.head().number)
    assert len(events) == len(here.escrow_events(1, here.head().number)) > 5
    proven = []
    for tx in dict.fromkeys(event.tx for event in events):
        proof = there.proof(tx)
        assert proof is not None
        proven += proven_events(tx, proof, chain_id=chain.chain_id, escrow=chain.escrow)
    assert [event for event in proven if event in events] == events


def _compare(anvil: Anvil, block: MinedBlock) -> bool:
    """Run a block's transaction on anvil; gives whether it took effect."""
    assert block.transaction is not None
    assert block.outcome is not None
    anvil.ask("evm_setNextBlockTimestamp", block.timestamp)
    tx = anvil.ask("eth_sendRawTransaction", "0x" + block.transaction.encoded.hex())
    anvil.ask("evm_mine")
    receipt = anvil.ask("eth_getTransactionReceipt", tx)
    logs = [(log["address"], tuple(log["topics"]), log["data"]) for log in receipt["logs"]]
    found = (receipt["status"] == "0x1", int(receipt["gasUsed"], 16), logs)
    ours = [(log.emitter, log.topics, "0x" + log.data.hex()) for log in block.outcome.logs]
    assert found == (block.outcome.is_ok, block.outcome.gas_used, ours), json.dumps(receipt)[:2_000]
    return block.outcome.is_ok
