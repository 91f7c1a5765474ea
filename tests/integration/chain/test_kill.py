"""kill -9 in the middle of payments: the chain opens again as it answered, and nothing happens twice.

Size: MUSECLOCK_CHAIN_KILLS (default 8).
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from services.chain.demo import DemoChain
from services.chain.gateway import Paid
from services.chain.hashing import keccak256
from services.units.address import bytes32
from services.units.money import ZERO, Money, total
from services.units.time import SystemClock
from tests.fixtures.chain import CREATOR, RELAYER, VIEWER, HandClock
from tests.integration.chain.payer import PRICE
from tests.integration.chain.worlds import gateway_to

KILLS = int(os.environ.get("MUSECLOCK_CHAIN_KILLS", "8"))
ROOT = Path(__file__).parents[3]
FUNDS = Money(100_000_000)


def run_and_kill(journal: Path, book: Path, *, after_s: float) -> list[int]:
    """Let the payer pay for a while after it has opened the chain, then kill it; give the chunks it was told of."""
    command = [sys.executable, "-m", "tests.integration.chain.payer", str(journal), str(book)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        time.sleep(after_s)
        process.send_signal(signal.SIGKILL)
        return [int(line) for line in process.stdout.read().split("\n")[:-1]]


def check(journal: Path, book: Path, answered: set[int]) -> int:
    """Open the chain and hold it to what was answered; give how many payments it has."""
    chain = DemoChain.open(journal, HandClock(0))
    try:
        gateway = gateway_to(chain, chain.rpc)
        paid = [event for event in gateway.escrow_events(0, gateway.head().number) if isinstance(event, Paid)]
        chunks = [event.first_chunk for event in paid]
        assert chunks == sorted(set(chunks)), "a chunk was paid twice"
        assert answered <= set(chunks), "an answered payment is gone"
        for encoded in book.read_text().split("\n")[:-1][: len(chunks)]:
            receipt = gateway.receipt(bytes32(keccak256(bytes.fromhex(encoded))))
            assert receipt is not None
            assert receipt.is_ok
        gross = total([event.amount for event in paid])
        assert gross == PRICE * len(paid) == gateway.creator_gross(CREATOR.address)
        assert gateway.creator_balance(CREATOR.address) + gateway.platform_balance() == gross
        assert gateway.token_balance(gateway.escrow) == gross
        assert gateway.token_balance(VIEWER.address) == FUNDS - gross
        return len(paid)
    finally:
        chain.close()


@pytest.mark.timeout(300)
def test_killed_at_any_moment_it_is_what_it_answered(tmp_path: Path) -> None:
    journal, book = tmp_path / "demo.sqlite", tmp_path / "book.txt"
    chain = DemoChain.open(journal, SystemClock())
    chain.fund(VIEWER.address, usdc=FUNDS, gas_wei=0)
    chain.fund(RELAYER.address, usdc=ZERO, gas_wei=10**21)
    chain.close()

    moments = random.Random(7)  # noqa: S311  moments to kill at, not secrets
    answered: set[int] = set()
    payments = 0
    for _ in range(KILLS):
        answered.update(run_and_kill(journal, book, after_s=moments.uniform(0.002, 0.12)))
        found = check(journal, book, answered)
        assert found >= payments
        payments = found
    assert payments > 0
