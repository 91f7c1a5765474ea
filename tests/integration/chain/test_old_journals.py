"""Journals made by released versions replay with the contracts that they were made with."""

from __future__ import annotations

import shutil
from pathlib import Path

from services.chain.calls import pay_call
from services.chain.channels import SETTLEMENT
from services.chain.demo import DemoChain
from services.units.money import Money
from tests.fixtures.chain import CREATOR, HandClock
from tests.integration.chain.worlds import World, gateway_to

JOURNALS = Path(__file__).parent / "journals"


def test_a_chain_from_before_the_channels_goes_on(chain_path: Path) -> None:
    chain_path.parent.mkdir(parents=True)
    shutil.copy(JOURNALS / "2026-11.sqlite", chain_path)
    clock = HandClock()
    chain = DemoChain.open(chain_path, clock)
    try:
        assert chain.head.hash.hex() == "64c636d8ab7f3dbba5243a016e9903d0e5aead723f7e8ae1240b76ebef944c14"
        world = World(gateway_to(chain, chain.rpc), clock)
        assert world.gateway.creator_gross(CREATOR.address) == Money(3_000)
        assert world.run(pay_call(world.signed(2))).is_ok
        assert world.gateway.creator_balance(CREATOR.address) == Money(1_350)
        assert world.gateway.code(SETTLEMENT) == b""
    finally:
        chain.close()
