"""Puts the Escrow on a chain at an address that is known beforehand, says what that costs, and checks what is there.

The address follows from the deployer contract, the salt and the creation code (EIP-1014): who deploys does not matter.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from services.chain.calls import Call
from services.chain.demo.evm import Account, Evm, Message
from services.chain.demo.genesis import escrow_creation
from services.chain.errors import ChainReverted
from services.chain.gateway import ChainGateway
from services.chain.hashing import keccak256
from services.chain.till import create2_address, till_code_address
from services.units.address import Address, Bytes32, address, bytes32, raw
from services.units.money import WEI_PER_MICRO, Money

# The deterministic deployment proxy that most chains have, Arc among them (facts: x402 on Arc, seen 2026-11).
FACTORY = address("0x4e59b44847b379578588920ca78fbf26c0b4956c")
# Stands in for it here: creates what follows the first word of its input, under that word as the salt, or reverts.
_FACTORY_CODE = bytes.fromhex("5f35602036038060205f375f5ff5" + "80156019575f5260205ff3" + "5b5f5ffd")
_LOCAL_GAS = 16_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class EscrowPlan:
    """All that an Escrow's address depends on. distribution_delay_s: how long a distribution is public."""

    chain_id: int
    token: Address
    platform: Address
    owner: Address
    distribution_delay_s: int
    salt: Bytes32
    factory: Address = FACTORY

    @property
    def creation(self) -> bytes:
        """The code that creates it."""
        return escrow_creation(
            self.token,
            platform=self.platform,
            owner=self.owner,
            distribution_delay_s=self.distribution_delay_s,
        )

    @property
    def escrow(self) -> Address:
        """Where it will be, or is."""
        return create2_address(self.factory, raw(self.salt), keccak256(self.creation))

    @property
    def call(self) -> Call:
        """What a transaction has to do."""
        return Call(self.factory, raw(self.salt) + self.creation)


@dataclass(frozen=True, slots=True)
class DryRun:
    """What deploying would take: gas, wei a gas, and the cost rounded up to a micro-USDC."""

    gas: int
    wei_per_gas: int
    cost: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """What stands on a chain, as deployments/<chain id>.json keeps it."""

    chain_id: int
    token: Address
    escrow: Address
    till_code: Address
    platform: Address
    owner: Address
    distribution_delay_s: int
    salt: Bytes32
    factory: Address
    escrow_code_hash: Bytes32

    def save(self, folder: Path) -> Path:
        """Write it under the chain's id and give the file."""
        path = folder / f"{self.chain_id}.json"
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")
        return path


class DeploymentError(Exception):
    """What is on the chain is not what the plan says."""


def dry_run(gateway: ChainGateway, plan: EscrowPlan, sender: Address) -> DryRun:
    """Say what deploying costs at the present fees, without sending anything.

    Raises ChainReverted when it cannot be deployed (there already, no factory), ChainUnreachable.
    """
    if not gateway.code(plan.factory) or gateway.code(plan.escrow):
        raise ChainReverted("")
    gas, fee = gateway.simulate(plan.call, sender), gateway.fees().max_fee_per_gas
    return DryRun(gas, fee, Money(-(-gas * fee // WEI_PER_MICRO)))


def verify(gateway: ChainGateway, plan: EscrowPlan) -> Deployment:
    """Compare the code on the chain with what the plan's creation code gives, run here. Raises DeploymentError."""
    expected = keccak256(expected_code(plan))
    found = gateway.code(plan.escrow)
    if not found:
        raise DeploymentError(f"there is nothing at {plan.escrow}")
    if keccak256(found) != expected:
        raise DeploymentError(f"the code at {plan.escrow} is another")
    return Deployment(
        chain_id=plan.chain_id,
        token=plan.token,
        escrow=plan.escrow,
        till_code=till_code_address(plan.escrow),
        platform=plan.platform,
        owner=plan.owner,
        distribution_delay_s=plan.distribution_delay_s,
        salt=plan.salt,
        factory=plan.factory,
        escrow_code_hash=bytes32(expected),
    )


def expected_code(plan: EscrowPlan) -> bytes:
    """Give the code that the plan puts on its chain: immutables, chain id and its own address included."""
    evm = Evm(plan.chain_id)
    evm.install(plan.factory, Account(nonce=1, code=_FACTORY_CODE))
    evm.set_block(1, 1)
    evm.execute(Message(plan.owner, plan.factory, plan.call.data, 0, _LOCAL_GAS))
    return evm.account(plan.escrow).code
