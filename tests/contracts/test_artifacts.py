"""The committed artifacts: what the sources give, and what the Python side believes of them."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from contracts import build
from contracts.packages import NoAnswerError, PackageError, locked_packages, npm_command, read_package
from services.chain import calls, channel_calls, events, membership, orders, pool, till
from services.chain.abi import selector, topic
from services.chain.authorization import SignedAuthorization, TransferTerms
from services.chain.calls import Call
from services.chain.channels import ChannelConfig, Claim, Deposit, Voucher
from services.chain.demo.genesis import TOKEN, read_artifact
from services.units.address import bytes32
from services.units.money import Money
from tests.fixtures.chain import CREATOR, Stage

HERE = Path(build.__file__).parent
NEVER_SEEN = {
    # what the base contracts could raise where ours cannot get: approvals, over-long names, failed creations
    "ECDSAInvalidSignature",
    "ECDSAInvalidSignatureLength",
    "ECDSAInvalidSignatureS",
    "ERC20InvalidApprover",
    "ERC20InvalidSpender",
    "FailedCall",
    "FailedDeployment",
    "InsufficientBalance",
    "InvalidAccountNonce",
    "InvalidShortString",
    "StringTooLong",
    "AddressEmptyCode",
}
PACKAGES = sorted(locked_packages().values(), key=lambda package: package.name)


def signature(entry: dict[str, Any]) -> str:
    """Write an ABI entry as Solidity names it."""

    def kind(part: dict[str, Any]) -> str:
        if not part["type"].startswith("tuple"):
            return str(part["type"])
        inner = ",".join(kind(one) for one in part["components"])
        return f"({inner})" + str(part["type"]).removeprefix("tuple")

    return f"{entry['name']}({','.join(kind(part) for part in entry['inputs'])})"


def entries(kind: str) -> set[str]:
    abi = [entry for name in build.CONTRACTS for entry in read_artifact(name)["abi"]]
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
        ("npm error code ERR_SOCKET_TIMEOUT\nnpm error network Socket timeout", NoAnswerError),
        ("npm error code E503\nnpm error 503 Service Unavailable", NoAnswerError),
        ("npm error code E403\nnpm error 403 Forbidden", PackageError),
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
    made = [*escrow_calls(stage, signed), *membership_calls(stage), *channel_calls_of(stage)]
    modules = (calls, channel_calls, membership, orders, pool, till)
    assert len(made) == sum(name.endswith("_call") for module in modules for name in vars_of(module))
    assert {call.data[:4] for call in made} <= known


def vars_of(module: ModuleType) -> list[str]:
    """Name what a module makes itself, of its functions and its classes' methods."""
    own = [part for part in vars(module).values() if getattr(part, "__module__", "") == module.__name__]
    return [part.__name__ for part in own] + [name for part in own if isinstance(part, type) for name in vars(part)]


def escrow_calls(stage: Stage, signed: SignedAuthorization) -> list[Call]:
    me, where = CREATOR.address, stage.escrow
    order = {"chain_id": stage.chain_id, "escrow": where, "creator": me, "nonce": 0, "deadline": 1}
    moved = TransferTerms(me, where, signed.terms.amount, 0, 1, signed.nonce)
    return [
        calls.pay_call(signed),
        calls.payment_nonce_call(signed),
        calls.withdraw_creator_call(where),
        calls.withdraw_platform_call(where),
        calls.mint_call(stage.token, me, signed.terms.amount),
        calls.block_account_call(stage.token, me, is_blocked=True),
        calls.transfer_authorized_call(stage.token, moved, bytes(65)),
        calls.transfer_call(stage.token, me, signed.terms.amount),
        calls.balance_of_call(stage.token, me),
        calls.creator_balance_call(where, me),
        calls.creator_gross_call(where, me),
        calls.platform_balance_call(where),
        calls.authorization_state_call(stage.token, me, signed.nonce),
        calls.domain_separator_call(stage.token),
        calls.escrow_token_call(where),
        till.collect_call(where, me),
        till.till_call(where, me),
        orders.WithdrawOrder(**order).signed_call(CREATOR.key),  # type: ignore[arg-type]
        orders.AppointOrder(**order, seller=me, is_appointed=True).signed_call(CREATOR.key),  # type: ignore[arg-type]
        orders.appoint_seller_call(where, me, is_appointed=True),
        orders.appoint_pool_seller_call(where, me, is_appointed=True),
        orders.order_nonce_call(where, me),
        orders.is_seller_call(where, me, me),
    ]


def membership_calls(stage: Stage) -> list[Call]:
    me, where, one = CREATOR.address, stage.escrow, bytes32(bytes(32))
    quote = membership.Quote(
        chain_id=1, escrow=where, viewer=me, creator=me, tier=one, amount=Money(1), until=1, deadline=1
    )
    paid = membership.Subscription(
        quote=quote, quote_signature=b"", token=TOKEN, payer=me, valid_after=0, valid_before=1
    )
    shares = [pool.Share(me, Money(1))]
    return [
        membership.subscribe_call(paid),
        membership.subscription_nonce_call(me, quote),
        membership.paid_until_call(where, me, me, one),
        pool.propose_distribution_call(where, one, shares),
        pool.cancel_distribution_call(where, one),
        pool.distribute_call(where, one, shares),
        pool.pool_balance_call(where),
        pool.pool_reserved_call(where),
        pool.distribution_delay_call(where),
        pool.proposal_call(where, one),
    ]


def channel_calls_of(stage: Stage) -> list[Call]:
    me, one = CREATOR.address, bytes32(bytes(32))
    config = ChannelConfig(me, me, me, me, stage.token, 900, one)
    claim = Claim(config, Voucher(one, Money(1), b""), Money(1))
    made = [
        channel_calls.deposit_call(Deposit(config, Money(1), 0, 1, 0)),
        channel_calls.claim_call([claim]),
        channel_calls.claim_signed_call([claim], b""),
        channel_calls.settle_call(me, stage.token),
        channel_calls.refund_call(config, Money(1)),
        channel_calls.refund_signed_call(config, Money(1), 0, b""),
        channel_calls.initiate_withdraw_call(config, Money(1)),
        channel_calls.finalize_withdraw_call(config),
        channel_calls.channel_call(one),
        channel_calls.pending_withdrawal_call(one),
        channel_calls.refund_nonce_call(one),
        channel_calls.receiver_call(me, stage.token),
    ]
    return [*made, channel_calls.multicall_call(made)]


def test_every_event_that_moves_money_is_read() -> None:
    found = {
        topic(signature(entry)): entry["name"] for entry in read_artifact("Escrow")["abi"] if entry["type"] == "event"
    }
    assert set(events.MONEY_EVENTS) <= set(found)
    assert {name for first, name in found.items() if first not in events.MONEY_EVENTS} == {
        "DistributionCanceled",
        "DistributionProposed",
        "EIP712DomainChanged",
        "OwnershipTransferStarted",
        "OwnershipTransferred",
        "SalesResumed",
        "SalesStopped",
        "SellerAppointed",
        "SellerDismissed",
    }


def test_every_error_of_ours_has_its_name() -> None:
    nameless = {name.split("(")[0] for name in entries("error") if not events.read_revert(selector(name)).error_name}
    assert nameless <= NEVER_SEEN


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
