"""The Escrow as a deployment: what its address depends on, whether what stands there is it, and the record of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from services.chain.creation import FACTORY, Creation, DeploymentError, code_hash, is_placed
from services.chain.demo.genesis import escrow_creation
from services.chain.gateway import ChainGateway
from services.chain.till import till_code_address
from services.ipfs.durable import replace_durably
from services.units.address import Address, Bytes32, address, bytes32


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
    def creation(self) -> Creation:
        """The contract to be."""
        code = escrow_creation(
            self.token,
            platform=self.platform,
            owner=self.owner,
            distribution_delay_s=self.distribution_delay_s,
        )
        return Creation("the Escrow", code, self.salt, self.factory)

    @property
    def escrow(self) -> Address:
        """Where it will be, or is."""
        return self.creation.address


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """What stands on a chain, as deployments/<chain id>.json keeps it. block: the first in which it has code."""

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
    block: int

    def save(self, folder: Path) -> Path:
        """Write it under the chain's id, whole or not at all, and give the file."""
        folder.mkdir(parents=True, exist_ok=True)
        path = record_path(folder, self.chain_id)
        replace_durably(path, (json.dumps(asdict(self), indent=1) + "\n").encode(), unfinished=folder)
        # It says nothing that the chain does not, and other users of a computer read it, too.
        path.chmod(0o644)
        return path


def record_path(folder: Path, chain_id: int) -> Path:
    """Say where the record of a chain is."""
    return folder / f"{chain_id}.json"


def recorded(folder: Path, chain_id: int) -> tuple[Address, int] | None:
    """Read a record's Escrow and block; None when there is none. Raises DeploymentError."""
    path = record_path(folder, chain_id)
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return address(found["escrow"]), int(found["block"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as exc:
        raise DeploymentError(f"{path} is no record of a deployment.") from exc


def verify(gateway: ChainGateway, plan: EscrowPlan, *, block: int) -> Deployment:
    """Compare the code on the chain with what the plan's creation code gives, run here. Raises DeploymentError."""
    if not is_placed(gateway, plan.creation):
        raise DeploymentError(f"There is nothing at {plan.escrow}.")
    return Deployment(
        chain_id=plan.chain_id,
        token=plan.token,
        escrow=plan.escrow,
        till_code=till_code_address(plan.escrow),
        platform=plan.platform,
        owner=plan.owner,
        distribution_delay_s=plan.distribution_delay_s,
        salt=bytes32(plan.salt),
        factory=plan.factory,
        escrow_code_hash=code_hash(plan.creation, plan.chain_id),
        block=block,
    )
