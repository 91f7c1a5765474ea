"""``museclock-node deploy --channels``: from a folder of sources to code at the standard's addresses, or not at all.

The standard's own sources are not here: the way is proved with our own contracts and a standard made for them.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from contracts.compiler import SOURCES, Toolchain, compile_sources, our_toolchain
from contracts.packages import NoAnswerError, fetched
from services.chain.hashing import keccak256
from services.node_cli import channels
from services.node_cli.__main__ import main
from services.units.address import bytes32
from tests.fixtures.deployable_chain import DeployableChain, MakeChain
from tests.fixtures.operator import Operator, refused
from tests.integration.chain.worlds import load_web3
from tests.unit.chain.test_standard import standard_of_ours

STANDARDS = channels.TOOLCHAIN
STAND_IN = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
contract NAME { uint256 public number = 7; constructor(address) {} }
"""


_COMPILED: dict[str, dict[str, Any]] = {}


def compiled_once(sources: dict[str, str], *, toolchain: Toolchain, warnings: bool) -> dict[str, Any]:
    """Compile really, but the same sources once: it takes seconds."""
    name = repr(sources)
    if name not in _COMPILED:
        _COMPILED[name] = compile_sources(sources, toolchain=toolchain, warnings=warnings)
    return _COMPILED[name]


@pytest.fixture(autouse=True)
def _our_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    load_web3()
    monkeypatch.setattr(channels, "TOOLCHAIN", our_toolchain())
    monkeypatch.setattr(channels, "compile_sources", compiled_once)


@pytest.fixture
def site(deployable: MakeChain) -> DeployableChain:
    return deployable()


@pytest.fixture
def operator(site: DeployableChain, tmp_path: Path) -> Operator:
    return Operator(site, tmp_path)


@pytest.fixture
def ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Our own sources in a folder elsewhere, and the standard that they fulfil."""
    monkeypatch.setattr(channels, "STANDARD", standard_of_ours())
    shutil.copytree(SOURCES, tmp_path / "sources" / "deep")
    return tmp_path / "sources"


@pytest.fixture
def stand_in(tmp_path: Path) -> Path:
    """A folder with files of the right names, written by nobody whom we know."""
    folder = tmp_path / "sources"
    folder.mkdir()
    for name in ("x402BatchSettlement", "ERC3009DepositCollector"):
        (folder / f"{name}.sol").write_text(STAND_IN.replace("NAME", name))
    return folder


def alone(operator: Operator, sources: Path, *more: str) -> list[str]:
    """Ask for the channels without an Escrow."""
    journal = ["--journal", str(operator.journal), "--out", str(operator.out)]
    return ["deploy", "--rpc", operator.site.url, "--channels", str(sources), *journal, *more]


def test_what_fits_is_put_there_once(operator: Operator, ours: Path) -> None:
    standard = standard_of_ours()
    assert main(alone(operator, ours, "--dry-run"), operator.person.terminal) == 0
    assert not operator.site.line.sent
    assert "Altogether $0.1" in operator.person.said[-1]
    assert main(alone(operator, ours, "--key-file", str(operator.key_file)), operator.person.terminal) == 0
    assert len(operator.site.transactions()) == 2
    for where, known in standard.hashes(5042002).items():
        assert bytes32(keccak256(operator.site.chain.account(where).code)) == known
    assert not operator.out.exists(), "the record is the Escrow's"
    assert main(alone(operator, ours), operator.person.terminal) == 0
    assert len(operator.site.transactions()) == 2


def test_escrow_and_channels_go_together(operator: Operator, ours: Path) -> None:
    assert operator.send("--channels", str(ours)) == 0
    assert len(operator.site.transactions()) == 3
    assert operator.record["chain_id"] == 5042002


def test_other_sources_under_the_right_names_are_refused(
    operator: Operator, stand_in: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refused(operator, capsys, "give another x402BatchSettlement than the standard's", "--channels", str(stand_in))
    refused(operator, capsys, "give another x402BatchSettlement", "--channels", str(stand_in), "--dry-run")


def test_sources_that_do_not_compile_are_refused(
    operator: Operator, stand_in: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (stand_in / "ERC3009DepositCollector.sol").write_text("contract {")
    refused(operator, capsys, "cannot be compiled", "--channels", str(stand_in))


@pytest.mark.parametrize(
    ("spoil", "text"),
    [
        (lambda folder: (folder / "x402BatchSettlement.sol").unlink(), "0 files named x402BatchSettlement.sol"),
        (
            lambda folder: shutil.copytree(folder, folder / "copy"),
            "2 files named x402BatchSettlement.sol; exactly one is needed",
        ),
        (lambda folder: (folder / "x402BatchSettlement.sol").write_bytes(b"\xff\xfe"), "cannot be read"),
        (
            lambda folder: (folder / "x402BatchSettlement.sol").write_text('import "@else/where.sol";\n'),
            "an import leads to @else/where.sol",
        ),
        (shutil.rmtree, "is no folder with sources"),
    ],
    ids=["missing", "twice", "no text", "import", "no folder"],
)
def test_a_folder_that_is_not_that_is_refused(
    operator: Operator, stand_in: Path, capsys: pytest.CaptureFixture[str], spoil: object, text: str
) -> None:
    assert callable(spoil)
    spoil(stand_in)
    refused(operator, capsys, text, "--channels", str(stand_in))


def test_on_a_chain_without_known_hashes_nothing_goes(
    deployable: MakeChain, tmp_path: Path, stand_in: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    operator = Operator(deployable(31337), tmp_path)
    more = ("--channels", str(stand_in), "--token", operator.site.chain.token)
    refused(operator, capsys, "For chain 31337 nobody has said which hashes", *more)


def test_the_standard_s_own_compiler_and_base_are_what_is_locked() -> None:
    try:
        assert all(fetched(package).exists() for package in (STANDARDS.solc, STANDARDS.base))
    except NoAnswerError as reason:
        pytest.skip(f"no network: {reason}")
    assert (STANDARDS.solc.version, STANDARDS.base.version) == ("0.8.28", "5.5.0")
