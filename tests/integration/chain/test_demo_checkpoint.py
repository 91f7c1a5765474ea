"""A chain that was closed with a kept state opens as the one that runs everything again."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from services.chain.demo.chain import DemoChain
from services.units.address import address
from services.units.money import Money
from services.units.time import SystemClock
from services.wire.problems import ProblemError

OWNERS = [address(f"0x{number:040x}") for number in range(0x1000, 0x1006)]


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A journal that was closed with a state, and two blocks after it."""
    path = tmp_path / "journal.db"
    monkeypatch.setattr("services.chain.demo.chain._CHECKPOINT_BLOCKS", 4)
    chain = DemoChain.open(path, SystemClock())
    for owner in OWNERS:
        chain.fund(owner, usdc=Money(5_000_000), gas_wei=7)
    chain.close()
    monkeypatch.setattr("services.chain.demo.chain._CHECKPOINT_BLOCKS", 10_000)
    chain = DemoChain.open(path, SystemClock())
    chain.fund(OWNERS[0], usdc=Money(1), gas_wei=1)
    chain.close()
    return path


def _seen(path: Path) -> tuple[object, ...]:
    """Everything that anybody can ask a chain for."""
    chain = DemoChain.open(path, SystemClock())
    try:
        blocks = [chain.block(number) for number in range(chain.head.number + 1)]
        accounts = [chain.account(owner) for owner in (*OWNERS, chain.token, chain.escrow, chain.genesis.faucet)]
        return blocks, accounts, dict(chain._evm.state.storage)
    finally:
        chain.close()


def _change(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as database:
        database.execute(statement)
    database.close()


def test_a_kept_state_gives_the_same_chain(journal: Path) -> None:
    quick = _seen(journal)
    _change(journal, "DELETE FROM checkpoint")
    assert quick == _seen(journal)


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE checkpoint SET text = replace(text, '5000000', '9000000') || ' '",
        "UPDATE checkpoint SET digest = zeroblob(32)",
        "UPDATE checkpoint SET block = zeroblob(32)",
        "UPDATE checkpoint SET number = 10000",
    ],
)
def test_a_state_that_does_not_fit_is_not_believed(journal: Path, harm: str) -> None:
    whole = _seen(journal)
    _change(journal, harm)
    assert _seen(journal) == whole


def test_a_state_hides_no_damage(journal: Path) -> None:
    _change(journal, "UPDATE blocks SET result = zeroblob(32) WHERE number = 3")
    with pytest.raises(ProblemError, match=r"chain\.damaged"):
        DemoChain.open(journal, SystemClock())
