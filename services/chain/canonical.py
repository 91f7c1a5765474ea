"""Whether the contracts at the channels' standard addresses are the ones that we know, by the hashes of their code.

Channels hold viewers' deposits: on a real chain only the audited code is offered, and on the demo chain only ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from importlib.resources import files
from json import loads

from services.chain.channels import COLLECTOR, SETTLEMENT
from services.chain.gateway import ChainGateway
from services.chain.hashing import keccak256
from services.units.address import Address, Bytes32, bytes32

ARC_TESTNET, ARC_MAINNET = 5042002, 5042
# Keccak-256 of the code that the audited sources of x402's batch-settlement give on each chain (its constructor puts
# the chain's domain into the code), computed with solc 0.8.28 from the published sources, 2026-11-21.
_COLLECTOR_HASH = bytes32("0x0c2cfe8840e964588598801e8d109593fdc57e16d85f214653139c79186d1f3b")
_AUDITED: dict[int, dict[Address, Bytes32]] = {
    ARC_TESTNET: {
        SETTLEMENT: bytes32("0xc0cfac2102f3488eb240352b73bed4e55ad2ee90f09117dfb7591a48cf495483"),
        COLLECTOR: _COLLECTOR_HASH,
    },
    ARC_MAINNET: {
        SETTLEMENT: bytes32("0x5cf99afeef52ee533c21d778ec18bfc8c718918d5c34b35ff1c384633867e020"),
        COLLECTOR: _COLLECTOR_HASH,
    },
}
# The chains that a genesis of ours begins; our own contracts hold no deposits elsewhere.
DEMO_CHAINS = frozenset({7427010})


class ChannelsOffer(Enum):
    """Whether channels are offered on a chain, and if not, why."""

    OFFERED = "offered"
    UNKNOWN_CHAIN = "unknown_chain"
    NOT_DEPLOYED = "not_deployed"
    OTHER_CODE = "other_code"


@dataclass(frozen=True, slots=True)
class ChannelsCheck:
    """The answer for one chain; where names the contract that is missing or another."""

    offer: ChannelsOffer
    where: Address | None = None

    @property
    def is_offered(self) -> bool:
        """Whether viewers may be asked to deposit."""
        return self.offer is ChannelsOffer.OFFERED


def check_channels(gateway: ChainGateway) -> ChannelsCheck:
    """Compare the code at the standard's addresses with what is expected on this chain. Blocking.

    Raises ChainUnreachable, WrongChain.
    """
    expected = expected_hashes(gateway.chain_id)
    if not expected:
        return ChannelsCheck(ChannelsOffer.UNKNOWN_CHAIN)
    for where, wanted in expected.items():
        code = gateway.code(where)
        if not code:
            return ChannelsCheck(ChannelsOffer.NOT_DEPLOYED, where)
        if bytes32(keccak256(code)) != wanted:
            return ChannelsCheck(ChannelsOffer.OTHER_CODE, where)
    return ChannelsCheck(ChannelsOffer.OFFERED)


def expected_hashes(chain_id: int) -> dict[Address, Bytes32]:
    """Give the code hashes that channels must have on a chain; empty where none are known."""
    return _our_hashes() if chain_id in DEMO_CHAINS else _AUDITED.get(chain_id, {})


@lru_cache(maxsize=1)
def _our_hashes() -> dict[Address, Bytes32]:
    return {SETTLEMENT: _code_hash("Channels"), COLLECTOR: _code_hash("DepositCollector")}


def _code_hash(contract: str) -> Bytes32:
    text = files("contracts").joinpath("artifacts", f"{contract}.json").read_text(encoding="utf-8")
    return bytes32(keccak256(bytes.fromhex(loads(text)["deployedBytecode"][2:])))
