"""The canonical contracts of x402's batch-settlement: how their sources become code at the standard's addresses.

Nothing of them is kept here but hashes, salts and addresses. The sources are the operator's to bring; what they give is
refused unless it is, to the byte, what everybody else has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from services.chain.abi import address_word
from services.chain.canonical import expected_hashes
from services.chain.channels import COLLECTOR, SETTLEMENT
from services.chain.creation import FACTORY, Creation, DeploymentError, code_hash
from services.chain.hashing import keccak256
from services.units.address import Address, Bytes32, bytes32


@dataclass(frozen=True, slots=True)
class ChannelsStandard:
    """What has to come out. hashes: the known Keccak-256 of the code on a chain, by address; empty where none are."""

    settlement_name: str
    settlement: Address
    settlement_salt: Bytes32
    settlement_creation_hash: Bytes32
    collector_name: str
    collector: Address
    collector_salt: Bytes32
    hashes: Callable[[int], Mapping[Address, Bytes32]] = expected_hashes
    factory: Address = FACTORY


# Names, salts and the hash of the creation code: x402 v2's published sources and deployments, seen 2026-11.
STANDARD = ChannelsStandard(
    settlement_name="x402BatchSettlement",
    settlement=SETTLEMENT,
    settlement_salt=bytes32("0x" + "e000000005be885c".rjust(64, "0")),
    settlement_creation_hash=bytes32("0xed07c0a1aeb6bd4b8e28932959d66e9f2c1a2f6ebb1fd3dc5f3fbcf8135850f6"),
    collector_name="ERC3009DepositCollector",
    collector=COLLECTOR,
    collector_salt=bytes32("0x" + "1800000007a95284".rjust(64, "0")),
)


def standard_creations(output: Mapping[str, Any], standard: ChannelsStandard, chain_id: int) -> tuple[Creation, ...]:
    """Give both contracts from a compiler's output, the channels' first.

    Raises DeploymentError when their code would not land at the standard's addresses with the known hashes.
    """
    known = standard.hashes(chain_id)
    if not known:
        raise DeploymentError(f"For chain {chain_id} nobody has said which hashes the channels' code must have.")
    channels = Creation(
        "the channels' contract",
        _code(output, standard.settlement_name),
        standard.settlement_salt,
        standard.factory,
    )
    if bytes32(keccak256(channels.code)) != standard.settlement_creation_hash:
        raise DeploymentError(
            f"These sources give another {standard.settlement_name} than the standard's: the hash of its creation code "
            f"is {bytes32(keccak256(channels.code))}. Nothing was sent."
        )
    collector = Creation(
        "the deposit collector",
        _code(output, standard.collector_name) + address_word(standard.settlement),
        standard.collector_salt,
        standard.factory,
    )
    for creation, where in ((channels, standard.settlement), (collector, standard.collector)):
        _check(creation, where, known, chain_id)
    return channels, collector


def _check(creation: Creation, where: Address, known: Mapping[Address, Bytes32], chain_id: int) -> None:
    if creation.address != where:
        raise DeploymentError(f"{creation.name} would land at {creation.address}, not at {where}. Nothing was sent.")
    if code_hash(creation, chain_id) != known.get(where):
        raise DeploymentError(f"{creation.name} would have other code than the known one. Nothing was sent.")


def _code(output: Mapping[str, Any], name: str) -> bytes:
    for contracts in output.get("contracts", {}).values():
        if name in contracts:
            return bytes.fromhex(contracts[name]["evm"]["bytecode"]["object"])
    raise DeploymentError(f"There is no contract {name} in these sources.")
