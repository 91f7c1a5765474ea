"""Which chains offer channels, and which do not, and why."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from services.chain.canonical import ARC_MAINNET, ARC_TESTNET, ChannelsOffer, check_channels, expected_hashes
from services.chain.channels import COLLECTOR, SETTLEMENT
from services.chain.demo.genesis import CHAIN_ID, new_genesis
from services.units.address import Address


@dataclass
class Codes:
    """As much of a gateway as is asked."""

    chain_id: int
    codes: dict[Address, bytes] = field(default_factory=dict)

    def code(self, owner: Address) -> bytes:
        return self.codes.get(owner, b"")


def check(codes: Codes) -> tuple[ChannelsOffer, Address | None]:
    found = check_channels(codes)  # type: ignore[arg-type]
    assert found.is_offered is (found.offer is ChannelsOffer.OFFERED)
    return found.offer, found.where


def test_the_demo_chain_offers_ours() -> None:
    assert check(Codes(CHAIN_ID, new_genesis().placed_code)) == (ChannelsOffer.OFFERED, None)


@pytest.mark.parametrize("missing", [SETTLEMENT, COLLECTOR])
def test_a_missing_contract_is_named(missing: Address) -> None:
    codes = {where: code for where, code in new_genesis().placed_code.items() if where != missing}
    assert check(Codes(CHAIN_ID, codes)) == (ChannelsOffer.NOT_DEPLOYED, missing)


@pytest.mark.parametrize("other", [SETTLEMENT, COLLECTOR])
def test_another_code_is_refused(other: Address) -> None:
    codes = new_genesis().placed_code
    assert check(Codes(CHAIN_ID, codes | {other: codes[other] + b"\0"})) == (ChannelsOffer.OTHER_CODE, other)


@pytest.mark.parametrize("chain_id", [ARC_TESTNET, ARC_MAINNET])
def test_a_real_chain_never_offers_ours(chain_id: int) -> None:
    assert check(Codes(chain_id, new_genesis().placed_code)) == (ChannelsOffer.OTHER_CODE, SETTLEMENT)
    assert set(expected_hashes(chain_id)) == {SETTLEMENT, COLLECTOR}
    assert expected_hashes(ARC_TESTNET)[SETTLEMENT] != expected_hashes(ARC_MAINNET)[SETTLEMENT]


def test_an_unknown_chain_offers_none() -> None:
    assert check(Codes(31337, new_genesis().placed_code)) == (ChannelsOffer.UNKNOWN_CHAIN, None)
