"""The canonical channels are only what lands at the standard's addresses with the known code; all else is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from services.chain.abi import address_word
from services.chain.canonical import ARC_MAINNET, ARC_TESTNET
from services.chain.channels import COLLECTOR, SETTLEMENT
from services.chain.creation import Creation, DeploymentError, code_hash
from services.chain.demo.genesis import read_artifact
from services.chain.hashing import keccak256
from services.chain.standard import STANDARD, ChannelsStandard, standard_creations
from services.chain.till import create2_address
from services.units.address import Address, Bytes32, bytes32, raw

CHAIN = 5042002


def code_of(name: str) -> bytes:
    return bytes.fromhex(read_artifact(name)["bytecode"][2:])


def output(**codes: bytes) -> Mapping[str, Any]:
    """Make a compiler's output of creation codes by contract name."""
    return {
        "contracts": {
            f"src/{name}.sol": {name: {"evm": {"bytecode": {"object": code.hex()}}}} for name, code in codes.items()
        }
    }


OURS = output(Channels=code_of("Channels"), DepositCollector=code_of("DepositCollector"))


def standard_of_ours() -> ChannelsStandard:
    """Make a standard that our own contracts fulfil."""
    salts = bytes32(b"\x05" * 32), bytes32(b"\x06" * 32)
    channels = Creation("channels", code_of("Channels"), salts[0])
    collector = Creation("collector", code_of("DepositCollector") + address_word(channels.address), salts[1])
    known = {one.address: code_hash(one, CHAIN) for one in (channels, collector)}
    return ChannelsStandard(
        settlement_name="Channels",
        settlement=channels.address,
        settlement_salt=salts[0],
        settlement_creation_hash=bytes32(keccak256(channels.code)),
        collector_name="DepositCollector",
        collector=collector.address,
        collector_salt=salts[1],
        hashes=lambda chain_id: known if chain_id == CHAIN else {},
    )


def test_what_fits_is_given_in_order() -> None:
    standard = standard_of_ours()
    found = standard_creations(OURS, standard, CHAIN)
    assert [one.address for one in found] == [standard.settlement, standard.collector]
    assert found[1].code.endswith(address_word(standard.settlement))


def without(known: Mapping[Address, Bytes32], where: Address) -> dict[Address, Bytes32]:
    return {address: found for address, found in known.items() if address != where}


def other_hash(standard: ChannelsStandard, where: Address) -> ChannelsStandard:
    known = {**standard.hashes(CHAIN), where: bytes32(bytes(32))}
    return replace(standard, hashes=lambda _: known)


@pytest.mark.parametrize("name", ["Channels", "DepositCollector"])
def test_other_sources_are_refused(name: str) -> None:
    codes = {one: code_of(one) for one in ("Channels", "DepositCollector")}
    codes[name] = codes[name].replace(b"\x60\x80", b"\x60\xa0", 1)
    with pytest.raises(DeploymentError, match=r"another Channels|would land at"):
        standard_creations(output(**codes), standard_of_ours(), CHAIN)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"settlement_creation_hash": bytes32(bytes(32))}, "another Channels than the standard's"),
        ({"settlement_salt": bytes32(bytes(32))}, "the channels' contract would land at"),
        ({"collector_salt": bytes32(bytes(32))}, "the deposit collector would land at"),
        ({"settlement": COLLECTOR}, "the channels' contract would land at"),
        ({"collector": SETTLEMENT}, "the deposit collector would land at"),
        ({"factory": SETTLEMENT}, "the channels' contract would land at"),
        ({"settlement_name": "Nothing"}, "no contract Nothing"),
        ({"collector_name": "Nothing"}, "no contract Nothing"),
    ],
)
def test_whatever_does_not_land_there_is_refused(change: dict[str, Any], text: str) -> None:
    with pytest.raises(DeploymentError, match=text):
        standard_creations(OURS, replace(standard_of_ours(), **change), CHAIN)


@pytest.mark.parametrize("name", ["settlement", "collector"])
@pytest.mark.parametrize("is_known", [True, False])
def test_other_code_than_the_known_is_refused(name: str, *, is_known: bool) -> None:
    standard = standard_of_ours()
    where: Address = getattr(standard, name)
    known = without(standard.hashes(CHAIN), where)
    broken = other_hash(standard, where) if is_known else replace(standard, hashes=lambda _: known)
    with pytest.raises(DeploymentError, match="other code than the known"):
        standard_creations(OURS, broken, CHAIN)


def test_a_chain_without_known_hashes_is_refused() -> None:
    with pytest.raises(DeploymentError, match="For chain 31337"):
        standard_creations(OURS, standard_of_ours(), 31337)


def test_ours_are_never_the_standard_s() -> None:
    named = output(x402BatchSettlement=code_of("Channels"), ERC3009DepositCollector=code_of("DepositCollector"))
    for chain_id in (ARC_TESTNET, ARC_MAINNET):
        with pytest.raises(DeploymentError, match="another x402BatchSettlement"):
            standard_creations(named, STANDARD, chain_id)


def test_salt_and_creation_hash_of_the_standard_give_its_address() -> None:
    creation_hash = raw(STANDARD.settlement_creation_hash)
    assert create2_address(STANDARD.factory, raw(STANDARD.settlement_salt), creation_hash) == SETTLEMENT
    assert (STANDARD.settlement, STANDARD.collector) == (SETTLEMENT, COLLECTOR)
