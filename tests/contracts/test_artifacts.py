"""The committed artifacts: what the sources give, and what the Python side believes of them."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from contracts import build
from contracts.packages import NoAnswerError, PackageError, locked_packages, npm_command, read_package
from services.chain import calls, events
from services.chain.abi import selector, topic
from services.chain.authorization import SignedAuthorization
from services.chain.calls import Call
from services.chain.demo.genesis import read_artifact
from tests.fixtures.chain import CREATOR, Stage

HERE = Path(build.__file__).parent
PACKAGES = sorted(locked_packages().values(), key=lambda package: package.name)


def signature(entry: dict[str, Any]) -> str:
    """Write an ABI entry as Solidity names it."""

    def kind(part: dict[str, Any]) -> str:
        if not part["type"].startswith("tuple"):
            return str(part["type"])
        return "(" + ",".join(kind(inner) for inner in part["components"]) + ")"

    return f"{entry['name']}({','.join(kind(part) for part in entry['inputs'])})"


def entries(kind: str) -> set[str]:
    abi = read_artifact("Escrow")["abi"] + read_artifact("MockUSDC")["abi"]
    return {signature(entry) for entry in abi if entry["type"] == kind}


@pytest.mark.timeout(600)
def test_they_are_what_the_sources_give() -> None:
    try:
        built = build.build()
    except NoAnswerError as reason:
        pytest.skip(f"no network to fetch the compiler: {reason}")
    assert build.differences(built) == []


def test_a_changed_artifact_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(build.ARTIFACTS, tmp_path / "artifacts")
    monkeypatch.setattr(build, "ARTIFACTS", tmp_path / "artifacts")
    built = {path: path.read_text("utf-8") for path in sorted((tmp_path / "artifacts").glob("*.json"))}
    assert build.differences(built) == []
    (tmp_path / "artifacts" / "Escrow.json").write_text("{}", "utf-8")
    (tmp_path / "artifacts" / "Stray.json").write_text("{}", "utf-8")
    assert build.differences(built) == ["Escrow.json", "Stray.json"]


def test_another_tarball_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contracts.packages.CACHE", tmp_path)
    package = PACKAGES[0]
    package.tarball.write_bytes(b"not what was locked")
    with pytest.raises(PackageError, match="the lock says"):
        read_package(package, suffix=".sol")


def test_without_any_npm_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contracts.packages.CACHE", tmp_path)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(PackageError, match=r"Node\.js"):
        read_package(PACKAGES[0], suffix=".sol")


def test_the_locked_npm_stands_in_for_the_machine_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    done = subprocess.run(
        [*npm_command(), "--version"], env={"PATH": ""}, capture_output=True, text=True, check=True, timeout=60
    )
    assert re.fullmatch(r"\d+\.\d+\.\d+", done.stdout.strip())


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("npm error code ENOTFOUND", NoAnswerError),
        ("npm error code ETARGET\nnpm error No matching version", PackageError),
    ],
)
def test_no_network_is_told_from_a_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, kind: type[PackageError]
) -> None:
    monkeypatch.setattr("contracts.packages.CACHE", tmp_path / "cache")
    monkeypatch.setattr(
        "contracts.packages.npm_command", lambda: [sys.executable, "-c", f"raise SystemExit({answer!r})"]
    )
    with pytest.raises(PackageError) as refused:
        read_package(PACKAGES[0], suffix=".sol")
    assert refused.type is kind
    assert list((tmp_path / "cache").iterdir()) == []


def test_no_artifact_depends_on_where_it_was_built() -> None:
    for name in build.CONTRACTS:
        artifact = read_artifact(name)
        assert artifact["settings"]["metadata"] == {"bytecodeHash": "none", "appendCBOR": False}
        assert artifact["compiler"] == f"solc {locked_packages()['solc'].version}"


def test_every_call_of_ours_is_in_the_abi(stage: Stage) -> None:
    known = {selector(name) for name in entries("function")}
    signed: SignedAuthorization = stage.signed()
    made: list[Call] = [
        calls.pay_call(signed),
        calls.payment_nonce_call(signed),
        calls.withdraw_creator_call(stage.escrow),
        calls.withdraw_platform_call(stage.escrow),
        calls.mint_call(stage.token, CREATOR.address, signed.terms.amount),
        calls.transfer_call(stage.token, CREATOR.address, signed.terms.amount),
        calls.balance_of_call(stage.token, CREATOR.address),
        calls.creator_balance_call(stage.escrow, CREATOR.address),
        calls.creator_gross_call(stage.escrow, CREATOR.address),
        calls.platform_balance_call(stage.escrow),
        calls.authorization_state_call(stage.token, CREATOR.address, signed.nonce),
        calls.domain_separator_call(stage.token),
        calls.escrow_token_call(stage.escrow),
    ]
    assert len(made) == len([name for name in vars(calls) if name.endswith("_call")])
    assert {call.data[:4] for call in made} <= known


def test_every_event_of_the_escrow_is_read() -> None:
    abi = read_artifact("Escrow")["abi"]
    found = {topic(signature(entry)) for entry in abi if entry["type"] == "event"}
    assert found == {events.PAID, events.CREATOR_WITHDRAWN, events.PLATFORM_WITHDRAWN}


def test_every_error_has_its_name() -> None:
    for name in entries("error"):
        assert events.read_revert(selector(name)).error_name in (name.split("(")[0], ""), name
    ours = {name for name in entries("error") if name.split("(")[0] in ("NothingToWithdraw", "ZeroAddress")}
    assert len(ours) == 2


def test_everything_external_is_documented() -> None:
    for source in sorted((HERE / "src").glob("*.sol")):
        lines = source.read_text("utf-8").splitlines()
        for number, line in enumerate(lines):
            if re.match(r"\s+(function \w+\(.*|event \w+|error \w+)", line) and is_external(lines, number):
                assert is_documented(lines, number), f"{source.name}:{number + 1}"


def is_external(lines: list[str], number: int) -> bool:
    """Tell whether the declaration that begins on a line can be seen from outside."""
    text = " ".join(lines[number : number + 12])
    return bool(re.match(r"\s+(event|error) ", lines[number])) or bool(
        re.match(r"[^{;]*\b(external|public)\b", text.split("function", 1)[-1])
    )


def is_documented(lines: list[str], number: int) -> bool:
    above = next(line.strip() for line in reversed(lines[:number]) if not line.strip().startswith("// "))
    return above.startswith("///")
